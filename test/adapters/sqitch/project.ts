import type { ReadOptions } from "../../../adapters/adapter.ts";
import { sqitch } from "../../../adapters/sqitch/index.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration, Step } from "../../../src/model/history.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { type Files, temporaryProject } from "../../support/project-files.ts";

/** A plan whose lines need no time and planner: `plan("a [b]", "@v1")`. */
export function plan(...lines: readonly string[]): string {
  return planOf("shop", ...lines);
}

export function planOf(name: string, ...lines: readonly string[]): string {
  const written = lines.map((line) => {
    const [head = "", note] = line.split(" # ");
    return `${head} 2024-05-06T07:08:09Z Ann Bee <ann@bee.example>${note === undefined ? "" : ` # ${note}`}\n`;
  });
  return `%project=${name}\n\n${written.join("")}`;
}

export const PG = "[core]\n\tengine = pg\n";

export async function readHistory(files: Files, given: Partial<ReadOptions> = {}): Promise<History> {
  const result = await sqitch.read(readOptions(temporaryProject(files), given));
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures, null, 1));
  return result.value;
}

export async function readFailures(files: Files, given: Partial<ReadOptions> = {}): Promise<readonly Failure[]> {
  const result = await sqitch.read(readOptions(temporaryProject(files), given));
  if (result.kind === "ok") throw new Error(`read: ${result.value.migrations.map((migration) => migration.id).join(", ")}`);
  return result.failures;
}

const nobody: Inspector = { rows: () => Promise.reject(new Error("SQL files ask nothing")) };

/** A migration in one line: `id [transaction]: up | up ← down ? verify`. */
export async function show(migration: Migration): Promise<string> {
  const way = async (steps: AsyncIterable<Step> | undefined, mark: string): Promise<string> =>
    steps === undefined ? "" : ` ${mark} ${await collect(steps)}`;
  const mode = migration.transaction === "one" ? "" : ` [${migration.transaction}]`;
  return `${migration.id}${mode}: ${await collect(migration.up(nobody))}${await way(migration.down?.(nobody), "←")}${await way(migration.verify?.(nobody), "?")}`;
}

async function collect(steps: AsyncIterable<Step>): Promise<string> {
  const shown: string[] = [];
  for await (const step of steps) {
    shown.push(step.kind === "custom-code" ? `!${step.text}` : step.kind === "copy" ? `${step.sql} <<${step.data.length}` : step.sql);
  }
  return shown.join(" | ");
}

export async function showAll(history: History): Promise<readonly string[]> {
  return Promise.all(history.migrations.map(show));
}

/** Failures in one line each: `code file:line message`. */
export function tell(failures: readonly Failure[]): readonly string[] {
  return failures.map(({ code, message, location }) => {
    const place = location === null || typeof location === "string" ? location : `${location.file}:${location.line}`;
    return `${code} ${place} ${message}`;
  });
}
