import type { Plan } from "../model/plan.ts";
import { parseTree, type Node } from "../sql/parser.ts";
import { parseQualifiedName } from "../sql/names.ts";
import { qualifiedName } from "../sql/quote.ts";
import { collectReferences } from "../sql/references.ts";
import { allOf, fieldsOf, formatType, listName, relationName, strings, type Name, type NodeFields } from "../sql/tree.ts";

export interface HeadColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly primaryKey: boolean;
}

export interface HeadForeignKey {
  readonly columns: readonly string[];
  /** Identity of the table that it points to. */
  readonly references: string;
}

/** A table or view at the head. Identities are quoted where they must be, and schema-qualified. */
export interface HeadRelation {
  readonly kind: "table" | "foreign-table" | "view" | "materialized-view";
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
  /** Empty where the statement does not say them: views, CREATE TABLE AS. */
  readonly columns: readonly HeadColumn[];
  readonly foreignKeys: readonly HeadForeignKey[];
  readonly indexes: number;
  /** Views: the relations of the head that they read. */
  readonly reads: readonly string[];
  /** The table that it is a partition or a child of. */
  readonly parents: readonly string[];
  readonly migrations: readonly string[];
}

type Draft = {
  kind: HeadRelation["kind"];
  name: string;
  schema: string;
  columns: { name: string; type: string; notNull: boolean; primaryKey: boolean }[];
  foreignKeys: HeadForeignKey[];
  constraints: Map<string, HeadForeignKey>;
  indexes: number;
  reads: Name[];
  parents: string[];
  migrations: Set<string>;
};

/**
 * The tables and views of the head with their columns and foreign keys, by identity. Read from the squashed statements, which were proven to give the head; pure but for
 * PostgreSQL's parser, which `loadParser()` must have loaded. A statement that the parser refuses is passed over.
 */
export function readHeadSchema(plan: Pick<Plan, "squash" | "objects">): readonly HeadRelation[] {
  const reader = openReader(plan);
  for (const { sql, migrations } of plan.squash.statements) {
    if (!relevant.test(sql)) continue;
    const outcome = parseTree(sql);
    if (outcome.kind === "tree") reader.read(outcome.tree, migrations);
  }
  return reader.relations();
}

const relevant =
  /^\s*(?:--[^\n]*\n\s*)*(?:create\s+(?!(?:or\s+replace\s+)?(?:function|procedure|trigger|type|extension|policy)\b)|alter\s+(?:table|view|materialized|foreign|index)|drop\s+(?:table|view|materialized|foreign|index)|set\s)/i;

type AlterTable = NonNullable<NodeFields<"AlterTableStmt">>;

