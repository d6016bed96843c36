import type { Detection } from "../adapter.ts";
import { rootChangelogs, searchPathFor, surveyProject, asFound, toolVersionOf } from "./project.ts";
import { loadChangelog } from "./changelog/load.ts";
import { createParameters } from "./changelog/parameters.ts";
import { openFiles } from "./source/files.ts";

/** More than this are listed without counting what they include. */
const mostCounted = 12;

/** The Liquibase projects below a folder: one for each changelog that settings name, or that no other changelog includes. */
export async function detectLiquibase(root: string): Promise<readonly Detection[]> {
  const project = surveyProject(root);
  const changelogs = rootChangelogs(project);
  const toolVersion = changelogs.length === 0 ? null : toolVersionOf(project);
  return changelogs.map((path) => {
    const searchPath = searchPathFor(project, path);
    const files = openFiles(root, searchPath);
    const parameters = createParameters({}, { runtime: { contexts: null, environment: null }, schema: "public" });
    const loaded = changelogs.length > mostCounted ? null : loadChangelog(asFound(path, searchPath), files, parameters);
    const named = project.settings.find(({ values }) => values.has("changelog"));
    const evidence = [
      `${path} is a changelog${loaded === null ? "" : ` of ${loaded.files.length} files with ${loaded.changeSets.length} changeSets`}`,
      ...(named === undefined ? [] : [`${named.file} names it`]),
    ];
    return { tool: "liquibase", location: path, toolVersion, evidence, migrations: loaded?.changeSets.length ?? 0 };
  });
}
