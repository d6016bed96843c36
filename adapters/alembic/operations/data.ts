import { callWith } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, type Value } from "../../../src/script/value.ts";
import { makeStatement, statementSql } from "../runtime/statements.ts";
import { isTable } from "../runtime/tables.ts";
import { argument } from "../values.ts";
import type { Operation } from "./shared.ts";

/** `op.bulk_insert(table, rows)`. */
export const bulkInsert: Operation = async (call, { session, location }) => {
  const table = argument(call, 0, "table");
  const rows = argument(call, 1, "rows") ?? nil;
  if (!isTable(table)) throw new Stuck("the table that rows are put into is not known", call.location, "rows");
  if (rows.kind !== "list")
    throw new Stuck(rows.kind === "unknown" ? `the rows are not known: ${rows.reason}` : "the rows are not known", call.location, "rows");
  // Rows of one shape are one statement.
  for (const group of byKeys(rows.items)) {
    const insert = makeStatement("insert", { table, call: callWith(location), session });
    await session.send(await statementSql(insert, { session, location }, { kind: "list", items: [...group] }), location);
  }
  return nil;
};

function byKeys(rows: readonly Value[]): readonly (readonly Value[])[] {
  const groups: { readonly keys: string; readonly rows: Value[] }[] = [];
  for (const row of rows) {
    const keys = row.kind === "map" ? [...row.entries.keys()].join("\n") : row.kind;
    const last = groups.at(-1);
    if (last?.keys === keys) last.rows.push(row);
    else groups.push({ keys, rows: [row] });
  }
  return groups.map((group) => group.rows);
}
