import { installCatalogReader } from "../catalog/install.ts";
import { compareStates, extractState, type SchemaState } from "../catalog/pg-delta.ts";
import type { ExcludedTables } from "../catalog/snapshot/left-out.ts";
import { compareSnapshots } from "../catalog/snapshot/compare.ts";
import { readWholeCatalog, type CatalogSnapshot } from "../catalog/snapshot/read.ts";
import type { Shadow } from "../database/session.ts";
import type { CatalogDifference } from "../model/catalog.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Baseline, Finding, History } from "../model/history.ts";
import { listDifferences, sayDifferences } from "../model/say-difference.ts";
import { replayHistory } from "../replay/replay.ts";

/** The whole catalog as both judges saw it after the migrations that a baseline stands for. */
export interface BaselineExpectation {
  readonly snapshot: CatalogSnapshot;
  readonly state: SchemaState;
}

export interface BaselineContext {
  readonly history: History;
  /** Fresh, with what the history takes for granted; its caller closes it. */
  readonly shadow: Shadow;
  readonly excludeFromReads: ExcludedTables;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
}

/** What became of a baseline: equal to its migrations, or a question. */
export type BaselineVerdict =
  | { readonly kind: "equal"; readonly finding: Finding }
  | { readonly kind: "different"; readonly question: EdgeCaseDraft };

/**
 * Runs a baseline (a Flyway `B` file) alone on an empty shadow and has both judges of the whole catalog compare it with the migrations up to
 * its version: on a new database Flyway runs the one, on an old one the others, and they must give the same.
 */
export async function checkBaseline(baseline: Baseline, expected: BaselineExpectation, context: BaselineContext): Promise<BaselineVerdict> {
  const { history, shadow, excludeFromReads, clock } = context;
  const reader = await installCatalogReader(shadow.session, { excludeFromReads });
  const alone = { ...history, migrations: [baseline.migration] };
  const failures: string[] = [];
  for await (const replay of replayHistory(alone, { session: shadow.session, reader, clock })) {
    for (const { outcome } of replay.statements) if (outcome.kind === "failed") failures.push(outcome.error.message);
  }
  const snapshot = await readWholeCatalog(shadow.session, { excludeFromReads });
  const state = await extractState(shadow, { excludeFromReads });
  const stated = compareStates(expected.state, state);
  // Both judges tell the same difference: pg-delta in the terms of objects, the other in rows of catalogs.
  const differences = stated.length > 0 ? stated : compareSnapshots(expected.snapshot, snapshot);
  return differences.length === 0 && failures.length === 0
    ? { kind: "equal", finding: equalFinding(baseline) }
    : { kind: "different", question: differenceQuestion(baseline, { differences, failures }) };
}

function equalFinding({ id, through }: Baseline): Finding {
  const message = `The baseline ${id} gives the same catalog as the migrations up to ${through}: it was run alone and compared by both judges.`;
  return { kind: "finding", code: "baseline-equal", message, location: null, migration: null };
}

function differenceQuestion(
  { id, through, migration }: Baseline,
  found: { readonly differences: readonly CatalogDifference[]; readonly failures: readonly string[] },
): EdgeCaseDraft {
  const shown = [...found.failures.map((failure) => `it fails: ${failure}`), ...sayDifferences(found.differences)];
  const file = migration.files[0]?.path;
  return {
    kind: "squash-difference",
    title: `The baseline ${id} is not what the migrations up to ${through} give`,
    question: `Databases that started from ${id} differ from those that ran the migrations: ${listDifferences(shown)}. Which of the two is right?`,
    action: "Keep the migrations as the history, or correct one of the two.",
    risk: "HIGH",
    source: file === undefined ? null : { location: { file, line: 1 }, text: "" },
    suggestion: null,
    evidence: [],
    choices: ["keep", "edit"],
  };
}
