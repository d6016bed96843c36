import { createInterface } from "node:readline";
import type { Ask } from "../apply/apply-types.ts";

/**
 * Asks on the terminal, `y` or `yes` is yes; where the input ends it is no. Without a terminal nobody answers. Rejects where the user interrupts. Answers that were
 * typed ahead are kept for the questions that follow.
 */
export function askOn(terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }, signal: AbortSignal): Ask {
  let nextLine: (() => Promise<string>) | null = null;
  return async (question) => {
    if (!terminal.input.isTTY || !terminal.output.isTTY) return "no-terminal";
    nextLine ??= readLines(terminal.input);
    terminal.output.write(`${question} [y/N] `);
    const interrupted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("interrupted at a question")), { once: true });
    });
    const answer = await Promise.race([nextLine(), interrupted]);
    return /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
  };
}

/** Lines one after the other, also those that come before they are asked for; empty ones once the input has ended. The terminal keeps its own line editing. */
function readLines(input: NodeJS.ReadStream): () => Promise<string> {
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let ended = false;
  const reader = createInterface({ input, terminal: false });
  reader.on("line", (line) => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next(line);
  });
  reader.on("close", () => {
    ended = true;
    for (const next of waiting.splice(0)) next("");
  });
  return () =>
    new Promise((resolve) => {
      const line = lines.shift();
      if (line !== undefined || ended) resolve(line ?? "");
      else waiting.push(resolve);
    });
}