function openReader(plan: Pick<Plan, "objects">): {
  readonly read: (tree: Node, migrations: readonly string[]) => void;
  readonly relations: () => readonly HeadRelation[];
} {
  const drafts = new Map<string, Draft>();
  const standing = new Set<string>();
  const known = new Map<string, string>();
  for (const { kind, identity, dropped } of plan.objects) {
    if (dropped || !/table|view/.test(kind)) continue;
    standing.add(identity);
    known.set(parseQualifiedName(identity).name, identity);
  }
  // The squash begins there and sets every other one.
  let path = "public";

  const identityOf = ({ schema, name }: Name): string => {
    if (schema !== null) return qualifiedName(schema, name);
    const usual = qualifiedName(path, name);
    return drafts.has(usual) || standing.has(usual) ? usual : (known.get(name) ?? usual);
  };
  const find = (name: Name): Draft | undefined => drafts.get(identityOf(name));
  const add = (name: Name, kind: Draft["kind"], migrations: readonly string[]): Draft => {
    const identity = identityOf(name);
    const draft: Draft = {
      kind,
      name: name.name,
      schema: name.schema ?? parseQualifiedName(identity).schema ?? path,
      columns: [],
      foreignKeys: [],
      constraints: new Map(),
      indexes: 0,
      reads: [],
      parents: [],
      migrations: new Set(migrations),
    };
    drafts.set(identity, draft);
    return draft;
  };

  const constrain = (draft: Draft, constraint: NonNullable<NodeFields<"Constraint">>, own: string | null): void => {
    const columns = own === null ? strings(constraint.contype === "CONSTR_FOREIGN" ? constraint.fk_attrs : constraint.keys) : [own];
    if (constraint.contype === "CONSTR_FOREIGN") {
      const key = { columns, references: identityOf(relationName(constraint.pktable)) };
      draft.foreignKeys.push(key);
      draft.constraints.set(constraint.conname ?? `${draft.name}_${columns.join("_")}_fkey`, key);
    }
    const notNull =
      constraint.contype === "CONSTR_PRIMARY" || constraint.contype === "CONSTR_NOTNULL" || constraint.contype === "CONSTR_IDENTITY";
    for (const column of draft.columns.filter(({ name }) => columns.includes(name))) {
      if (notNull) column.notNull = true;
      if (constraint.contype === "CONSTR_PRIMARY") column.primaryKey = true;
    }
  };
  const addColumn = (draft: Draft, def: NonNullable<NodeFields<"ColumnDef">>): void => {
    const name = def.colname ?? "";
    const type = formatType(def.typeName);
    draft.columns.push({ name, type, notNull: /serial/.test(type), primaryKey: false });
    for (const constraint of allOf(def.constraints, "Constraint")) constrain(draft, constraint, name);
  };
  const createTable = (create: NodeFields<"CreateStmt">, kind: Draft["kind"], migrations: readonly string[]): void => {
    const draft = add(relationName(create.relation), kind, migrations);
    const parents = allOf(create.inhRelations, "RangeVar").map((parent) => relationName(parent));
    draft.parents = parents.map(identityOf);
    for (const parent of parents) draft.columns.push(...(find(parent)?.columns.map((column) => ({ ...column })) ?? []));
    for (const element of create.tableElts ?? []) {
      const column = fieldsOf(element, "ColumnDef");
      const like = fieldsOf(element, "TableLikeClause");
      if (column !== null) addColumn(draft, column);
      if (like !== null) draft.columns.push(...(find(relationName(like.relation))?.columns.map((copied) => ({ ...copied })) ?? []));
    }
    for (const constraint of allOf(create.tableElts, "Constraint")) constrain(draft, constraint, null);
  };
  const alterTable = ({ relation, cmds }: AlterTable, migrations: readonly string[]): void => {
    const draft = find(relationName(relation));
    if (draft === undefined) return;
    for (const id of migrations) draft.migrations.add(id);
    for (const command of allOf(cmds, "AlterTableCmd")) {
      const column = draft.columns.find(({ name }) => name === command.name);
      const def = fieldsOf(command.def, "ColumnDef");
      const constraint = fieldsOf(command.def, "Constraint");
      switch (command.subtype) {
        case "AT_AddColumn":
          if (def !== null) addColumn(draft, def);
          break;
        case "AT_DropColumn":
          draft.columns = draft.columns.filter(({ name }) => name !== command.name);
          draft.foreignKeys = draft.foreignKeys.filter(({ columns }) => !columns.includes(command.name ?? ""));
          break;
        case "AT_AddConstraint":
          if (constraint !== null) constrain(draft, constraint, null);
          break;
        case "AT_DropConstraint":
          draft.foreignKeys = draft.foreignKeys.filter((key) => key !== draft.constraints.get(command.name ?? ""));
          break;
        case "AT_AlterColumnType":
          if (column !== undefined && def !== null) column.type = formatType(def.typeName);
          break;
        case "AT_SetNotNull":
          if (column !== undefined) column.notNull = true;
          break;
        case "AT_DropNotNull":
          if (column !== undefined) column.notNull = false;
          break;
        case "AT_AttachPartition": {
          const part = find(relationName(fieldsOf(command.def, "PartitionCmd")?.name));
          if (part !== undefined) part.parents.push(identityOf(relationName(relation)));
          break;
        }
        default:
      }
    }
  };
  const move = (from: string, to: Name): void => {
    const draft = drafts.get(from);
    if (draft === undefined) return;
    drafts.delete(from);
    draft.name = to.name;
    draft.schema = to.schema ?? draft.schema;
    const identity = qualifiedName(draft.schema, draft.name);
    drafts.set(identity, draft);
    for (const other of drafts.values()) {
      other.foreignKeys = other.foreignKeys.map((key) => (key.references === from ? { ...key, references: identity } : key));
      other.parents = other.parents.map((parent) => (parent === from ? identity : parent));
    }
  };

  const read = (tree: Node, migrations: readonly string[]): void => {
    const create = fieldsOf(tree, "CreateStmt");
    if (create !== null) return createTable(create, "table", migrations);
    const foreign = fieldsOf(tree, "CreateForeignTableStmt");
    if (foreign?.base !== undefined) return createTable(foreign.base, "foreign-table", migrations);
    const alter = fieldsOf(tree, "AlterTableStmt");
    if (alter !== null) return alterTable(alter, migrations);
    const view = fieldsOf(tree, "ViewStmt");
    if (view !== null) {
      add(relationName(view.view), "view", migrations).reads.push(...readsOf(view.query));
      return undefined;
    }
    const made = fieldsOf(tree, "CreateTableAsStmt");
    if (made !== null) {
      const kind = made.objtype === "OBJECT_MATVIEW" ? "materialized-view" : "table";
      add(relationName(made.into?.rel), kind, migrations).reads.push(...(kind === "table" ? [] : readsOf(made.query)));
      return undefined;
    }
    const index = fieldsOf(tree, "IndexStmt");
    if (index !== null) {
      const draft = find(relationName(index.relation));
      if (draft !== undefined) draft.indexes += 1;
      return undefined;
    }
    const rename = fieldsOf(tree, "RenameStmt");
    if (rename?.renameType === "OBJECT_TABLE" || rename?.renameType === "OBJECT_VIEW") {
      return move(identityOf(relationName(rename.relation)), { schema: null, name: rename.newname ?? "" });
    }
    if (rename?.renameType === "OBJECT_COLUMN") {
      const column = find(relationName(rename.relation))?.columns.find(({ name }) => name === rename.subname);
      if (column !== undefined) column.name = rename.newname ?? "";
      return undefined;
    }
    const schema = fieldsOf(tree, "AlterObjectSchemaStmt");
    if (schema?.relation !== undefined) {
      const name = relationName(schema.relation);
      return move(identityOf(name), { schema: schema.newschema ?? null, name: name.name });
    }
    const drop = fieldsOf(tree, "DropStmt");
    for (const item of drop?.objects ?? []) drafts.delete(identityOf(listName(fieldsOf(item, "List")?.items)));
    const set = fieldsOf(tree, "VariableSetStmt");
    if (set?.name === "search_path") path = firstOf(set.args) ?? path;
    return undefined;
  };

  return {
    read,
    relations: () =>
      [...drafts]
        .map(([identity, { kind, schema, name, columns, foreignKeys, indexes, parents, reads, migrations }]) => ({
          kind,
          identity,
          schema,
          name,
          columns,
          foreignKeys,
          indexes,
          parents,
          reads: [...new Set(reads.map(identityOf))].filter((read) => read !== identity && drafts.has(read)),
          migrations: [...migrations],
        }))
        .sort((left, right) => (left.identity < right.identity ? -1 : 1)),
  };
}

function readsOf(query: Node | undefined): Name[] {
  return collectReferences(query)
    .reads.filter(({ kind }) => kind === "table")
    .map(({ schema, name }) => ({ schema, name }));
}

function firstOf(args: readonly Node[] | undefined): string | null {
  const [first] = allOf(args ?? [], "A_Const");
  return first?.sval?.sval ?? null;
}
