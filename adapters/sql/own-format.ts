import type { Step } from "../../src/model/history.ts";

/** What stands at the top of an `up.sql` that pggit wrote: `-- pggit: key value`, one per line (docs/formats.md). */
export interface OwnHeader {
  readonly id: string | null;
  readonly name: string | null;
  readonly author: string | null;
  readonly date: string | null;
  /** The files that it was made from. */
  readonly sources: readonly string[];
}

/** Reads the comment lines before the first statement. A value in quotes is JSON. Unknown keys are left alone. */
export function readOwnHeader(text: string): OwnHeader {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    if (line.trim() !== "" && !line.startsWith("--")) break;
    const found = /^-- pggit: ([a-z-]+) (.*?)\r?$/.exec(line);
    if (found?.[1] === undefined || found[2] === undefined) continue;
    const list = values.get(found[1]) ?? [];
    list.push(readValue(found[2]));
    values.set(found[1], list);
  }
  const one = (key: string): string | null => values.get(key)?.[0] ?? null;
  return { id: one("migration"), name: one("name"), author: one("author"), date: one("date"), sources: values.get("source") ?? [] };
}

function readValue(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** The steps without the BEGIN and COMMIT that surround them, and whether there was such a pair. */
export function unwrapTransaction(steps: readonly Step[]): { readonly steps: readonly Step[]; readonly wrapped: boolean } {
  const first = steps[0];
  const last = steps.at(-1);
  const wrapped =
    steps.length >= 2 &&
    first?.kind === "statement" &&
    /^begin$/i.test(first.sql) &&
    last?.kind === "statement" &&
    /^commit$/i.test(last.sql);
  return wrapped ? { steps: steps.slice(1, -1), wrapped } : { steps, wrapped };
}
