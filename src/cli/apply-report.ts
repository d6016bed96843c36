import type { DatabaseOutcome } from "../apply/apply-types.ts";
import type { Assessment, StateName } from "../apply/assess.ts";
import { sayEstimate } from "../apply/backup-limit.ts";
import type { BackupEstimate } from "../apply/backup-sizes.ts";
import type { DriftEntry } from "../store/drift.ts";
import { alignColumns, counted, duration } from "./terminal.ts";

/** What `apply --json` prints and `migrate --json` has under `database`; see docs/cli.md. */
export interface ApplySummary {
  readonly state: { readonly before: StateName; readonly after: StateName };
  readonly recorded: number;
  readonly executed: readonly { readonly id: string; readonly seconds: number; readonly rows: number }[];
  readonly stamped: number;
  readonly stoppedAt: string | null;
  /** What is saved before pending migrations destroy it, by the server's statistics. */
  readonly saves: readonly BackupEstimate[];
  readonly applied: number;
  readonly pending: readonly string[];
  readonly drift: readonly string[];
  readonly reverted: readonly {
    readonly object: string;
    readonly difference: string;
    readonly reason: string;
    readonly by: string | null;
  }[];
  readonly ignored: readonly {
    readonly object: string;
    readonly difference: string;
    readonly reason: string;
    readonly by: string | null;
  }[];
  readonly basis: Assessment["basis"];
  readonly server: string;
  readonly comparedOn: string | null;
  readonly crossMajor: boolean;
  readonly copy: string | null;
}

export function summariseApply(outcome: DatabaseOutcome): ApplySummary {
  const { assessment } = outcome;
  const ran = new Set(outcome.executed.map(({ id }) => id));
  const built = ran.has("schema.sql");
  return {
    state: { before: assessment.state, after: outcome.after },
    recorded: outcome.recorded,
    executed: outcome.executed,
    stamped: outcome.stamped,
    stoppedAt: outcome.stoppedAt,
    saves: outcome.saves,
    applied: assessment.applied.length,
    pending: built ? [] : assessment.pending.filter((id) => !ran.has(id)),
    drift: assessment.drift.map(({ text }) => text),
    reverted: outcome.reverted.map(asDecided),
    ignored: outcome.ignored.map(asDecided),
    basis: assessment.basis,
    server: outcome.server,
    comparedOn: outcome.engine,
    crossMajor: assessment.crossMajor,
    copy: outcome.copy,
  };
}

function asDecided({ object, difference, reason, decidedBy }: DriftEntry): ApplySummary["ignored"][number] {
  return { object, difference, reason, by: decidedBy };
}

const shownMigrations = 8;

/** The outcome for people: where the database stood, what was done, where it stands. */
export function renderApply(outcome: DatabaseOutcome, asked: { readonly dryRun: boolean }): string {
  const { assessment, executed } = outcome;
  const total = assessment.applied.length + assessment.pending.length;
  const rows: string[][] = [
    ["Database", `${outcome.description}, ${outcome.server}`],
    ["State", sayState(assessment, total)],
  ];
  if (outcome.engine !== null)
    rows.push(["Compared", `with the history on ${outcome.engine}${assessment.crossMajor ? ", cross-major" : ""}`]);
  for (const [index, { difference, reason, decidedBy }] of outcome.ignored.entries())
    rows.push([index === 0 ? "Ignored" : "", `${difference}: ${reason}${decidedBy === null ? "" : ` (${decidedBy})`}`]);
  for (const [index, { difference, reason }] of outcome.reverted.entries())
    rows.push([index === 0 ? "Undone" : "", `${difference}: ${reason}`]);
  if (outcome.copy !== null)
    rows.push(["Copy", `everything below was done to ${outcome.copy}, which is gone again; the database was only read`]);
  if (asked.dryRun) {
    rows.push(["Dry run", "nothing was written"]);
    if (assessment.pending.length > 0 && assessment.state !== "drift") rows.push(["Would run", listIds(assessment.pending)]);
    for (const [index, save] of outcome.saves.entries()) rows.push([index === 0 ? "Would save" : "", sayEstimate(save)]);
  }
  if (outcome.recorded > 0) rows.push(["Recorded", counted(outcome.recorded, "migration")]);
  if (executed.length > 0) {
    const seconds = executed.reduce((sum, one) => sum + one.seconds, 0);
    rows.push(["Executed", `${listIds(executed.map(({ id }) => id))} in ${duration(seconds)}`]);
  }
  if (outcome.stamped > 0)
    rows.push(["Stamped", `${counted(outcome.stamped, "entry").replace("entrys", "entries")} in the source tool's own table`]);
  if (outcome.stoppedAt !== null) rows.push(["Stopped", `at ${outcome.stoppedAt}`]);
  if (!asked.dryRun && outcome.failure === null && outcome.recorded === 0 && executed.length === 0)
    rows.push(["Written", "nothing: the record was complete"]);
  if (!asked.dryRun && outcome.after !== assessment.state) rows.push(["Now", stateWords[outcome.after]]);
  return `${alignColumns(rows).join("\n")}\n`;
}

const stateWords: Readonly<Record<StateName, string>> = {
  empty: "empty",
  head: "at the head of the history",
  partial: "part of the way",
  drift: "different from the history",
};

const basisWords: Readonly<Record<Assessment["basis"], string>> = {
  record: "by its record",
  "history-table": "by the source tool's history table",
  catalog: "by its catalog",
};

/** `part of the way: 480 of 523, after V480 (by its catalog)` */
export function sayState({ state, applied, basis }: Assessment, total: number): string {
  const last = applied.at(-1);
  const where =
    state === "empty" || last === undefined ? "" : `: ${applied.length} of ${total}, ${state === "drift" ? "nearest to" : "after"} ${last}`;
  return `${stateWords[state]}${where} (${basisWords[basis]})`;
}

function listIds(ids: readonly string[]): string {
  if (ids.length <= shownMigrations) return ids.join(", ");
  return `${counted(ids.length, "migration")}: ${ids.slice(0, 3).join(", ")} … ${ids.at(-1)}`;
}
