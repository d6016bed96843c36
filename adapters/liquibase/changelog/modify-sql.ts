import type { Step } from "../../../src/model/history.ts";
import { childrenOf, flagOf, valueOf, type Node } from "../source/node.ts";
import { contextOf, type ChangeSet } from "./change-set.ts";
import type { Runtime } from "./environments.ts";
import { matchesPostgres, readExpression } from "./expression.ts";

/** The SQL after the visitors of `modifySql`, in the order in which they are written (`SqlVisitor.modifySql`). */
export async function* modifySql(
  steps: AsyncIterable<Step>,
  changeSet: ChangeSet,
  use: { readonly way: "up" | "down"; readonly runtime: Runtime },
): AsyncGenerator<Step> {
  const visitors = childrenOf(changeSet.node, "modifySql")
    .filter((group) => matchesPostgres(valueOf(group, "dbms")))
    .filter((group) => use.way === "up" || flagOf(group, "applyToRollback") === true)
    .filter((group) => applies(group, use.runtime))
    .flatMap((group) => group.children);
  for await (const step of steps) {
    yield step.kind === "statement" ? { ...step, sql: visitors.reduce((sql, visitor) => visit(sql, visitor), step.sql) } : step;
  }
}

function applies(group: Node, { contexts }: Runtime): boolean {
  const expression = readExpression(contextOf(group));
  return expression === null || contexts === null || expression.matches((name) => contexts.includes(name));
}

function visit(sql: string, visitor: Node): string {
  const value = valueOf(visitor, "value") ?? visitor.value ?? "";
  switch (visitor.name) {
    case "prepend":
      return `${value}${sql}`;
    case "append":
      return `${sql}${value}`;
    case "appendSqlIfNotPresent":
      return sql.endsWith(value) ? sql : `${sql}${value}`;
    case "replace":
      return sql.replaceAll(valueOf(visitor, "replace") ?? "", () => valueOf(visitor, "with") ?? "");
    case "regExpReplace":
      return sql.replaceAll(new RegExp(valueOf(visitor, "replace") ?? "", "g"), valueOf(visitor, "with") ?? "");
    default:
      return sql;
  }
}
