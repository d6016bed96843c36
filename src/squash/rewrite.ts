import type { Node } from "../sql/parser.ts";
import { nodeName } from "../sql/tree.ts";
import type { NodeName } from "../sql/tree.ts";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Copies a piece of a tree with every node passed through `change`, from the leaves up. */
function mapTree(root: unknown, change: (name: string, fields: Fields) => Fields): unknown {
  const mapped = mapChildren({ root }, change);
  return isFields(mapped) ? mapped["root"] : mapped;
}

function mapChildren(value: unknown, change: (name: string, fields: Fields) => Fields): unknown {
  if (Array.isArray(value)) return value.map((item) => mapChildren(item, change));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      const mapped = mapChildren(child, change);
      return [key, isFields(mapped) ? change(key, mapped) : mapped];
    }),
  );
}

function stringOf(node: unknown): string | null {
  if (!isFields(node) || !isFields(node["String"])) return null;
  const text = node["String"]["sval"];
  return typeof text === "string" ? text : null;
}

function renamedString(node: unknown, from: string, to: string): unknown {
  return stringOf(node) === from ? { String: { sval: to } } : node;
}

function renamedList(list: unknown, from: string, to: string): unknown {
  return Array.isArray(list) ? list.map((item) => renamedString(item, from, to)) : list;
}

/** The relation of a statement or constraint as it is written. */
export interface WrittenRelation {
  readonly schema: string;
  readonly name: string;
}

function isRelation(fields: Fields, relation: WrittenRelation): boolean {
  return fields["relname"] === relation.name && (fields["schemaname"] === undefined || fields["schemaname"] === relation.schema);
}

/** Lists of plain strings that name columns of the statement's own table. */
const OWN_COLUMNS = ["keys", "including", "fk_attrs", "fk_del_set_cols", "columns", "attlist", "cols"] as const;

/** Subcommands whose `name` is a column. */
const OF_COLUMN =
  /^AT_(?:ColumnDefault|DropNotNull|SetNotNull|SetExpression|DropExpression|SetStatistics|SetOptions|ResetOptions|SetStorage|SetCompression|AlterColumnType|AddIdentity|SetIdentity|DropIdentity)$/;

export interface ColumnRename {
  readonly table: WrittenRelation;
  readonly from: string;
  readonly to: string;
}

/** A statement that concerns one table, with one of its columns under a new name. */
export function renameColumn<T>(root: T, rename: ColumnRename): T {
  const { from, to } = rename;
  return mapTree(root, (name, fields) => {
    if (name === "ColumnRef" && Array.isArray(fields["fields"])) {
      const parts: readonly unknown[] = fields["fields"];
      return { ...fields, fields: [...parts.slice(0, -1), renamedString(parts.at(-1), from, to)] };
    }
    if ((name === "IndexElem" || name === "PartitionElem" || name === "ResTarget") && fields["name"] === from)
      return { ...fields, name: to };
    if (name === "AlterTableCmd" && fields["name"] === from && OF_COLUMN.test(String(fields["subtype"]))) return { ...fields, name: to };
    if (name === "CommentStmt" && fields["objtype"] === "OBJECT_COLUMN") return renameCommented(fields, rename);
    const lists = OWN_COLUMNS.filter((key) => Array.isArray(fields[key]));
    const own = Object.fromEntries(lists.map((key) => [key, renamedList(fields[key], from, to)]));
    const pktable = fields["pktable"];
    const self = isFields(pktable) && isRelation(pktable, rename.table) ? { pk_attrs: renamedList(fields["pk_attrs"], from, to) } : {};
    return { ...fields, ...own, ...(fields["pk_attrs"] === undefined ? {} : self) };
  }) as T;
}

function renameCommented(fields: Fields, rename: ColumnRename): Fields {
  const { object } = fields;
  const list = isFields(object) && isFields(object["List"]) ? object["List"]["items"] : null;
  if (!Array.isArray(list)) return fields;
  return { ...fields, object: { List: { items: [...list.slice(0, -1), renamedString(list.at(-1), rename.from, rename.to)] } } };
}

/** A statement about another table, with the column that its foreign key points at under a new name. */
export function renameReferencedColumn<T>(root: T, rename: ColumnRename): T {
  return mapTree(root, (_name, fields) => {
    const { pktable } = fields;
    if (!isFields(pktable) || !isRelation(pktable, rename.table) || fields["pk_attrs"] === undefined) return fields;
    return { ...fields, pk_attrs: renamedList(fields["pk_attrs"], rename.from, rename.to) };
  }) as T;
}

/** A statement with a table under a new name, wherever it names it. */
export function renameRelation<T>(root: T, rename: { readonly table: WrittenRelation; readonly to: string }): T {
  const { table, to } = rename;
  return mapTree(root, (name, fields) => {
    if (isRelation(fields, table)) return { ...fields, relname: to };
    if (name === "ColumnRef" && Array.isArray(fields["fields"]) && fields["fields"].length > 1) {
      const parts: readonly unknown[] = fields["fields"];
      return { ...fields, fields: parts.map((part, index) => (index === parts.length - 2 ? renamedString(part, table.name, to) : part)) };
    }
    if (name === "CommentStmt") return renameCommentedTable(fields, table, to);
    return fields;
  }) as T;
}

function renameCommentedTable(fields: Fields, table: WrittenRelation, to: string): Fields {
  const { object } = fields;
  const list = isFields(object) && isFields(object["List"]) ? object["List"]["items"] : null;
  if (!Array.isArray(list)) return fields;
  // The table's name is the last part of its own comment, and the last but one of a column's, constraint's, trigger's, ….
  const at = fields["objtype"] === "OBJECT_TABLE" ? list.length - 1 : list.length - 2;
  return {
    ...fields,
    object: { List: { items: list.map((item: unknown, index) => (index === at ? renamedString(item, table.name, to) : item)) } },
  };
}

/** Statements that name a table only where these functions find the name. */
const REWRITABLE: ReadonlySet<NodeName> = new Set<NodeName>([
  "IndexStmt",
  "CommentStmt",
  "GrantStmt",
  "AlterTableStmt",
  "InsertStmt",
  "CopyStmt",
  "CreateTrigStmt",
]);

/** Whether a table's or column's name can be changed in a statement and nothing else is: rows are given as values, no query stands in it. */
export function isRewritable(tree: Node): boolean {
  if (!REWRITABLE.has(nodeName(tree))) return false;
  if (!("InsertStmt" in tree)) return true;
  const { selectStmt, onConflictClause, withClause, returningClause } = tree.InsertStmt;
  if (onConflictClause !== undefined || withClause !== undefined || returningClause !== undefined) return false;
  return selectStmt === undefined || ("SelectStmt" in selectStmt && selectStmt.SelectStmt.valuesLists !== undefined);
}
