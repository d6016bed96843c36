import type { Node } from "libpg-query";
import type { ChangeDetails } from "../model/change.ts";
import { builtinVolatility } from "./builtin-functions.ts";
import { collectReferences } from "./references.ts";

/**
 * How often an expression must be evaluated: `constant` once and for all, `stable` once per statement, `volatile` once per row.
 * A function that is not PostgreSQL's own counts as volatile, because its declaration is not known here.
 */
export function expressionVolatility(expression: Node): NonNullable<ChangeDetails["default"]> {
  const found = collectReferences(expression);
  let answer: NonNullable<ChangeDetails["default"]> = found.nondeterministic.length > 0 ? "stable" : "constant";
  for (const { schema, name } of found.calls) {
    const volatility = schema === null || schema === "pg_catalog" ? builtinVolatility(name) : null;
    if (volatility === null || volatility === "volatile") return "volatile";
    if (volatility === "stable") answer = "stable";
  }
  return answer;
}
