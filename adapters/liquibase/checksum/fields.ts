/** The fields of each change that count for its checksum, by its name (`AbstractChange.createChangeMetaData` of Liquibase 4.28). `name*` is a list of columns. */
export const changeFields: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    addAutoIncrement: "catalogName columnDataType columnName defaultOnNull generationType incrementBy schemaName startWith tableName",
    addColumn: "catalogName columns* schemaName tableName",
    addDefaultValue:
      "catalogName columnDataType columnName defaultValue defaultValueBoolean defaultValueComputed defaultValueConstraintName defaultValueDate defaultValueNumeric defaultValueSequenceNext schemaName tableName",
    addForeignKeyConstraint:
      "baseColumnNames baseTableCatalogName baseTableName baseTableSchemaName constraintName deferrable initiallyDeferred onDelete onUpdate referencedColumnNames referencedTableCatalogName referencedTableName referencedTableSchemaName validate",
    addLookupTable:
      "constraintName existingColumnName existingTableCatalogName existingTableName existingTableSchemaName newColumnDataType newColumnName newTableCatalogName newTableName newTableSchemaName",
    addNotNullConstraint: "catalogName columnDataType columnName constraintName defaultNullValue schemaName tableName validate",
    addPrimaryKey:
      "catalogName clustered columnNames constraintName forIndexCatalogName forIndexName forIndexSchemaName schemaName tableName tablespace validate",
    addUniqueConstraint:
      "catalogName clustered columnNames constraintName deferrable disabled forIndexCatalogName forIndexName forIndexSchemaName initiallyDeferred schemaName tableName tablespace validate",
    alterSequence: "cacheSize catalogName cycle dataType incrementBy maxValue minValue ordered schemaName sequenceName",
    // `associatedWith` is left out, as Liquibase does.
    createIndex: "catalogName clustered columns* indexName schemaName tableName tablespace unique",
    createProcedure: "catalogName procedureName replaceIfExists schemaName",
    createSequence: "cacheSize catalogName cycle dataType incrementBy maxValue minValue ordered schemaName sequenceName startValue",
    // `ifNotExists` is left out, as Liquibase does.
    createTable: "catalogName columns* remarks schemaName tableName tableType tablespace",
    createView: "catalogName fullDefinition remarks replaceIfExists schemaName viewName",
    delete: "catalogName schemaName tableName where",
    dropAllForeignKeyConstraints: "baseTableCatalogName baseTableName baseTableSchemaName",
    dropColumn: "catalogName columnName columns* schemaName tableName",
    dropDefaultValue: "catalogName columnDataType columnName schemaName tableName",
    dropForeignKeyConstraint: "baseTableCatalogName baseTableName baseTableSchemaName constraintName",
    dropIndex: "catalogName indexName schemaName tableName",
    dropNotNullConstraint: "catalogName columnDataType columnName constraintName schemaName tableName",
    dropPrimaryKey: "catalogName constraintName dropIndex schemaName tableName",
    dropProcedure: "catalogName procedureName schemaName",
    dropSequence: "catalogName schemaName sequenceName",
    dropTable: "cascadeConstraints catalogName schemaName tableName",
    dropUniqueConstraint: "catalogName constraintName schemaName tableName uniqueColumns",
    dropView: "catalogName ifExists schemaName viewName",
    empty: "",
    insert: "catalogName columns* dbms schemaName tableName",
    mergeColumns: "catalogName column1Name column2Name finalColumnName finalColumnType joinString schemaName tableName",
    modifyDataType: "catalogName columnName newDataType schemaName tableName",
    output: "message target",
    renameColumn: "catalogName columnDataType newColumnName oldColumnName remarks schemaName tableName",
    renameSequence: "catalogName newSequenceName oldSequenceName schemaName",
    renameTable: "catalogName newTableName oldTableName schemaName",
    renameView: "catalogName newViewName oldViewName schemaName",
    setColumnRemarks: "catalogName columnDataType columnName columnParentType remarks schemaName tableName",
    setTableRemarks: "catalogName remarks schemaName tableName",
    tagDatabase: "tag",
    update: "catalogName columns* schemaName tableName where",
  }).map(([name, fields]) => [name, fields.split(" ").filter((field) => field !== "")]),
);

/** Fields that only count for checksums of version 8; their content counts apart since version 9. */
export const oldFields: Readonly<Record<string, readonly string[]>> = {
  createProcedure: ["comments", "dbms", "encoding", "path", "procedureBody", "relativeToChangelogFile"],
  createView: ["encoding", "path", "relativeToChangelogFile", "selectQuery"],
};

/** Changes whose columns know a place (`AddColumnConfig`). */
export const placedColumns: ReadonlySet<string> = new Set(["addColumn", "createIndex"]);

/** Of a column (`ColumnConfig`); `constraints` is told apart. */
export const columnFields =
  "autoIncrement computed defaultOnNull defaultValue defaultValueBoolean defaultValueComputed defaultValueConstraintName defaultValueDate defaultValueNumeric defaultValueSequenceNext descending encoding generationType incrementBy name remarks startWith type value valueBlobFile valueBoolean valueClobFile valueComputed valueDate valueNumeric valueSequenceCurrent valueSequenceNext".split(
    " ",
  );

/** What an index does not take from its columns (`CreateIndexChange.getSerializableFieldValue`). */
export const notOfIndexes: ReadonlySet<string> = new Set([
  "type",
  "autoIncrement",
  "constraints",
  "defaultValue",
  "value",
  "startWith",
  "incrementBy",
  "encoding",
  "remarks",
]);

/** Of a column's constraints (`ConstraintsConfig`). */
export const constraintFields =
  "checkConstraint deferrable deleteCascade foreignKeyName initiallyDeferred notNullConstraintName nullable primaryKey primaryKeyName primaryKeyTablespace referencedColumnNames referencedTableCatalogName referencedTableName referencedTableSchemaName references unique uniqueConstraintName validateForeignKey validateNullable validatePrimaryKey validateUnique".split(
    " ",
  );

/** Fields that Java reads as a truth value. */
export const booleanFields: ReadonlySet<string> = new Set(
  "autoIncrement cascadeConstraints clustered computed cycle defaultOnNull defaultValueBoolean deferrable deleteCascade descending disabled dropIndex fullDefinition ifExists ifNotExists initiallyDeferred nullable ordered primaryKey referencesUniqueColumn relativeToChangelogFile replaceIfExists unique validate validateForeignKey validateNullable validatePrimaryKey validateUnique valueBoolean".split(
    " ",
  ),
);

/** The fields of the visitors of `modifySql` by their elements, with the name that Liquibase gives them. */
export const visitorFields: Readonly<Record<string, { readonly name: string; readonly fields: readonly string[] }>> = {
  prepend: { name: "prepend", fields: ["value"] },
  append: { name: "append", fields: ["value"] },
  appendSqlIfNotPresent: { name: "append", fields: ["value"] },
  replace: { name: "replace", fields: ["replace", "with"] },
  regExpReplace: { name: "regExpReplace", fields: ["replace", "with"] },
};
