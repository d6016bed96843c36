import type { RecordedDecision } from "../decisions/decision-file.ts";
import type { DriftDecision } from "../model/drift.ts";
import type { Failure, Result } from "../model/failure.ts";
import type { Shadow } from "../database/session.ts";
import type { TargetDatabase } from "../database/open-target.ts";
import type { RequiredApprovals } from "../plan/approvals.ts";
import type { Progress } from "../run.ts";
import type { DriftEntry } from "../store/drift.ts";
import type { Alerts } from "../model/alert.ts";
import type { Assessment, StateName } from "./assess.ts";
import type { BackupEstimate } from "./backup-sizes.ts";
import type { RunWitness } from "./observe-run.ts";
import type { Limits } from "./execute-unit.ts";
import type { Executed } from "./run-migrations.ts";
import type { RunnablePlan } from "./runnable.ts";
import type { Confirmation } from "./table.ts";
import type { TargetHistory } from "./target-history.ts";

/** Asks a person; `no-terminal` where there is nobody to ask. */
export type Ask = (question: string) => Promise<"yes" | "no" | "no-terminal">;

export interface ApplyOptions {
  readonly dryRun: boolean;
  readonly confirmation: Confirmation;
  /** No migration is run. */
  readonly recordOnly: boolean;
  /** Fails where the database is in another state. */
  readonly expect: "empty" | "partial" | "head" | null;
  /** Only a shadow of the target's own major counts. */
  readonly sameMajor: boolean;
  readonly drift: {
    readonly schemas: readonly string[];
    /** Patterns of the settings; a decision to ignore goes before them. */
    readonly ignore: readonly string[];
    readonly decisions?: readonly DriftDecision[];
  };
  /** On questions that only a target raises; those of the plan stand in it. */
  readonly decisions?: readonly RecordedDecision[];
  /** Who has to have approved the plan before anything is written; absent where nobody has to. */
  readonly approvals?: RequiredApprovals;
  readonly limits: Limits;
  readonly backup: {
    /** Bytes that prior backups may take before somebody is asked. */
    readonly limitBytes: number;
    /** Tables of more rows are saved in batches of so many. */
    readonly batchRows: number;
  };
  readonly alerts: Alerts;
  readonly disposable: boolean;
}

/** What applying gets from outside. */
export interface ApplySurroundings {
  readonly ask: Ask;
  readonly progress: Progress;
  /** Is shown what happens while migrations run. */
  readonly witness: RunWitness;
  readonly signal: AbortSignal;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  /** ISO 8601, of the clock on the wall. */
  readonly clock: () => string;
  readonly programVersion: string;
  readonly host: string;
  /** A fresh shadow with the extensions of the history. */
  readonly openShadow: () => Promise<Result<Shadow>>;
}

export interface ApplyRequest {
  readonly runnable: RunnablePlan;
  readonly target: TargetDatabase;
  readonly options: ApplyOptions;
  readonly surroundings: ApplySurroundings;
  /** The source tool's own table in the target. */
  readonly history: TargetHistory;
}

/** What was found and done. `failures` are what kept more from being done. */
export interface ApplyOutcome {
  readonly assessment: Assessment;
  /** Differences that were left alone, with who said so and why. */
  readonly ignored: readonly DriftEntry[];
  /** Differences that were undone. */
  readonly reverted: readonly DriftEntry[];
  /** `drift` stays drift; a run that stopped leaves `partial`. */
  readonly after: StateName;
  /** What pending migrations destroy and is saved first, with what it will take. */
  readonly saves: readonly BackupEstimate[];
  /** How many migrations were entered in the record without being run. */
  readonly recorded: number;
  readonly executed: readonly Executed[];
  readonly stamped: number;
  readonly stoppedAt: string | null;
  /** Of the shadow that it was compared on: `PostgreSQL 18.6 (embedded)`. */
  readonly engine: string | null;
  /** `null` where everything that was asked for was done. */
  readonly failure: Failure | null;
}

/** An outcome with the place where it was reached. */
export interface DatabaseOutcome extends ApplyOutcome {
  readonly description: string;
  /** Of the target: `PostgreSQL 16.4`. */
  readonly server: string;
  /** Where it ran, if not on the target: `a copy on its server`, `an embedded copy`. */
  readonly copy: string | null;
}
