import { parse } from "csv-parse/sync";
import type { Step } from "../../../src/model/history.ts";
import { flagOf, valueOf, type Node } from "../source/node.ts";
import { quoteText } from "../postgres/quoting.ts";
import { functionSql, readDate, sequenceSql, valueSql } from "../postgres/values.ts";
import { columnsOf, tableOf } from "./columns.ts";
import { statement, type ChangeContext, type ChangeType } from "./contract.ts";
import { escapeAll, insertRows, upsert } from "./data.ts";

/** Rows that go into one INSERT. */
const rowsAtOnce = 50;

type LoadType =
  | "BOOLEAN"
  | "NUMERIC"
  | "DATE"
  | "STRING"
  | "COMPUTED"
  | "SEQUENCE"
  | "BLOB"
  | "CLOB"
  | "UUID"
  | "OTHER"
  | "UNKNOWN"
  | "SKIP";

interface LoadColumn {
  readonly name: string;
  readonly type: LoadType;
  readonly defaultValue: string | null;
}

interface Table {
  /** What is not skipped, each with its place in the file. */
  readonly columns: readonly (LoadColumn & { readonly index: number })[];
  readonly records: readonly { readonly cells: readonly string[]; readonly line: number }[];
}

const fields = [
  "catalogName",
  "schemaName",
  "tableName",
  "file",
  "relativeToChangelogFile",
  "commentLineStartsWith",
  "encoding",
  "separator",
  "quotchar",
  "usePreparedStatements",
  "column",
  "columns",
];

