import { createInterface } from "node:readline/promises";
import type { Ask } from "../apply/apply-types.ts";

/** Asks on the terminal, `y` or `yes` is yes; without one, or where the input ends, nobody answers. An interruption counts as no. */
export function askOn(terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }, signal: AbortSignal): Ask {
  return async (question) => {
    if (!terminal.input.isTTY || !terminal.output.isTTY) return "no-terminal";
    const prompt = createInterface({ input: terminal.input, output: terminal.output });
    try {
      const answer = await prompt.question(`${question} [y/N] `, { signal });
      return /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
    } catch (error) {
      if (error instanceof Error && (error.name === "AbortError" || "code" in error)) return "no";
      throw error;
    } finally {
      prompt.close();
    }
  };
}
