import { qualifiedName } from "../../sql/quote.ts";
import { classifyStatement } from "../../sql/statement.ts";
import type { HeadRelation } from "../head-schema.ts";
import type { RunScope } from "./scope.ts";

/** Who else reads a table, as far as the history knows. */
export interface Reader {
  readonly table: string;
  readonly reader: string;
  readonly how: string;
}

/** Views over the tables concerned (also over views), foreign keys that point to them, and publications of the history. */
export function readersOf({ tables, head, plan }: RunScope): readonly Reader[] {
  const found: Reader[] = [];
  const viewsOver = new Map<string, HeadRelation[]>();
  const pointingTo = new Map<string, { reader: string; columns: readonly string[] }[]>();
  for (const relation of head.values()) {
    for (const read of relation.reads) viewsOver.set(read, [...(viewsOver.get(read) ?? []), relation]);
    for (const { columns, references } of relation.foreignKeys) {
      if (references !== relation.identity)
        pointingTo.set(references, [...(pointingTo.get(references) ?? []), { reader: relation.identity, columns }]);
    }
  }
  for (const table of [...tables.keys()].sort()) {
    const seen = new Set<string>([table]);
    const visit = (read: string): void => {
      for (const view of viewsOver.get(read) ?? []) {
        if (seen.has(view.identity)) continue;
        seen.add(view.identity);
        found.push({ table, reader: view.identity, how: read === table ? view.kind : `${view.kind}, through ${read}` });
        visit(view.identity);
      }
    };
    visit(table);
    for (const { reader, columns } of pointingTo.get(table) ?? [])
      found.push({ table, reader, how: `foreign key (${columns.join(", ")})` });
  }
  for (const { up } of plan.migrations) {
    for (const { sql, change } of up) {
      if (!change.some(({ kind }) => kind === "create-publication" || kind === "alter-publication")) continue;
      for (const { object, reads } of classifyStatement(sql)) {
        const named = reads.filter(({ kind }) => kind === "table").map(({ schema, name }) => qualifiedName(schema ?? "public", name));
        for (const table of named.filter((name) => tables.has(name))) found.push({ table, reader: object?.name ?? "", how: "publication" });
      }
    }
  }
  return found;
}
