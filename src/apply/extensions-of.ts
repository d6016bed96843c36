import { classifyStatement } from "../sql/statement.ts";
import type { RunnablePlan } from "./runnable.ts";

/** The extensions that the migrations create: a shadow must have been opened with them. */
export function extensionsOf({ plan }: RunnablePlan): readonly string[] {
  const names = plan.migrations
    .flatMap(({ up }) => up.filter(({ change }) => change.some(({ kind }) => kind === "create-extension")))
    .flatMap(({ sql }) => classifyStatement(sql))
    .flatMap(({ kind, object }) => (kind === "create-extension" && object !== null ? [object.name] : []));
  return [...new Set(names)];
}
