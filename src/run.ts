import type { HistoryCache } from "./cache/history-cache.ts";
import type { Adapter, ReadOptions } from "../adapters/adapter.ts";
import type { MigrateRequest } from "./configuration/resolve-request.ts";
import type { Shadow } from "./database/session.ts";
import type { DecisionFile } from "./decisions/decision-file.ts";
import type { OfferedSql } from "./decisions/program-suggestion.ts";
import type { Settled } from "./decisions/take-decisions.ts";
import type { EdgeCaseDraft } from "./model/edge-case.ts";
import type { Result } from "./model/failure.ts";
import type { History } from "./model/history.ts";
import type { Mentions } from "./reading/find-mentions.ts";
import type { StageClock } from "./stage-clock.ts";

/** Told what is going on: a stage with its size, how far it is, and what the user should know meanwhile. */
export interface Progress {
  begin(stage: string, total: number | null): void;
  advance(done: number): void;
  warn(message: string): void;
}

/** What the program gets from outside beside the request. */
export interface Run {
  readonly progress: Progress;
  /** Aborted when the user interrupts; its reason is `SIGINT` or `SIGTERM`. */
  readonly signal: AbortSignal;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Where results are kept from run to run, and the name of the program as it was built (another build proves anew). Absent: nothing is kept. */
  readonly cache?: CacheFolder;
  /** Reads the history as a database had it run, where one was named; else as its files have it. */
  readonly readHistory?: (adapter: Adapter, options: ReadOptions) => Promise<Result<History>>;
  /** What people decided; absent where nothing was. */
  readonly decisions?: DecisionsAtHand;
}

/** `keeps: "nothing"`: what is known is used, and what is found out is not kept, for it is only tried. */
interface CacheFolder {
  readonly folder: string;
  readonly build: string;
  readonly keeps?: "nothing";
}

/** `decisions.yaml`, and the time that decisions get which do not say when they were made (ISO 8601). */
export interface DecisionsAtHand {
  readonly file: DecisionFile;
  readonly now: string;
  /** SQL that a database or a model gave, by the question: offered by the plan that people decided on. */
  readonly offered?: ReadonlyMap<string, OfferedSql>;
}

/** What every stage after reading works on. */
export interface Stage {
  readonly history: History;
  /** Of the whole history, from reading. */
  readonly questions: readonly EdgeCaseDraft[];
  /** Opens another empty shadow, with the extensions that the history asks for; whoever opens it closes it. */
  readonly openFresh: () => Promise<Result<Shadow>>;
  readonly request: MigrateRequest;
  readonly run: Run;
  readonly clock: StageClock;
  readonly mentions: Mentions;
  /** The history before it was revised by decisions. */
  readonly asRead: History;
  /** What `history` was revised by. */
  readonly settled: readonly Settled[];
  /** What earlier runs proved of it; `null` where all is to be proven anew. */
  readonly cache: HistoryCache | null;
}
