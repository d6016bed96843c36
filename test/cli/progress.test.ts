import { Writable } from "node:stream";
import pc from "picocolors";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { advanceRun, beginRunState } from "../../src/apply/run-state.ts";
import type { RunEvent } from "../../src/apply/run-event.ts";
import { showProgress, type ProgressTarget, type ShownProgress } from "../../src/cli/progress.ts";
import { runLine, runLines } from "../../src/cli/run-lines.ts";

const events: readonly RunEvent[] = [
  { kind: "run", direction: "up", migrations: 43, statements: 120 },
  { kind: "migration", id: "V48", number: 1, statements: 31 },
  { kind: "statement", id: "V48", number: 1, of: 31, rows: 1204, seconds: 4 },
  { kind: "lock-wait", id: "V48", seconds: 3, blockers: [{ pid: 4711, user: "app", application: null }] },
  { kind: "replication", standbys: 1, lagSeconds: 0.4 },
];

/** What is written to a stream of 80 columns while the events come, a second apart. */
function shown(mode: ProgressTarget["mode"], then: (progress: ShownProgress) => void = () => undefined): string {
  let written = "";
  const stream = Object.assign(new Writable({ write: (chunk: Buffer, _, done) => ((written += chunk.toString()), done()) }), {
    columns: 80,
  });
  let ms = 0;
  const progress = showProgress({
    stream: stream as unknown as NodeJS.WriteStream,
    style: pc.createColors(false),
    mode,
    now: () => ms,
    clock: () => "2026-11-25T20:00:00.000Z",
  });
  progress.begin("running migrations", null);
  let state = beginRunState(0);
  for (const event of events) {
    ms += 1_000;
    state = advanceRun(state, event, ms / 1000);
    progress.witness(event, state);
  }
  then(progress);
  progress.finish();
  return written;
}

test("a run is two lines on a terminal: how far it is, and what goes on in it", () => {
  const state = events.reduce((at, event, index) => advanceRun(at, event, index), beginRunState(0));
  expect(runLines(state, { now: 10, width: 79 })).toEqual([
    "░░░░░░░░░░░░░░░░░░░░░░░░    0 %  0 of 43 migrations, about 19 min 50 s left",
    "V48: 1 of 31 statements · 1,204 rows · waits 3 s for a lock held by app, pid 4711 · lag 0.4 s",
  ]);
  expect(runLine(state, 10)).toBe(
    "running  0 of 43 migrations, about 19 min 50 s left; V48: 1 of 31 statements · 1,204 rows · waits 3 s for a lock held by app, pid 4711 · lag 0.4 s",
  );
  const screen = shown("terminal");
  expect(screen).toContain("V48: 1 of 31 statements · 1,204 rows");
  for (const line of screen.split("\n")) expect(stringWidth(line)).toBeLessThan(80);
});

test("with --json each event is a line, stages and warnings too", () => {
  const lines = shown("json", (progress) => progress.warn("left as it is"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; at: string });
  expect(lines.map(({ event }) => event)).toEqual(["stage", "run", "migration", "statement", "lock-wait", "replication", "warning"]);
  expect(lines[3]).toEqual({ event: "statement", at: "2026-11-25T20:00:00.000Z", id: "V48", number: 1, of: 31, rows: 1204, seconds: 4 });
  expect(lines.at(-1)).toMatchObject({ message: "left as it is" });
});

test("without a terminal a run is a line every few seconds, and an alert a warning at once", () => {
  const alert: RunEvent = { kind: "alert", alert: "lockWait", value: 12, limit: 10, action: "stop" };
  const plain = shown("plain", (progress) => progress.witness(alert, beginRunState(0)));
  expect(plain.split("\n")[0]).toMatch(/^running {2}0 of 43 migrations/);
  expect(plain.replaceAll(/\s+/g, " ")).toContain(
    "warning Alert: it has waited for a lock for 12 s, more than 10 s; the run ends where nothing is half done.",
  );
  expect(shown("quiet")).toBe("");
});
