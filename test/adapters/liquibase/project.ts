import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import type { ReadOptions } from "../../../adapters/adapter.ts";
import { liquibase } from "../../../adapters/liquibase/index.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration, Step } from "../../../src/model/history.ts";

export type Files = Readonly<Record<string, string>>;

const made: string[] = [];

afterEach(() => {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** A project on disk with these files; removed after the test. */
export function writeProject(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), "pggit-liquibase-"));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** What an adapter is told where nobody says anything. */
export const nothingGiven: Omit<ReadOptions, "root"> = {
  locations: [],
  placeholders: {},
  schemas: [],
  changelog: null,
  contexts: [],
  labels: [],
  assumptions: {},
  environment: null,
};

async function read(files: Files, given: Partial<ReadOptions>): ReturnType<typeof liquibase.read> {
  return liquibase.read({ root: writeProject(files), ...nothingGiven, ...given });
}

/** The history of a project that must be readable. */
export async function readOk(files: Files, given: Partial<ReadOptions> = {}): Promise<History> {
  const result = await read(files, given);
  if (result.kind === "failed") throw new Error(result.failures.map((failure) => failure.message).join("\n"));
  return result.value;
}

/** The failures of a project that must not be readable. */
export async function readFailures(files: Files, given: Partial<ReadOptions> = {}): Promise<readonly Failure[]> {
  const result = await read(files, given);
  if (result.kind === "ok") throw new Error("the history was read");
  return result.failures;
}

/** A database that is empty. */
const empty: Inspector = { rows: () => Promise.resolve([]) };

/** The steps of one way of a migration on an empty database. */
export async function stepsOf(migration: Migration | undefined, way: "up" | "down" = "up"): Promise<readonly Step[]> {
  const produced = way === "up" ? migration?.up(empty) : migration?.down?.(empty);
  const steps: Step[] = [];
  if (produced !== undefined) for await (const step of produced) steps.push(step);
  return steps;
}

/** The SQL of those steps. */
export async function sqlOf(migration: Migration | undefined, way: "up" | "down" = "up"): Promise<readonly string[]> {
  return (await stepsOf(migration, way)).map((step) => (step.kind === "custom-code" ? `custom-code ${step.language}` : step.sql));
}

/** An XML changelog with these elements. */
export function xml(...elements: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">\n${elements.join("\n")}\n</databaseChangeLog>\n`;
}

/** A changeSet around changes. */
export function changeSet(id: string, changes: string, attributes = ""): string {
  return `<changeSet id="${id}" author="t" ${attributes}>${changes}</changeSet>`;
}
