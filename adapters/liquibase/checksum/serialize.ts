import { childOf, flagOf, listOf, valueOf, type Node } from "../source/node.ts";
import { javaDate } from "../source/yaml.ts";
import { readDate } from "../postgres/values.ts";
import {
  booleanFields,
  changeFields,
  columnFields,
  constraintFields,
  notOfIndexes,
  oldFields,
  placedColumns,
  visitorFields,
} from "./fields.ts";
import type { ChecksumVersion } from "./normalize.ts";

const indent = (depth: number): string => " ".repeat(4 * depth);

/** A change as `StringChangeLogSerializer` writes it; `null` for one whose fields are not known. */
export function serializeChange(change: Node, version: ChecksumVersion): string | null {
  const own = changeFields[change.name];
  if (own === undefined) return null;
  const fields = version === 8 ? [...own, ...(oldFields[change.name] ?? [])] : own;
  const lines = fields.flatMap((field) => (field.endsWith("*") ? columnList(change) : fieldLine(field, fieldValue(change, field), 1)));
  return `${change.name}:${bracket(lines, 1)}`;
}

/** A visitor of `modifySql`; `null` for an unknown one. */
export function serializeVisitor(visitor: Node, group: Node): string | null {
  const known = visitorFields[visitor.name];
  if (known === undefined) return null;
  const rollback = fieldLine("applyToRollback", String(flagOf(group, "applyToRollback") === true), 1);
  return `${known.name}:${bracket([...rollback, ...known.fields.flatMap((field) => fieldLine(field, valueOf(visitor, field), 1))], 1)}`;
}

function bracket(lines: readonly string[], depth: number): string {
  const body = lines.length === 0 ? "" : `\n${[...new Set(lines)].sort().join("\n")}\n`;
  return `[${body}${indent(depth - 1)}]`;
}

function fieldLine(field: string, value: string | null, depth: number): readonly string[] {
  return value === null ? [] : [`${indent(depth)}${field}="${value}"`];
}

/** The text that an element holds itself. */
const direct: Readonly<Record<string, string>> = { output: "message", createView: "selectQuery" };

function fieldValue(change: Node, field: string): string | null {
  const value = textOf(change, field);
  // Under this name, and without the blanks around it, sums of version 8 have the text.
  if (field === "procedureBody") return value ?? valueOf(change, "procedureText") ?? (change.value?.trim() || null);
  if (field === "target" && change.name === "output") return value === "" ? null : (value ?? "STDERR");
  if (field === "onDelete" && change.name === "addForeignKeyConstraint" && value === null)
    return flagOf(change, "deleteCascade") === true ? "CASCADE" : null;
  if (booleanFields.has(field)) return flag(change, field);
  // `AbstractModifyDataChange.setWhere`.
  if (field === "where") return value?.trim() || null;
  return value ?? (direct[change.name] === field ? change.value : null);
}

/** A field as Java has it: a day of YAML is a date there. */
function textOf(node: Node, field: string): string | null {
  const child = childOf(node, field);
  return child?.isDate === true ? javaDate(new Date(child.value ?? "")) : (child?.value ?? null);
}

function flag(node: Node, field: string): string | null {
  const value = flagOf(node, field);
  return value === null ? null : String(value);
}

function columnList(change: Node): readonly string[] {
  const columns = listOf(change, "columns", "column");
  if (columns.length === 0) return change.name === "dropColumn" ? [] : [`${indent(1)}columns=[]`];
  const items = columns.map((column) => `${indent(2)}${serializeColumn(column, change.name)}`);
  return [`${indent(1)}columns=[\n${items.join(",\n")}\n${indent(1)}]`];
}

function serializeColumn(column: Node, change: string): string {
  const place = placedColumns.has(change) ? ["afterColumn", "beforeColumn", "position"] : [];
  const counts = (field: string): boolean => change !== "createIndex" || !notOfIndexes.has(field);
  const values = columnValues(column);
  const lines = [...columnFields, ...place].filter(counts).flatMap((field) => fieldLine(field, values(field), 3));
  const constraints = childOf(column, "constraints");
  if (constraints === null || !counts("constraints")) return bracket(lines, 3);
  const own = constraintFields.flatMap((field) =>
    fieldLine(field, booleanFields.has(field) ? flag(constraints, field) : valueOf(constraints, field), 4),
  );
  return bracket([...lines, `${indent(3)}${bracket(own, 4)}`], 3);
}

/** The values of a column as `ColumnConfig.load` reads them: what is no number or no date is a function. */
function columnValues(column: Node): (field: string) => string | null {
  const prefixes = ["value", "defaultValue"];
  const given = new Map<string, string | null>();
  for (const prefix of prefixes) {
    const [number, date] = [numberOf(valueOf(column, `${prefix}Numeric`)), dateOf(childOf(column, `${prefix}Date`))];
    given.set(`${prefix}Numeric`, number?.kind === "value" ? number.text : null);
    given.set(`${prefix}Date`, date?.kind === "value" ? date.text : null);
    const computed = [number, date].find((each) => each?.kind === "function")?.text ?? null;
    given.set(`${prefix}Computed`, valueOf(column, `${prefix}Computed`) ?? computed);
  }
  return (field) => {
    if (given.has(field)) return given.get(field) ?? null;
    if (field === "value") return textOf(column, "value") ?? (column.value?.trim() || null);
    return booleanFields.has(field) ? flag(column, field) : textOf(column, field);
  };
}

interface Read {
  readonly kind: "value" | "function";
  readonly text: string;
}

function numberOf(text: string | null): Read | null {
  if (text === null || text.toLowerCase() === "null") return null;
  const bare = text.startsWith("(") ? text.replace(/^\(/, "").replace(/\)$/, "") : text;
  return /^-?[\d.,]/.test(bare) ? { kind: "value", text: bare } : { kind: "function", text };
}

/** `ISODateFormat`. */
function dateOf(node: Node | null): Read | null {
  const text = node?.value ?? null;
  if (node?.isDate === true) return { kind: "value", text: `${text ?? ""}T00:00:00` };
  const value = readDate(text);
  if (value === null) return null;
  return value.kind === "date" ? { kind: "value", text: value.literal.replace(" ", "T") } : { kind: "function", text: text?.trim() ?? "" };
}
