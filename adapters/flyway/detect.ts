import type { Detection } from "../adapter.ts";
import { looksLikeMigration } from "./candidates.ts";
import { codeFileName } from "./code/migration-code.ts";
import { readNames } from "./names.ts";
import type { Project } from "./project.ts";
import { findProjects, mergeSources } from "./project.ts";
import { interpretSettings } from "./settings/interpret.ts";
import { loadSettings } from "./settings/load.ts";
import type { Survey } from "./survey.ts";
import { surveyProject } from "./survey.ts";

function describe(project: Project, survey: Survey): Detection {
  const read = readNames(interpretSettings(mergeSources(project.sources)).settings);
  const folders = [...new Set(project.locations.flatMap((location) => location.folders))];
  const counts = new Map<string, number>();
  for (const folder of survey.folders.values()) {
    if (!folders.some((top) => top === "." || folder.path === top || folder.path.startsWith(`${top}/`))) continue;
    for (const name of folder.files) {
      const says = read(name);
      const kind = codeFileName.test(name) ? "code" : says.kind;
      const script = says.kind !== "ignored" && says.suffix === "";
      if (kind !== "ignored" && !script && (kind !== "callback" || looksLikeMigration(name) || name.endsWith(".sql")))
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  const total = [...counts].filter(([kind]) => kind !== "undo").reduce((sum, [, count]) => sum + count, 0);
  const what = [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return {
    tool: "flyway",
    location: folders.join(", "),
    toolVersion: project.toolVersion,
    evidence: [
      `${folders.join(", ")} has ${what} files named as Flyway names them`,
      ...project.sources.map((source) => `${source.file} has settings of Flyway`),
    ],
    migrations: total,
  };
}

/** Every Flyway project under a root, by names and settings only. */
export async function detectFlyway(root: string): Promise<readonly Detection[]> {
  const survey = await surveyProject(root);
  const loaded = await loadSettings(survey, {});
  return findProjects(survey, loaded).map((project) => describe(project, survey));
}
