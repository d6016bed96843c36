import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The histories of a tool that are compared: every folder of `fixtures/<tool>/` with a `<case>.conformance.json` beside it. That file holds
 * `why` (what the case is for), `read` (what pggit is told: fields of ReadOptions), `arguments` (what the tool is told, by its module), `before` (SQL that both
 * databases have run before) and `rollback` (how many migrations are taken back from the head and compared too). What the tool made of it stands in `<case>.recorded.txt`.
 */
export function findCases(fixtures, tool) {
  const folder = join(fixtures, tool);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".conformance.json"))
    .sort()
    .map((name) => {
      const title = name.slice(0, -".conformance.json".length);
      return {
        name: title,
        project: join(folder, title),
        recording: join(folder, `${title}.recorded.txt`),
        settings: { read: {}, arguments: [], before: [], rollback: 0, ...JSON.parse(readFileSync(join(folder, name), "utf8")) },
      };
    });
}

/** What an adapter is told for a case. */
export function readOptions(project, read) {
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
