import { createLiteralNames, type LiteralNames } from "../assist/literal-names.ts";
import { hideSecrets } from "../assist/hide-secrets.ts";
import { canMask, maskProgramLiterals } from "../assist/mask-program.ts";
import { maskSqlLiterals } from "../assist/mask-sql.ts";
import type { Step } from "../model/history.ts";

/** Whether literals leave the machine: only where a person said so with `--ai-send-literals`. Secrets never do. */
export type Literals = "masked" | "sent";

/** Writes what is sent about one migration: everything of the user's goes through it. */
export interface Scribe {
  readonly names: LiteralNames;
  readonly sql: (text: string) => string;
  /** `null` where the literals of the language cannot be told from the rest. */
  readonly program: (text: string, language: string) => string | null;
}

export function createScribe(literals: Literals, known: ReadonlySet<string>): Scribe {
  const names = createLiteralNames(known);
  const isKnown = (name: string): boolean => known.has(name);
  if (literals === "sent") return { names, sql: hideSecrets, program: hideSecrets };
  return {
    names,
    sql: (text) => hideSecrets(maskSqlLiterals(hideSecrets(text), { names, words: "all", isKnown })).replaceAll(/[ \t]+$/gm, ""),
    program: (text, language) =>
      canMask(language) ? hideSecrets(maskProgramLiterals(hideSecrets(text), { names, isKnown, language })) : null,
  };
}

/** The steps of a migration, one behind the other; `null` where one cannot be masked. Rows of COPY stay here. */
export function stepsText(steps: readonly Step[], scribe: Scribe): string | null {
  const texts: string[] = [];
  for (const step of steps) {
    if (step.kind === "custom-code") {
      const text = scribe.program(step.text, step.language);
      if (text === null) return null;
      texts.push(`Program (${step.language}):\n${text.trim()}`);
    } else texts.push(`${scribe.sql(step.sql).trim()};${step.kind === "copy" ? "\n(its rows are not shown)" : ""}`);
  }
  return texts.join("\n\n");
}

/** Parts with a heading each; those without text are left out. */
export function inParts(parts: readonly (readonly [heading: string, text: string])[]): string {
  return parts
    .filter(([, text]) => text.trim() !== "")
    .map(([heading, text]) => `# ${heading}\n${text.trim()}`)
    .join("\n\n");
}
