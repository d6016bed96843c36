import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * The histories of a tool that are compared: every folder of `fixtures/<tool>/` with a `<case>.conformance.json` beside it. That file holds
 * `why` (what the case is for), `read` (what pggit is told: fields of ReadOptions), `arguments` (what the tool is told, by its module), `before` (SQL that both
 * databases have run before), `project` (the folder, where several cases read the same one), `servers` (2 where roles are made, which belong to a server) and `rollback` (how many migrations are taken back from the head and compared too). What the tool made of it stands in `<case>.recorded.txt`.
 */
export function findCases(fixtures, tool) {
  const folder = join(fixtures, tool);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".conformance.json"))
    .sort()
    .map((name) => {
      const title = name.slice(0, -".conformance.json".length);
      const settings = readSettings(join(folder, name));
      return { name: title, project: join(folder, settings.project ?? title), recording: join(folder, `${title}.recorded.txt`), settings };
    });
}

function readSettings(file) {
  return { read: {}, arguments: [], before: [], rollback: 0, ...JSON.parse(readFileSync(file, "utf8")) };
}

/** A project elsewhere on the disk as a case: compared, never recorded. */
export function foreignCase(project, settings) {
  return { name: basename(project), project, recording: null, settings: readSettings(settings) };
}

/**
 * What an adapter is told where nobody says anything but this.
 * @param {string} project
 * @param {Partial<import("../../adapters/adapter.ts").ReadOptions>} [read]
 * @returns {import("../../adapters/adapter.ts").ReadOptions}
 */
export function readOptions(project, read = {}) {
  return {
    root: project,
    locations: [],
    placeholders: {},
    schemas: [],
    changelog: null,
    contexts: [],
    labels: [],
    assumptions: {},
    environment: null,
    ...read,
  };
}
