import { createHash } from "node:crypto";
import { z } from "zod";
import type { AdoptedDrift } from "../model/drift.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { History, Migration, Step } from "../model/history.ts";
import { splitStatements } from "../sql/split.ts";
import { problem } from "./problem.ts";

const text = z.string().min(1);

/** An entry of `adopted:` in `decisions.yaml`, as `pggit migrate` writes it. */
export const adoptedSchema = z.strictObject({
  id: z.string().regex(/^adopted-[^\s/]+$/, "It begins with adopted- and has no spaces."),
  after: text.nullable(),
  differences: z.array(text),
  sql: text,
  rollback: text,
  reason: text,
  by: text,
  at: z.iso.datetime({ offset: true }),
});

/** An adopted difference with its line in `decisions.yaml`, from 1. */
export type RecordedAdoption = AdoptedDrift & { readonly line: number };

/** The history with the adopted differences as migrations, each behind the one that was the last when it was adopted. Fails (exit 2) where that one is gone. */
export function withAdopted(
  history: History,
  { path, adopted }: { readonly path: string; readonly adopted: readonly RecordedAdoption[] },
): Result<History> {
  const failures: Failure[] = [];
  const migrations = [...history.migrations];
  const known = new Set(migrations.map(({ id }) => id));
  for (const one of adopted) {
    const refuse = (message: string, hint: string): void => void failures.push(problem(path, one.line, message, hint));
    if (known.has(one.id)) refuse(`There is another migration ${one.id}.`, "Keep one of them.");
    else if (one.after !== null && !known.has(one.after))
      refuse(
        `${one.id} stands behind ${one.after}, which the history does not have.`,
        "Name the migration that it belongs behind as after:, or take the entry out where the history has the difference by now.",
      );
    known.add(one.id);
    // Adopted one after the other, several stand behind the same migration in that order.
    let place = one.after === null ? 0 : migrations.findIndex(({ id }) => id === one.after) + 1;
    while (migrations[place]?.adopted !== undefined) place += 1;
    migrations.splice(place, 0, asMigration(one));
  }
  return failures.length > 0 ? failed(...failures) : ok(adopted.length === 0 ? history : { ...history, migrations });
}

/** The words that name a difference in an id: of the first object, without its schema. */
export function adoptedId(objects: readonly string[], sql: string): string {
  const [first = "difference"] = objects;
  const word = (first.replace(/\(.*$/s, "").split(".").at(-1) ?? first).replaceAll(/[^\p{L}\p{N}_]+/gu, "_");
  return `adopted-${word}-${sha256(sql).slice(0, 4)}`;
}

function asMigration({ id, differences, sql, rollback, reason, by, at }: AdoptedDrift): Migration {
  return {
    kind: "migration",
    id,
    type: "versioned",
    version: null,
    name: `adopted: ${objectIn(differences[0] ?? id)}${differences.length > 1 ? ` and ${differences.length - 1} more` : ""}`,
    author: by,
    date: at,
    files: [],
    checksum: sha256(JSON.stringify([sql, rollback])),
    transaction: "one",
    environment: null,
    assumptions: [],
    edgeCases: [],
    adopted: { differences, reason },
    up: () => steps(sql),
    down: () => steps(rollback),
  };
}

/** `column public.users.email` of `column public.users.email: type is …`, or `… is missing`. */
function objectIn(difference: string): string {
  return difference.replace(/ is (?:missing|there, and is not in the history)$|: .*$/s, "");
}

/** The whole file is its place: lines move with what people decide above it, and the plan stays the same. */
async function* steps(sql: string): AsyncIterable<Step> {
  for (const statement of splitStatements(sql))
    yield { kind: "statement", sql: statement.sql, location: { file: "decisions.yaml", line: 1 } };
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
