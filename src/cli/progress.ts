import type { Progress } from "../run.ts";
import { count, cut, duration, hang, type Style } from "./terminal.ts";

const terminalEveryMs = 100;
const plainEveryMs = 5_000;

/** Where progress goes and how: nothing with `--quiet`, one moving line on a terminal, a plain line every few seconds elsewhere. */
export interface ProgressTarget {
  readonly stream: NodeJS.WriteStream;
  readonly style: Style;
  readonly mode: "quiet" | "terminal" | "plain";
  /** Milliseconds since some fixed point. */
  readonly now: () => number;
}

/** A progress line with counts and the time left (or passed, where nothing can be counted), and warnings above it. */
export function showProgress(target: ProgressTarget): Progress & { finish(): void; stage(): string } {
  const { stream, style, mode, now } = target;
  let stage = "";
  let total: number | null = null;
  let done = 0;
  let startedAt = 0;
  // The rate is taken from the first step on: what prepares the stage is no measure of its steps.
  let first: { readonly at: number; readonly done: number } | null = null;
  let shownAt = now();
  let ticking: NodeJS.Timeout | null = null;

  const clear = (): void => {
    if (mode === "terminal") stream.write("\r\u001B[K");
  };
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
    clear();
    const text = style.dim(cut(line(), (stream.columns ?? 80) - 1));
    stream.write(mode === "terminal" ? text : `${text}\n`);
  };

  return {
    begin(name, size) {
      stage = name;
      total = size;
      done = 0;
      first = null;
      startedAt = now();
      if (mode === "quiet") return;
      if (mode === "terminal") show();
      // A statement may take long, and nothing advances meanwhile.
      ticking ??= setInterval(
        () => {
          if (now() - shownAt >= (mode === "terminal" ? terminalEveryMs : plainEveryMs)) show();
        },
        mode === "terminal" ? 1_000 : plainEveryMs,
      ).unref();
    },
    advance(reached) {
      done = reached;
      first ??= { at: now(), done };
      if (mode !== "quiet" && now() - shownAt >= (mode === "terminal" ? terminalEveryMs : plainEveryMs)) show();
    },
    warn(message) {
      clear();
      const lines = hang(`${style.yellow("warning")}  `, message, stream.columns ?? Number.POSITIVE_INFINITY);
      stream.write(`${lines.join("\n")}\n`);
    },
    stage: () => stage,
    finish() {
      if (ticking !== null) clearInterval(ticking);
      clear();
    },
  };
}