async function readTable(change: Node, context: ChangeContext): Promise<Table> {
  const file = context.file(valueOf(change, "file") ?? "");
  const comment = valueOf(change, "commentLineStartsWith") ?? "#";
  const quote = valueOf(change, "quotchar") ?? '"';
  const separator = valueOf(change, "separator") ?? ",";
  const read = parse(file.text, {
    delimiter: separator === "\\t" ? "\t" : separator,
    quote: quote === "" ? null : quote,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
  }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  const [header, ...rest] = read.filter(({ record }) => comment === "" || record[0]?.startsWith(comment) !== true);
  const names = (header?.record ?? []).map((name) => name.trim());
  const live = await liveTypes(change, context);
  const given = columnsOf(change);
  const columns = names.map((name, index): LoadColumn & { readonly index: number } => {
    const own =
      given.find((column) => valueOf(column, "index") === String(index)) ??
      given.find((column) => (valueOf(column, "header") ?? valueOf(column, "name"))?.toLowerCase() === name.toLowerCase());
    const target = (own === undefined ? null : valueOf(own, "name")) ?? name;
    const type = own === undefined ? null : valueOf(own, "type");
    return {
      index,
      name: target,
      type: loadType(type, live.get(target.toLowerCase())),
      defaultValue: own === undefined ? null : valueOf(own, "defaultValue"),
    };
  });
  const wrong = rest.find(({ record }) => record.length !== names.length);
  if (wrong !== undefined) {
    context.note(
      "loaded-row-too-short",
      `the row has ${wrong.record.length} values and the header ${names.length}: Liquibase refuses the file`,
      { file: file.path, line: wrong.info.lines },
    );
  }
  return {
    columns: columns.filter(({ type }) => type !== "SKIP"),
    records: rest.map(({ record, info }) => ({ cells: record, line: info.lines })),
  };
}

/** Types of the columns as the table has them now, for those that the change gives no type. */
async function liveTypes(change: Node, { at, naming }: ChangeContext): Promise<ReadonlyMap<string, string>> {
  const rows = await at.rows(
    "select attname::text as name, format_type(atttypid, null) as type from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped",
    [tableOf(change, naming)],
  );
  return new Map(rows.map(({ name, type }) => [String(name).toLowerCase(), String(type)]));
}

const known = new Set<string>([
  "BOOLEAN",
  "NUMERIC",
  "DATE",
  "STRING",
  "COMPUTED",
  "SEQUENCE",
  "BLOB",
  "CLOB",
  "UUID",
  "OTHER",
  "UNKNOWN",
  "SKIP",
]);

function loadType(given: string | null, live: string | undefined): LoadType {
  const wanted = given?.toUpperCase() ?? "";
  if (wanted === "DATETIME" || wanted === "TIME") return "DATE";
  if (known.has(wanted)) return wanted as LoadType;
  if (wanted !== "") return "UNKNOWN";
  if (live === undefined) return "STRING";
  if (/^(?:small|big)?int|^numeric|^real|^double|^integer/.test(live)) return "NUMERIC";
  if (live === "boolean") return "BOOLEAN";
  if (/^(?:date|time)/.test(live)) return "DATE";
  if (live === "uuid") return "UUID";
  return /^(?:character|text|name)/.test(live) ? "STRING" : "OTHER";
}

/** One cell as SQL (`LoadDataChange.generateStatements`, `BooleanUtil`). */
function cellSql(cell: string, column: LoadColumn, context: ChangeContext): string {
  const value = cell === "" ? column.defaultValue : cell;
  if (value !== null && /^null$/i.test(value)) return "NULL";
  if (value === null) return column.type === "STRING" ? "''" : "NULL";
  switch (column.type) {
    case "BOOLEAN":
      return /^(?:true|t|yes|y|1)$/i.test(value.trim()) ? "TRUE" : "FALSE";
    case "NUMERIC":
      return value;
    case "DATE":
      return valueSql(readDate(value), context.naming);
    case "COMPUTED":
      return functionSql(value);
    case "SEQUENCE":
      return sequenceSql("nextval", value, context.naming);
    case "CLOB":
      return quoteText(context.file(value).text);
    case "BLOB":
      return /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0
        ? `decode('${value}', 'base64')`
        : `'\\x${context.file(value).bytes.toString("hex")}'`;
    case "STRING":
    case "UUID":
    case "OTHER":
    case "UNKNOWN":
    case "SKIP":
      return quoteText(value);
  }
}

const loadData: ChangeType = {
  fields,
  async generate(change, context) {
    const { columns, records } = await readTable(change, context);
    const into = {
      table: tableOf(change, context.naming),
      columns: escapeAll(
        columns.map(({ name }) => name),
        context.naming,
      ),
    };
    const file = context.file(valueOf(change, "file") ?? "").path;
    const steps: Step[] = [];
    for (let start = 0; start < records.length; start += rowsAtOnce) {
      const some = records.slice(start, start + rowsAtOnce);
      const rows = some.map(({ cells }) => columns.map((column) => cellSql(cells[column.index] ?? "", column, context)));
      steps.push(statement(insertRows(rows, into), { file, line: some[0]?.line ?? 1 }));
    }
    return steps;
  },
};

const loadUpdateData: ChangeType = {
  fields: [...fields, "primaryKey", "onlyUpdate"],
  async generate(change, context) {
    const { columns, records } = await readTable(change, context);
    const names = escapeAll(
      columns.map(({ name }) => name),
      context.naming,
    );
    const keys = new Set(
      escapeAll(
        (valueOf(change, "primaryKey") ?? "").split(",").map((key) => key.trim()),
        context.naming,
      ),
    );
    const file = context.file(valueOf(change, "file") ?? "").path;
    return records.flatMap(({ cells, line }): readonly Step[] => {
      const values = columns.map((column) => cellSql(cells[column.index] ?? "", column, context));
      const { update, block } = upsert({ table: tableOf(change, context.naming), columns: names, values }, keys);
      if (flagOf(change, "onlyUpdate") !== true) return [statement(block, { file, line })];
      return update === "" ? [] : [statement(update, { file, line })];
    });
  },
};

/** Changes of rows that stand in a file of their own. */
export const loadChanges: Readonly<Record<string, ChangeType>> = { loadData, loadUpdateData };
