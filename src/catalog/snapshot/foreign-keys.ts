/** Columns that hold oids (or attribute numbers) of the rows of another catalog. */
export interface ForeignKey {
  readonly table: string;
  /** The last one holds the reference; where there are two, the first is the relation whose attribute it numbers. */
  readonly columns: readonly string[];
  readonly target: string;
}

/** What `pg_get_catalog_foreign_keys()` of PostgreSQL 18 says of the columns that 13 has too; 13 has no such function. By referenced catalog. */
const COLUMNS: Readonly<Record<string, string>> = {
  pg_am: "pg_amop.amopmethod pg_class.relam pg_opclass.opcmethod pg_opfamily.opfmethod",
  pg_attribute:
    "pg_attrdef.adrelid+adnum pg_constraint.confrelid+confkey pg_constraint.conrelid+conkey pg_index.indrelid+indkey pg_partitioned_table.partrelid+partattrs pg_statistic_ext.stxrelid+stxkeys pg_trigger.tgrelid+tgattr",
  pg_authid:
    "pg_auth_members.grantor pg_auth_members.member pg_auth_members.roleid pg_class.relowner pg_collation.collowner pg_conversion.conowner pg_database.datdba pg_db_role_setting.setrole pg_default_acl.defaclrole pg_event_trigger.evtowner pg_extension.extowner pg_foreign_data_wrapper.fdwowner pg_foreign_server.srvowner pg_language.lanowner pg_largeobject_metadata.lomowner pg_namespace.nspowner pg_opclass.opcowner pg_operator.oprowner pg_opfamily.opfowner pg_policy.polroles pg_proc.proowner pg_publication.pubowner pg_statistic_ext.stxowner pg_subscription.subowner pg_tablespace.spcowner pg_ts_config.cfgowner pg_ts_dict.dictowner pg_type.typowner pg_user_mapping.umuser",
  pg_class:
    "pg_attrdef.adrelid pg_attribute.attrelid pg_class.relrewrite pg_class.reltoastrelid pg_constraint.confrelid pg_constraint.conindid pg_constraint.conrelid pg_depend.classid pg_depend.refclassid pg_description.classoid pg_extension.extconfig pg_foreign_table.ftrelid pg_index.indexrelid pg_index.indrelid pg_inherits.inhparent pg_inherits.inhrelid pg_init_privs.classoid pg_partitioned_table.partdefid pg_partitioned_table.partrelid pg_policy.polrelid pg_publication_rel.prrelid pg_rewrite.ev_class pg_seclabel.classoid pg_sequence.seqrelid pg_shdepend.classid pg_shdepend.refclassid pg_shdescription.classoid pg_shseclabel.classoid pg_statistic_ext.stxrelid pg_subscription_rel.srrelid pg_trigger.tgconstrindid pg_trigger.tgconstrrelid pg_trigger.tgrelid pg_type.typrelid",
  pg_collation:
    "pg_attribute.attcollation pg_index.indcollation pg_partitioned_table.partcollation pg_range.rngcollation pg_type.typcollation",
  pg_constraint: "pg_constraint.conparentid pg_trigger.tgconstraint",
  pg_database: "pg_db_role_setting.setdatabase pg_shdepend.dbid pg_subscription.subdbid",
  pg_foreign_data_wrapper: "pg_foreign_server.srvfdw",
  pg_foreign_server: "pg_foreign_table.ftserver pg_user_mapping.umserver",
  pg_language: "pg_proc.prolang pg_transform.trflang",
  pg_largeobject_metadata: "pg_largeobject.loid",
  pg_namespace:
    "pg_class.relnamespace pg_collation.collnamespace pg_constraint.connamespace pg_conversion.connamespace pg_default_acl.defaclnamespace pg_extension.extnamespace pg_opclass.opcnamespace pg_operator.oprnamespace pg_opfamily.opfnamespace pg_proc.pronamespace pg_statistic_ext.stxnamespace pg_ts_config.cfgnamespace pg_ts_dict.dictnamespace pg_ts_parser.prsnamespace pg_ts_template.tmplnamespace pg_type.typnamespace",
  pg_opclass: "pg_index.indclass pg_partitioned_table.partclass pg_range.rngsubopc",
  pg_operator:
    "pg_aggregate.aggsortop pg_amop.amopopr pg_constraint.conexclop pg_constraint.conffeqop pg_constraint.conpfeqop pg_constraint.conppeqop pg_operator.oprcom pg_operator.oprnegate",
  pg_opfamily: "pg_amop.amopfamily pg_amop.amopsortfamily pg_amproc.amprocfamily pg_opclass.opcfamily",
  pg_proc:
    "pg_aggregate.aggcombinefn pg_aggregate.aggdeserialfn pg_aggregate.aggfinalfn pg_aggregate.aggfnoid pg_aggregate.aggmfinalfn pg_aggregate.aggminvtransfn pg_aggregate.aggmtransfn pg_aggregate.aggserialfn pg_aggregate.aggtransfn pg_am.amhandler pg_amproc.amproc pg_cast.castfunc pg_conversion.conproc pg_event_trigger.evtfoid pg_foreign_data_wrapper.fdwhandler pg_foreign_data_wrapper.fdwvalidator pg_language.laninline pg_language.lanplcallfoid pg_language.lanvalidator pg_operator.oprcode pg_operator.oprjoin pg_operator.oprrest pg_proc.prosupport pg_range.rngcanonical pg_range.rngsubdiff pg_transform.trffromsql pg_transform.trftosql pg_trigger.tgfoid pg_ts_parser.prsend pg_ts_parser.prsheadline pg_ts_parser.prslextype pg_ts_parser.prsstart pg_ts_parser.prstoken pg_ts_template.tmplinit pg_ts_template.tmpllexize pg_type.typanalyze pg_type.typinput pg_type.typmodin pg_type.typmodout pg_type.typoutput pg_type.typreceive pg_type.typsend",
  pg_publication: "pg_publication_rel.prpubid",
  pg_subscription: "pg_subscription_rel.srsubid",
  pg_tablespace: "pg_class.reltablespace pg_database.dattablespace",
  pg_trigger: "pg_trigger.tgparentid",
  pg_ts_config: "pg_ts_config_map.mapcfg",
  pg_ts_dict: "pg_ts_config_map.mapdict",
  pg_ts_parser: "pg_ts_config.cfgparser",
  pg_ts_template: "pg_ts_dict.dicttemplate",
  pg_type:
    "pg_aggregate.aggmtranstype pg_aggregate.aggtranstype pg_amop.amoplefttype pg_amop.amoprighttype pg_amproc.amproclefttype pg_amproc.amprocrighttype pg_attribute.atttypid pg_cast.castsource pg_cast.casttarget pg_class.reloftype pg_class.reltype pg_constraint.contypid pg_enum.enumtypid pg_opclass.opcintype pg_opclass.opckeytype pg_operator.oprleft pg_operator.oprresult pg_operator.oprright pg_proc.proallargtypes pg_proc.proargtypes pg_proc.prorettype pg_proc.protrftypes pg_proc.provariadic pg_range.rngsubtype pg_range.rngtypid pg_sequence.seqtypid pg_transform.trftype pg_type.typarray pg_type.typbasetype pg_type.typelem",
};

export const FOREIGN_KEYS_OF_13: readonly ForeignKey[] = Object.entries(COLUMNS).flatMap(([target, list]) =>
  list.split(" ").map((path) => {
    const [table = "", columns = ""] = path.split(".");
    return { table, columns: columns.split("+"), target };
  }),
);
