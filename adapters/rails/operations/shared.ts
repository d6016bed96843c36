import type { Value } from "../../../src/script/value.ts";
import { textOf, type Call } from "../call.ts";
import { quoteColumn, quoteTable } from "../names.ts";
import { quoteText } from "../values.ts";

/** The table that an operation names first. Throws `Stuck` where that is not known. */
export function tableOf({ args, location }: Call): string {
  return textOf(args[0], "the table", location);
}

/** The name that an operation on no table has first. Throws `Stuck` where that is not known. */
export function nameOf({ args, location }: Call): string {
  return textOf(args[0], "the name", location);
}

/** `COMMENT ON …`; an empty comment is none. */
export function commentSql(on: string, comment: string | null): string {
  return `COMMENT ON ${on} IS ${comment === null || comment === "" ? "NULL" : quoteText(comment)}`;
}

/** `ALTER INDEX … RENAME`, in the schema of its table. */
export function renameIndexSql(table: string, old: string, name: string): string {
  const schema = /^(.*)\./.exec(table)?.[1];
  return `ALTER INDEX ${schema === undefined ? "" : `${quoteTable(schema)}.`}${quoteColumn(old)} RENAME TO ${quoteColumn(name)}`;
}

/** Something with attributes that can be read. */
export function record(name: string, attributes: Readonly<Record<string, Value>>): Value {
  return {
    kind: "thing",
    name,
    receive: async (message) => (Object.hasOwn(attributes, message.name) ? (attributes[message.name] ?? null) : null),
  };
}
