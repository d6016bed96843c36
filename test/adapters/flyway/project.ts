import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadOptions } from "../../../adapters/adapter.ts";
import { flyway } from "../../../adapters/flyway/index.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { History, Migration, Step } from "../../../src/model/history.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { writeFiles } from "../../support/project-files.ts";

/** A project on disk with these files. */
export function writeProject(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), "pggit-flyway-"));
  writeFiles(root, files);
  return root;
}

/** The history of a project that must be readable. */
export async function readOk(
  files: Readonly<Record<string, string | Buffer>> | string,
  given: Partial<ReadOptions> = {},
): Promise<History> {
  const result = await flyway.read(readOptions(typeof files === "string" ? files : writeProject(files), given));
  if (result.kind === "failed") throw new Error(result.failures.map((failure) => failure.message).join("\n"));
  return result.value;
}

/** The failures of a project that must not be readable. */
export async function readFailures(
  files: Readonly<Record<string, string | Buffer>> | string,
  given: Partial<ReadOptions> = {},
): Promise<readonly Failure[]> {
  const result = await flyway.read(readOptions(typeof files === "string" ? files : writeProject(files), given));
  if (result.kind === "ok") throw new Error("the history was read");
  return result.failures;
}

const inspector = { rows: () => Promise.reject(new Error("SQL files ask nothing")) };

export async function stepsOf(migration: Migration | undefined, direction: "up" | "down" = "up"): Promise<readonly Step[]> {
  const produced = direction === "up" ? migration?.up(inspector) : migration?.down?.(inspector);
  const steps: Step[] = [];
  if (produced !== undefined) for await (const step of produced) steps.push(step);
  return steps;
}

export function idsOf(history: History): readonly string[] {
  return history.migrations.map((migration) => migration.id);
}

export function byId(history: History, id: string): Migration {
  const found = history.migrations.find((migration) => migration.id === id);
  if (found === undefined) throw new Error(`${id} is not among ${idsOf(history).join(", ")}`);
  return found;
}
