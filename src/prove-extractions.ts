import { countRows } from "./catalog/rows.ts";
import type { RowReadOptions } from "./catalog/rows.ts";
import { extractionSchema } from "./decisions/extract.ts";
import { reviseHistory } from "./decisions/revise.ts";
import { failed, ok, type Failure, type Result } from "./model/failure.ts";
import type { Finding } from "./model/history.ts";
import type { MigrationReplay } from "./model/replay.ts";
import { rolesOf } from "./prove-history.ts";
import { fastForward } from "./replay/fast-forward.ts";
import type { Stage } from "./run.ts";
import { compareWith, type SquashExpectation } from "./squash/prove-trial.ts";
import { readExpectation } from "./squash/prove.ts";

/**
 * Runs the history without the functions that data changes were moved into, and compares where both lead: the same rows and the same catalog outside of schema
 * pggit. Gives a finding for each such migration; fails (exit 2) where they differ. `moved` is the head of the history with the functions, `replays` how it got there.
 */
export async function proveExtractions(
  stage: Stage,
  {
    moved,
    replays,
    reading,
  }: { readonly moved: SquashExpectation; readonly replays: readonly MigrationReplay[]; readonly reading: RowReadOptions },
): Promise<Result<readonly Finding[]>> {
  const extracted = stage.settled.filter(({ effect }) => effect.kind === "extract-step");
  if (extracted.length === 0) return ok([]);
  const others = stage.settled.filter(({ effect }) => effect.kind !== "extract-step");
  const original = reviseHistory(stage.asRead, others);
  const withSchema = { ...original, bookkeepingSql: [...original.bookkeepingSql, extractionSchema] };
  const opened = await stage.openFresh();
  if (opened.kind === "failed") return opened;
  const shadow = opened.value;
  const names = extracted.map(({ edgeCase }) => edgeCase.migration ?? edgeCase.id);
  try {
    const ran = await fastForward(withSchema, shadow.session, { until: withSchema.migrations.length, assumedRoles: rolesOf(replays) });
    if (!ran) return failed(notComparable(names));
    await shadow.session.run("RESET ALL");
    const kept = await readExpectation(shadow, reading);
    const differences = compareWith(kept, moved).filter(({ identity }) => !isOfOurs(identity));
    const [first] = differences;
    if (first !== undefined)
      return failed(notEqual(names, `${first.identity}: ${first.aspect} is ${first.found ?? "missing"}, not ${first.expected ?? "there"}`));
    const rows = countRows(kept.rows);
    return ok(names.map((migration) => equalFinding(migration, rows)));
  } finally {
    await shadow.close();
  }
}

/** Objects of schema pggit, however a judge names them: `pg_proc.pggit.f`, `procedure:pggit.f()`; a table called pggit is none. */
function isOfOurs(identity: string): boolean {
  return /(?:^|[\s:(]|\bpg_\w+\.)"?pggit"?\./.test(identity);
}

function equalFinding(migration: string, rows: number): Finding {
  const message = `The data change of ${migration} is a function of schema pggit. The history gives the same catalog outside of that schema and the same rows with it as without (${rows} ${rows === 1 ? "row" : "rows"} in all tables).`;
  return { kind: "finding", code: "extracted", message, location: null, migration };
}

function notEqual(migrations: readonly string[], difference: string): Failure {
  return {
    kind: "failure",
    code: "extraction-differs",
    message: `As functions, the data changes of ${migrations.join(", ")} do not give what they give as they are: ${difference}.`,
    location: migrations[0] ?? null,
    hint: "Keep it as it is.",
    exitCode: 2,
  };
}

function notComparable(migrations: readonly string[]): Failure {
  return {
    kind: "failure",
    code: "extraction-unproven",
    message: `Whether the functions of ${migrations.join(", ")} do the same cannot be shown: the history does not run through.`,
    location: migrations[0] ?? null,
    hint: "Settle what does not run first, or keep the data change as it is.",
    exitCode: 2,
  };
}
