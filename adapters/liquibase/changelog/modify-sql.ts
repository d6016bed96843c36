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
  const visitors = modifications(changeSet, use.runtime)
    .filter((group) => use.way === "up" || flagOf(group, "applyToRollback") === true)
    .flatMap((group) => group.children);
  for await (const step of steps) {
    yield step.kind === "statement" ? { ...step, sql: visitors.reduce((sql, visitor) => visit(sql, visitor), step.sql) } : step;
  }
}

/** The `modifySql` of a changeSet that count on PostgreSQL with these contexts and labels (`DbmsChangeSetFilter` and its like remove the others). */
export function modifications({ node }: Pick<ChangeSet, "node">, runtime: Runtime): readonly Node[] {
  return childrenOf(node, "modifySql").filter((group) => matchesPostgres(valueOf(group, "dbms")) && applies(group, runtime));
}

function applies(group: Node, { contexts, labels }: Runtime): boolean {
  const own = (valueOf(group, "labels") ?? "").split(",").flatMap((label) => (label.trim() === "" ? [] : [label.trim().toLowerCase()]));
  if (labels !== null && own.length > 0 && !labels.matches((name) => own.includes(name))) return false;
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
