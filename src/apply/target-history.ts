import type { Session } from "../database/session.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Result } from "../model/failure.ts";
import type { MigrationFact } from "../store/record.ts";
import type { Known } from "./assess.ts";
import type { Stamp } from "./store-recorder.ts";

/** What the source tool's own table in the target says, in terms of the plan. */
export interface HistoryReading {
  /** `null` where the target has no such table, or it is empty. */
  readonly known: Known | null;
  /** What to record of each applied migration; by its id. */
  readonly facts: ReadonlyMap<string, Pick<MigrationFact, "appliedAt" | "appliedBy" | "executionMs" | "source">>;
  /** What the comparison of the catalogs answers, in sentences: edited and missing files, another order. */
  readonly warnings: readonly string[];
  /** What it does not answer: a migration that broke off, one that was passed over. Nothing runs before they are decided. */
  readonly questions: readonly EdgeCaseDraft[];
  /** Repeatable migrations that stand there with an older text and are pending again. */
  readonly outdated: readonly string[];
  readonly stamp: Stamp;
  /** Who holds the source tool's own lock, in words: it is at work there, or a run of it was killed. */
  readonly lockedBy: string | null;
}

/** The source tool's side of a target. */
export interface TargetHistory {
  read(session: Session): Promise<Result<HistoryReading>>;
}
