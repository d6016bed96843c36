import { rowsTouched, secondsLeft, statementsDone, type RunState } from "../apply/run-state.ts";
import type { Blocker } from "../apply/run-event.ts";
import { count, counted, duration } from "../model/say-number.ts";

const widestBar = 24;

/** A run in two lines for a terminal: how far it is as a whole, and what goes on in it. Not cut to a width. */
export function runLines(state: RunState, { now, width }: { readonly now: number; readonly width: number }): readonly string[] {
  const share = shareDone(state);
  const bar = Math.min(widestBar, Math.max(0, width - 50));
  const full = Math.floor(share * bar);
  const drawn = bar === 0 ? "" : `${"█".repeat(full)}${"░".repeat(bar - full)}  `;
  return [`${drawn}${String(Math.floor(share * 100)).padStart(3)} %  ${overall(state, now)}`, details(state)];
}

/** The same as one line of words, for a file or pipe. */
export function runLine(state: RunState, now: number): string {
  const what = state.direction === "up" ? "running" : "taking back";
  return `${what}  ${overall(state, now)}; ${details(state)}`;
}

function shareDone(state: RunState): number {
  const { migrations, statements } = state.total;
  if (statements > 0) return statementsDone(state) / statements;
  return migrations === 0 ? 0 : state.done.migrations / migrations;
}

function overall(state: RunState, now: number): string {
  const left = secondsLeft(state, now);
  const time = left === null || left < 1 ? "" : `, about ${duration(left, "whole")} left`;
  return `${count(state.done.migrations)} of ${counted(state.total.migrations, "migration")}${time}`;
}

function details(state: RunState): string {
  const { current, errors, lockWaits, waiting, replication } = state;
  return [
    ...(current === null ? [] : [`${current.id}: ${count(current.statements)} of ${counted(current.of, "statement")}`]),
    counted(rowsTouched(state), "row"),
    ...(errors === 0 ? [] : [`${count(errors)} refused`]),
    ...(waiting === null
      ? lockWaits === 0
        ? []
        : [counted(lockWaits, "lock wait")]
      : [`waits ${duration(waiting.seconds, "whole")} for a lock${heldBy(waiting.blockers)}`]),
    ...(replication === null ? [] : [`lag ${replication.lagSeconds === null ? "unknown" : duration(replication.lagSeconds)}`]),
  ].join(" · ");
}

function heldBy(blockers: readonly Blocker[]): string {
  const [first] = blockers;
  if (first === undefined) return "";
  const who = first.application ?? first.user;
  const more = blockers.length === 1 ? "" : ` and ${blockers.length - 1} more`;
  return ` held by ${who === null ? "" : `${who}, `}pid ${first.pid}${more}`;
}
