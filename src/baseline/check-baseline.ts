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

/** What became of a baseline: equal to its migrations as far as it is to be, or a question. */
export type BaselineVerdict =
  | { readonly kind: "equal"; readonly finding: Finding }
  | { readonly kind: "different"; readonly question: EdgeCaseDraft };

/**
 * Runs a baseline alone on an empty shadow and has both judges of the whole catalog compare it with the migrations up to its version. New databases begin with a Flyway
 * `B` file where old ones ran the migrations, so both must give the same. A dump is a witness of what the tool itself once made of them: what differs in rows of the
 * catalog alone (the order of columns, what a dump does not keep) is told, and what differs in objects is asked.
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
  const rows = stated.length > 0 ? [] : compareSnapshots(expected.snapshot, snapshot);
  const asked = [...stated, ...(baseline.kind === "start" ? rows : [])];
  return asked.length === 0 && failures.length === 0
    ? { kind: "equal", finding: equalFinding(baseline, rows) }
    : {
        kind: "different",
        question: ask[baseline.kind](baseline, [...failures.map((failure) => `it fails: ${failure}`), ...sayDifferences(asked)]),
      };
}

function equalFinding({ kind, id, through }: Baseline, rows: readonly CatalogDifference[]): Finding {
  const compared = "it was run alone and compared by both judges";
  const what = kind === "start" ? `The baseline ${id}` : `The dump ${id}`;
  const message =
    rows.length === 0
      ? `${what} gives the same catalog as the migrations up to ${through}: ${compared}.`
      : `${what} gives the same objects as the migrations up to ${through}: ${compared}. Only in rows of the catalog they differ: ${listDifferences(sayDifferences(rows))}.`;
  return { kind: "finding", code: `${kind === "start" ? "baseline" : "dump"}-equal`, message, location: null, migration: null };
}

const ask: Readonly<Record<Baseline["kind"], (baseline: Baseline, shown: readonly string[]) => EdgeCaseDraft>> = {
  start: (baseline, shown) => ({
    ...questionOf(baseline),
    kind: "squash-difference",
    title: `The baseline ${baseline.id} is not what the migrations up to ${baseline.through} give`,
    question: `Databases that started from ${baseline.id} differ from those that ran the migrations: ${listDifferences(shown)}. Which of the two is right?`,
    action: "Keep the migrations as the history, or correct one of the two.",
    risk: "HIGH",
  }),
  dump: (baseline, shown) => ({
    ...questionOf(baseline),
    kind: "drift",
    title: `The dump ${baseline.id} is not what the migrations up to ${baseline.through} give`,
    question: `The database that was dumped to ${baseline.id} differed from what the migrations give: ${listDifferences(shown)}. Was it changed by hand, or were migrations edited after they ran?`,
    action: "Keep the migrations as the history; where a database is at hand, --database compares with it itself.",
    risk: "MEDIUM",
  }),
};

function questionOf({ migration }: Baseline): Pick<EdgeCaseDraft, "source" | "suggestion" | "evidence" | "choices"> {
  const file = migration.files[0]?.path;
  return {
    source: file === undefined ? null : { location: { file, line: 1 }, text: "" },
    suggestion: null,
    evidence: [],
    choices: ["keep", "edit"],
  };
}
