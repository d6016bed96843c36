import { describe, expect, test } from "vitest";
import { observeRun } from "../../src/apply/observe-run.ts";
import type { RunEvent } from "../../src/apply/run-event.ts";
import {
  advanceRun,
  beginRunState,
  rowsPerMinute,
  rowsTouched,
  secondsLeft,
  statementsDone,
  type RunState,
} from "../../src/apply/run-state.ts";
import type { Alerts } from "../../src/model/alert.ts";

const statement = (number: number, rows = 0, seconds = 0): RunEvent => ({ kind: "statement", id: "V1", number, of: 4, rows, seconds });
const run: RunEvent = { kind: "run", direction: "up", migrations: 2, statements: 10 };
const first: RunEvent = { kind: "migration", id: "V1", number: 1, statements: 4 };
const retry: RunEvent = { kind: "retry", id: "V1", attempt: 2, attempts: 6, message: "canceling statement due to lock timeout" };

function after(...events: readonly RunEvent[]): RunState {
  return events.reduce((state, event, index) => advanceRun(state, event, index), beginRunState(0));
}

describe("how far a run is", () => {
  test("an attempt that was refused does not count, what stands already does", () => {
    const kept = after(run, first, statement(1, 5), { kind: "kept", id: "V1" }, statement(2, 7));
    expect([statementsDone(kept), rowsTouched(kept)]).toEqual([2, 12]);
    const refused = advanceRun(kept, retry, 6);
    expect([statementsDone(refused), rowsTouched(refused), refused.errors, refused.attempts]).toEqual([1, 5, 1, 2]);
    const done = advanceRun(refused, { kind: "done", id: "V1", seconds: 3, rows: 12 }, 7);
    expect([statementsDone(done), rowsTouched(done), done.done.migrations, done.current]).toEqual([4, 12, 1, null]);
  });

  test("the time left follows from the statements so far, once there is a measure", () => {
    const state = after(run, first, statement(1), statement(2));
    expect(secondsLeft(state, 1)).toBeNull();
    expect(secondsLeft(state, 4)).toBe(16);
  });

  test("a wait for a lock is one wait, however often it is seen", () => {
    const seen = (seconds: number | null): RunEvent => ({ kind: "lock-wait", id: "V1", seconds, blockers: [] });
    const waiting = after(run, first, seen(0), seen(1), seen(2));
    expect([waiting.lockWaits, waiting.waiting?.seconds]).toEqual([1, 2]);
    expect(after(run, first, seen(0), seen(null), seen(0)).lockWaits).toBe(2);
  });

  test("rows per minute are those of the statements of the last minute that changed any", () => {
    expect(rowsPerMinute(after(run, first, statement(1, 0, 50), statement(2, 100, 0.5)))).toBeNull();
    expect(rowsPerMinute(after(run, first, statement(1, 100, 30), statement(2, 20, 30)))).toBe(120);
    expect(rowsPerMinute(advanceRun(after(run, first, statement(1, 100, 30)), statement(2, 20, 30), 90))).toBe(40);
  });
});

describe("alerts", () => {
  function observe(alerts: Alerts, events: readonly RunEvent[]): { readonly told: readonly RunEvent[]; readonly stopping: string | null } {
    const told: RunEvent[] = [];
    const observer = observeRun({ alerts, now: () => 0, witness: (event) => void (event.kind === "alert" && told.push(event)) });
    for (const event of events) observer.tell(event);
    return { told, stopping: observer.stopping() };
  }
  const lag = (lagSeconds: number | null): RunEvent => ({ kind: "replication", standbys: 2, lagSeconds });

  test("one is raised once while its limit is passed, and again when it is passed anew", () => {
    const { told, stopping } = observe({ replicationLag: { limit: 10, action: "warn" } }, [
      run,
      lag(10),
      lag(11),
      lag(30),
      lag(2),
      lag(12),
    ]);
    expect(told).toEqual([
      { kind: "alert", alert: "replicationLag", value: 11, limit: 10, action: "warn" },
      { kind: "alert", alert: "replicationLag", value: 12, limit: 10, action: "warn" },
    ]);
    expect(stopping).toBeNull();
  });

  test("one that stops says why the run ends; a lag that cannot be seen raises none", () => {
    expect(observe({ replicationLag: { limit: 10, action: "stop" } }, [run, lag(null)])).toEqual({ told: [], stopping: null });
    expect(observe({ replicationLag: { limit: 10, action: "stop" } }, [run, lag(11)]).stopping).toBe(
      "the standbys lag by 11 s, more than 10 s",
    );
  });

  test("a share of errors is none before there are five attempts", () => {
    const alerts: Alerts = { errorShare: { limit: 50, action: "stop" } };
    expect(observe(alerts, [run, first, retry, retry, retry]).stopping).toBeNull();
    expect(observe(alerts, [run, first, retry, retry, retry, retry]).stopping).toBe("80 % of the attempts were refused, more than 50 %");
  });

  test("too few rows a minute", () => {
    expect(observe({ rowsPerMinute: { limit: 1000, action: "stop" } }, [run, first, statement(1, 100, 30)]).stopping).toBe(
      "200 rows a minute are changed, fewer than 1000",
    );
  });
});
