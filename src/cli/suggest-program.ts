import { withKeptPlan } from "../apply/plan-files.ts";
import { openProgram, suggestForProgram } from "../apply/suggest-program.ts";
import { withSecrets } from "../apply/with-secrets.ts";
import type { DecisionFile } from "../decisions/decision-file.ts";
import { withProgramSql, type OfferedSql } from "../decisions/program-suggestion.ts";
import { renderConversionFiles } from "../export/conversion-files.ts";
import { ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import type { Conversion } from "../pipeline.ts";
import { sealPlan } from "../plan/write-plan.ts";
import { withDatabaseFor, type PlanlessStep } from "./database-step.ts";

/** The SQL that a plan offers because a database or a model gave it, by the question; what is decided already stands with the decision. */
export function offeredIn({ edgeCases }: Pick<Plan, "edgeCases">): ReadonlyMap<string, OfferedSql> {
  return new Map(
    edgeCases.flatMap(({ id, kind, suggestion }): readonly [string, OfferedSql][] => {
      if (suggestion === null || suggestion.sql === null) return [];
      const { sql, origin } = suggestion;
      return origin === "model" || (origin === "state-difference" && kind === "custom-code") ? [[id, { sql, origin }]] : [];
    }),
  );
}

/**
 * Where one program of the history is undecided and ran in the database that the flags name: the conversion with what differs there as a proven suggestion. Else, and where
 * nothing is proven, the conversion as it is. Writes nothing but to a temporary folder.
 */
export async function suggestFromDatabase(
  conversion: Conversion,
  step: PlanlessStep & { readonly decisions: DecisionFile },
): Promise<Result<Conversion>> {
  if (step.flags.database === undefined || openProgram(conversion.content) === null) return ok(conversion);
  const plan = sealPlan(conversion.content);
  const planName = "plan.json";
  const suggested = await withKeptPlan({ files: renderConversionFiles(conversion, { plan, planName }) }, {}, (runnable) =>
    withDatabaseFor(
      { ...step, access: "read-only" },
      { runnable: withSecrets(runnable, conversion.replays), decisions: step.decisions },
      suggestForProgram,
    ),
  );
  if (suggested.kind === "failed") return suggested;
  if (suggested.value === null) return ok(conversion);
  const { edgeCase, sql } = suggested.value;
  if (sql !== "")
    step.progress.warn(
      `${edgeCase.migration ?? ""} is a program that ran in this database: what differs there is offered as its SQL, proven up and down. Choose use-suggestion for ${edgeCase.id}.`,
    );
  const edgeCases = conversion.content.edgeCases.map((one) => (one.id === edgeCase.id ? withProgramSql(one, sql) : one));
  return ok({ ...conversion, content: { ...conversion.content, edgeCases } });
}
