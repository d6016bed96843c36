import { createLogUpdate } from "log-update";
import { sayAlert } from "../apply/alerts.ts";
import type { RunWitness } from "../apply/observe-run.ts";
import type { RunState } from "../apply/run-state.ts";
import type { Progress } from "../run.ts";
import { runLine, runLines } from "./run-lines.ts";
import { count, cut, duration, hang, type Style } from "./terminal.ts";

const terminalEveryMs = 100;
const plainEveryMs = 5_000;
/** Of a file or pipe, in columns. */
const widestPlainLine = 240;

/** Where progress goes and how: nothing with `--quiet`, moving lines on a terminal, a plain line every few seconds elsewhere, with `--json` an event a line. */
export interface ProgressTarget {
  readonly stream: NodeJS.WriteStream;
  readonly style: Style;
  readonly mode: "quiet" | "terminal" | "plain" | "json";
  /** Milliseconds since some fixed point. */
  readonly now: () => number;
  /** ISO 8601, of the clock on the wall; stamps the events of `json`. */
  readonly clock: () => string;
}

/** Progress that is shown. */
export interface ShownProgress extends Progress {
  readonly witness: RunWitness;
  finish(): void;
  stage(): string;
}

/** How progress is shown on standard error, by the flags that every command has. */
export function progressMode({ quiet, json }: { readonly quiet?: boolean; readonly json?: boolean }): ProgressTarget["mode"] {
  if (quiet === true) return "quiet";
  return json === true ? "json" : process.stderr.isTTY ? "terminal" : "plain";
}

/** Progress with counts and the time left (or passed, where nothing can be counted), of a run on a database in more detail, and warnings above it. */
export function showProgress(target: ProgressTarget): ShownProgress {
  const { stream, style, mode, now, clock } = target;
  const moving = createLogUpdate(stream, { showCursor: true });
  let stage = "";
  let total: number | null = null;
  let done = 0;
  let startedAt = 0;
  // The rate is taken from the first step on: what prepares the stage is no measure of its steps.
  let first: { readonly at: number; readonly done: number } | null = null;
  let run: RunState | null = null;
  let shownAt = now();
  let ticking: NodeJS.Timeout | null = null;

  const everyMs = mode === "terminal" ? terminalEveryMs : plainEveryMs;
  const tell = (event: string, details: object): void => void stream.write(`${JSON.stringify({ event, at: clock(), ...details })}\n`);
  const line = (): string => {
    if (total === null || total === 0) {
      const passed = (now() - startedAt) / 1000;
      return passed < 1 ? stage : `${stage}  ${duration(Math.floor(passed), "whole")}`;
    }
    const seconds = first === null ? 0 : (now() - first.at) / 1000;
    const left = first === null || seconds < 2 ? "" : `, about ${duration((seconds / (done - first.done)) * (total - done), "whole")} left`;
    return `${stage}  ${count(done)} of ${count(total)}${done === first?.done || done === total ? "" : left}`;
  };
  const show = (): void => {
    shownAt = now();
    const width = (stream.columns ?? (mode === "plain" ? widestPlainLine : 80)) - 1;
    const at = now() / 1000;
    if (mode === "json") {
      if (run === null && total !== null) tell("progress", { stage, done, of: total });
    } else if (mode === "plain") stream.write(`${style.dim(cut(run === null ? line() : runLine(run, at), width))}\n`);
    else moving((run === null ? [line()] : runLines(run, { now: at, width })).map((text) => style.dim(cut(text, width))).join("\n"));
  };
  const showInTime = (): void => {
    if (mode !== "quiet" && now() - shownAt >= everyMs) show();
  };
  const warn = (message: string): void => {
    if (mode === "json") return tell("warning", { message });
    if (mode === "terminal") moving.clear();
    const lines = hang(`${style.yellow("warning")}  `, message, stream.columns ?? Number.POSITIVE_INFINITY);
    stream.write(`${lines.join("\n")}\n`);
  };

  return {
    begin(name, size) {
      stage = name;
      total = size;
      done = 0;
      first = null;
      run = null;
      startedAt = now();
      if (mode === "quiet") return;
      if (mode === "json") tell("stage", { stage, of: size });
      if (mode === "terminal") show();
      // A statement may take long, and nothing advances meanwhile.
      ticking ??= setInterval(showInTime, mode === "terminal" ? 1_000 : plainEveryMs).unref();
    },
    advance(reached) {
      done = reached;
      first ??= { at: now(), done };
      showInTime();
    },
    witness(event, state) {
      run = state;
      const { kind, ...details } = event;
      if (mode === "json") tell(kind, details);
      else if (event.kind === "alert")
        warn(`Alert: ${sayAlert(event)}${event.action === "stop" ? "; the run ends where nothing is half done" : ""}.`);
      else showInTime();
    },
    warn,
    stage: () => stage,
    finish() {
      if (ticking !== null) clearInterval(ticking);
      if (mode === "terminal") moving.clear();
    },
  };
}
