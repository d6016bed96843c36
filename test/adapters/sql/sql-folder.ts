import type { ReadOptions } from "../../../adapters/adapter.ts";
import { sql } from "../../../adapters/sql/index.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { History, Inspector, Step } from "../../../src/model/history.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { type Files, temporaryProject } from "../../support/project-files.ts";

export async function readHistory(files: Files, given: Partial<ReadOptions> = {}): Promise<History> {
  const result = await sql.read(readOptions(temporaryProject(files), given));
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures, null, 1));
  return result.value;
}

export async function readFailures(files: Files, given: Partial<ReadOptions> = {}): Promise<readonly Failure[]> {
  const result = await sql.read(readOptions(temporaryProject(files), given));
  if (result.kind === "ok") throw new Error(`read: ${result.value.migrations.map((migration) => migration.id).join(", ")}`);
  return result.failures;
}

const nobody: Inspector = { rows: () => Promise.reject(new Error("SQL files ask nothing")) };

/** One line per migration: `id [transaction] up | up ← down | down`, each statement with its line. */
export async function show(history: History): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const migration of history.migrations) {
    const up = await collect(migration.up(nobody));
    const down = migration.down === undefined ? "" : ` ← ${await collect(migration.down(nobody))}`;
    const mode = migration.transaction === "one" ? "" : ` [${migration.transaction}]`;
    lines.push(`${migration.id}${mode}: ${up}${down}`);
  }
  return lines;
}

async function collect(steps: AsyncIterable<Step>): Promise<string> {
  const shown: string[] = [];
  for await (const step of steps) {
    const text = step.kind === "custom-code" ? `!${step.language}` : step.kind === "copy" ? `${step.sql} <<${step.data.length}` : step.sql;
    shown.push(`${step.location.line} ${text}`);
  }
  return shown.join(" | ");
}

export function codes(history: History): readonly string[] {
  return history.findings.map((finding) => finding.code).filter((code) => code !== "sql-shape");
}
