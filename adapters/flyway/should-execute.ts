import type { Finding } from "../../src/model/history.ts";

/** Whether a script takes part in the history, and what there is to say about that. */
interface Condition {
  readonly runs: boolean;
  readonly assumptions: readonly string[];
  readonly findings: readonly Finding[];
}

/** `true`, `false` or `A==B` of plain words; `null` for everything else. */
function evaluate(expression: string): boolean | null {
  const plain = expression.toLowerCase();
  if (plain === "true" || plain === "false") return plain === "true";
  const sides = /^([\w.-]*)\s*==\s*([\w.-]*)$/.exec(expression);
  return sides === null ? null : sides[1] === sides[2];
}

/**
 * `shouldExecute` of a script's `.conf` (paid editions of Flyway, 7.3 and later): `true`, `false` or `A==B` after placeholders were
 * replaced. What is false does not run and is not recorded; what cannot be evaluated is taken to run, which is an assumption.
 */
export function shouldRun(entry: { readonly id: string; readonly shown: string }, expression: string | null): Condition {
  if (expression === null) return { runs: true, assumptions: [], findings: [] };
  const value = evaluate(expression);
  const said = (message: string): readonly Finding[] => [
    { kind: "finding", code: "should-execute", message, location: { file: `${entry.shown}.conf`, line: 1 }, migration: null },
  ];
  if (value === false) {
    return {
      runs: false,
      assumptions: [],
      findings: said(`${entry.id} is left out: its shouldExecute is \`${expression}\`, so Flyway does not run it`),
    };
  }
  if (value === true && !expression.includes("=")) return { runs: true, assumptions: [], findings: [] };
  const assumption = `its shouldExecute is \`${expression}\`, which was taken to be true`;
  return { runs: true, assumptions: [assumption], findings: said(`${entry.id}: ${assumption}`) };
}
