import { type Node, valueOf } from "../source/node.ts";
import { escapeQualified, quoteText, type Naming } from "./quoting.ts";
import type { ColumnType } from "./types.ts";

/** A value as a column of a change has it (`ColumnConfig.getValueObject`, `getDefaultValueObject`). */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  /** A date, time or both, as its literal. */
  | { readonly kind: "date"; readonly literal: string }
  | { readonly kind: "computed"; readonly text: string }
  | { readonly kind: "sequence-next"; readonly name: string }
  | { readonly kind: "sequence-current"; readonly name: string }
  /** A file whose content is the value. */
  | { readonly kind: "file"; readonly path: string; readonly content: "text" | "bytes" };

/** `value`, `valueNumeric`, … of a column; the prefix `defaultValue` reads the default. `null` where there is none. */
export function readValue(node: Node, prefix: "value" | "defaultValue"): Value | null {
  const own = valueOf(node, prefix) ?? (prefix === "value" ? (node.value?.trim() ?? null) : null);
  if (own !== null) return { kind: "text", text: own };
  const get = (suffix: string): string | null => valueOf(node, `${prefix}${suffix}`);
  const boolean = readBoolean(get("Boolean"));
  const numeric = readNumber(get("Numeric"));
  const date = readDate(get("Date"));
  const computed = get("Computed");
  for (const found of [boolean, numeric, date]) if (found !== null && found.kind !== "computed") return found;
  if (computed !== null) return { kind: "computed", text: computed };
  for (const found of [boolean, numeric, date]) if (found !== null) return found;
  const clob = get("ClobFile");
  if (clob !== null) return { kind: "file", path: clob, content: "text" };
  const blob = get("BlobFile");
  if (blob !== null) return { kind: "file", path: blob, content: "bytes" };
  const next = get("SequenceNext");
  if (next !== null) return { kind: "sequence-next", name: next };
  const current = get("SequenceCurrent");
  return current === null ? null : { kind: "sequence-current", name: current };
}

function readBoolean(given: string | null): Value | null {
  const text = given?.trim() ?? "";
  if (text === "" || /^null$/i.test(text)) return null;
  // `Boolean.valueOf`: what is not true is false.
  return { kind: "boolean", value: /^(?:true|1)$/i.test(text) };
}

function readNumber(given: string | null): Value | null {
  if (given === null || /^null$/i.test(given)) return null;
  const bare = given.startsWith("(") ? given.replace(/^\(/, "").replace(/\)$/, "") : given;
  return /^-?[\d.,]/.test(bare) ? { kind: "number", text: bare } : { kind: "computed", text: given };
}

/** `ISODateFormat.parse`: by length; what is no date is a function. */
export function readDate(given: string | null): Value | null {
  const text = given?.trim() ?? "";
  if (text === "" || /^null$/i.test(text)) return null;
  if (/^\d{1,2}:\d{2}:\d{2}$/.test(text)) return { kind: "date", literal: text.padStart(8, "0") };
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { kind: "date", literal: text };
  const both = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (both === null || (both[3] === undefined && text.length !== 19)) return { kind: "computed", text };
  const fraction = both[3]?.replace(/0+$/, "") ?? "";
  return { kind: "date", literal: `${both[1]} ${both[2]}${fraction === "" ? "" : `.${fraction}`}` };
}

/** `AbstractJdbcDatabase.generateDatabaseFunctionValue`. */
export function functionSql(text: string): string {
  return /^current_(?:timestamp|datetime)|^now\(\)$/i.test(text) ? "NOW()" : text;
}

/** The next or present number of a sequence. */
export function sequenceSql(kind: "nextval" | "currval", name: string, naming: Naming): string {
  return `${kind}('${escapeSequence(name, naming)}')`;
}

/** A sequence as a value names it: with its schema before a dot. Liquibase 4.28 quotes the whole, which then names nothing. */
export function escapeSequence(name: string, naming: Naming): string {
  const parts = name.split(".");
  const [schema, own] = parts.length === 2 ? [parts[0] ?? null, parts[1] ?? ""] : [null, name];
  return escapeQualified(own, schema, naming);
}

/** A value that needs no type to be printed; `null` for text and files. */
function untyped(value: Value, naming: Naming): string | null {
  switch (value.kind) {
    case "computed":
      return functionSql(value.text);
    case "sequence-next":
      return sequenceSql("nextval", value.name, naming);
    case "sequence-current":
      return sequenceSql("currval", value.name, naming);
    case "boolean":
      return value.value ? "TRUE" : "FALSE";
    case "number":
      return value.text.replace(/\.0+$/, "");
    case "date":
      return `'${value.literal}'`;
    case "text":
    case "file":
      return null;
  }
}

/** A default as its column's type prints it (`LiquibaseDataType.objectToSql`). */
export function defaultSql(value: Value, type: ColumnType, naming: Naming): string {
  const known = untyped(value, naming);
  if (value.kind === "number" && type.family === "boolean") return /^1(?:\.0+)?$/.test(value.text) ? "TRUE" : "FALSE";
  const quoted = type.family === "unknown" || type.family === "char" || type.family === "clob";
  if (value.kind === "number" && quoted) return `'${type.family === "unknown" ? known : value.text}'`;
  if (value.kind === "boolean" && quoted) return `'${value.value}'`;
  if (value.kind === "date" && type.family === "unknown") return `'${value.literal}'`;
  if (known !== null) return known;
  const text = value.kind === "text" ? value.text : "";
  if (/^null$/i.test(text)) return type.family === "unknown" ? "'null'" : "null";
  switch (type.family) {
    case "char":
      return quoteText(text);
    case "clob":
      return text.startsWith("'") ? text : quoteText(text);
    case "boolean":
      if (/^'?(?:true|1|b'1'|t)'?$/i.test(text)) return "TRUE";
      return /^'?(?:false|0|b'0'|f)'?$/i.test(text) ? "FALSE" : text;
    case "integer":
    case "number":
      return type.family === "integer" ? text.replace(/\.0+$/, "") : text;
    case "date":
    case "time":
      return quoteText(text);
    case "timestamp":
      return text.endsWith("()") || /^(?:current_timestamp|current_date|current_time|now\(\))$/i.test(text) ? text : quoteText(text);
    case "blob":
    case "unknown":
      return `'${text}'`;
    case "plain":
      return text;
  }
}

/** A value of INSERT, UPDATE and WHERE, whose column's type is not asked (`InsertGenerator`, `UpdateGenerator`, `DataTypeFactory.fromObject`). */
export function valueSql(value: Value | null, naming: Naming): string {
  if (value === null) return "NULL";
  const known = untyped(value, naming);
  if (known !== null) return known;
  if (value.kind === "file") return "NULL";
  const text = value.kind === "text" ? value.text : "";
  return /^null$/i.test(text) ? "NULL" : quoteText(text);
}
