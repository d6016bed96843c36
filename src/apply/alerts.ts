import type { AlertName, Alerts } from "../model/alert.ts";
import type { RunEvent } from "./run-event.ts";
import { rowsPerMinute, type RunState } from "./run-state.ts";

/** One refused attempt of two is no share yet. */
const fewestAttempts = 5;

/** What is measured; `null` where nothing can be said yet. */
const measures: Readonly<Record<AlertName, (state: RunState) => number | null>> = {
  lockWait: ({ waiting }) => waiting?.seconds ?? null,
  replicationLag: ({ replication }) => replication?.lagSeconds ?? null,
  errorShare: ({ errors, attempts }) => (attempts < fewestAttempts ? null : (errors / attempts) * 100),
  rowsPerMinute,
};

/** Where less is worse. */
const lowerIsWorse: ReadonlySet<AlertName> = new Set(["rowsPerMinute"]);

/** The limits that are passed as things stand. */
export function passedLimits(state: RunState, alerts: Alerts): readonly Extract<RunEvent, { kind: "alert" }>[] {
  return alertNames.flatMap((name) => {
    const alert = alerts[name];
    const value = alert === undefined ? null : measures[name](state);
    if (alert === undefined || value === null) return [];
    const passed = lowerIsWorse.has(name) ? value < alert.limit : value > alert.limit;
    return passed ? [{ kind: "alert", alert: name, value: Math.round(value * 10) / 10, ...alert }] : [];
  });
}

/** In the order in which they are told. */
export const alertNames: readonly AlertName[] = ["lockWait", "replicationLag", "errorShare", "rowsPerMinute"];

const sayings: Readonly<Record<AlertName, (value: number, limit: number) => string>> = {
  lockWait: (value, limit) => `it has waited for a lock for ${value} s, more than ${limit} s`,
  replicationLag: (value, limit) => `the standbys lag by ${value} s, more than ${limit} s`,
  errorShare: (value, limit) => `${value} % of the attempts were refused, more than ${limit} %`,
  rowsPerMinute: (value, limit) => `${value} rows a minute are changed, fewer than ${limit}`,
};

/** `it has waited for a lock for 12 s, more than 10 s` */
export function sayAlert({ alert, value, limit }: Extract<RunEvent, { kind: "alert" }>): string {
  return sayings[alert](value, limit);
}
