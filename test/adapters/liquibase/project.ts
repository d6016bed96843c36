import type { ReadOptions } from "../../../adapters/adapter.ts";
import { liquibase } from "../../../adapters/liquibase/index.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration, Step } from "../../../src/model/history.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { type Files, temporaryProject } from "../../support/project-files.ts";

async function read(files: Files, given: Partial<ReadOptions>): ReturnType<typeof liquibase.read> {
  return liquibase.read(readOptions(temporaryProject(files), given));
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
