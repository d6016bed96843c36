import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, inputFailure, ok, type Result } from "../../src/model/failure.ts";
import { locationOf } from "./detect.ts";
import { findProjects, type DjangoProject } from "./project.ts";

/** The one project that is read: the one whose folder is named, or the only one. Fails (exit code 2) otherwise. */
export function chooseProject(options: ReadOptions): Result<DjangoProject> {
  const found = findProjects(options.root);
  const named = options.locations.flatMap((each) => each.split(/,\s*/)).map((each) => posix.normalize(each).replace(/\/$/, ""));
  const [first, ...others] = named.length === 0 ? found : found.filter(({ base }) => named.includes(base));
  if (first !== undefined && others.length === 0) return ok(first);
  const listed = found.map((each) => `--location ${JSON.stringify(locationOf(each))}`).join(", ");
  if (found.length === 0)
    return failed(
      inputFailure("no-migrations-found", "There is no folder of migrations of Django here.", {
        location: options.root,
        hint: "Name the folder of the project: pggit migrate --source django DIR",
      }),
    );
  return failed(
    inputFailure(
      "several-projects",
      named.length === 0 ? `There are several projects: ${listed}.` : `There is no project in ${named.join(", ")}.`,
      {
        location: options.root,
        hint: `Name one of them: ${listed}`,
      },
    ),
  );
}
