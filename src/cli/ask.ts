import { createInterface } from "node:readline/promises";
import type { Ask } from "../apply/apply-types.ts";

/** Asks on the terminal, `y` or `yes` is yes; where the input ends it is no. Without a terminal nobody answers. Rejects where the user interrupts. */
export function askOn(terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }, signal: AbortSignal): Ask {
  return async (question) => {
    if (!terminal.input.isTTY || !terminal.output.isTTY) return "no-terminal";
    const prompt = createInterface({ input: terminal.input, output: terminal.output });
    // While it reads, Ctrl-C comes to the prompt and not to the process.
    prompt.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    const ended = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
    try {
      const answer = await Promise.race([prompt.question(`${question} [y/N] `, { signal }), ended]);
      return /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
    } finally {
      prompt.close();
    }
  };
}
