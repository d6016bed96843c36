import type { Detection } from "../adapter.ts";
import { djangoVersionOf, findProjects, type DjangoProject } from "./project.ts";

/** How a project is named on the command line: by the folder from which its imports start. */
export function locationOf({ base }: DjangoProject): string {
  return base;
}

/** The Django projects below a folder. */
export async function detectDjango(root: string): Promise<readonly Detection[]> {
  return findProjects(root).map((project) => {
    const migrations = project.apps.reduce((sum, app) => sum + app.migrations.length, 0);
    const apps = project.apps.map(({ label }) => label).join(", ");
    return {
      tool: "django",
      location: locationOf(project),
      toolVersion: djangoVersionOf(root, project.base),
      evidence: [
        `${project.apps.length === 1 ? "the application" : "the applications"} ${apps} ${project.apps.length === 1 ? "has" : "have"} ${migrations} migrations`,
      ],
      migrations,
    };
  });
}
