import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, inputFailure, ok, type Result } from "../../src/model/failure.ts";
import { findEnvironments, type Environment } from "./project/environments.ts";

/** How an environment is named on the command line: by the folder of its env.py. */
export function locationOf({ base }: Environment): string {
  return base;
}

/** The one environment that is read: the one whose folder, revisions or settings are named, or the only one. Fails (exit code 2) otherwise. */
export function chooseEnvironment(options: ReadOptions): Result<Environment> {
  const found = findEnvironments(options.root);
  const named = options.locations.flatMap((each) => each.split(/,\s*/)).map((each) => posix.normalize(each).replace(/\/$/, ""));
  const matching =
    named.length === 0
      ? found
      : found.filter(({ base, versions, settings }) => named.some((each) => each === base || versions.includes(each) || each === settings));
  const [only, ...others] = matching;
  if (only !== undefined && others.length === 0) return ok(only);
  const listed = (only === undefined ? found : matching).map((each) => `--location ${JSON.stringify(locationOf(each))}`).join(", ");
  if (only === undefined)
    return failed(
      inputFailure(
        "no-migrations-found",
        named.length === 0 ? "There is no env.py with revisions here." : `There are no revisions of Alembic in ${named.join(", ")}.`,
        {
          location: named[0] ?? options.root,
          hint:
            listed === ""
              ? "Name the folder that holds env.py: pggit migrate --source alembic --location migrations"
              : `There is ${listed}.`,
        },
      ),
    );
  return failed(
    inputFailure("several-environments", `There are several migration environments: ${listed}.`, {
      location: options.root,
      hint: "Name one of them: pggit migrate --source alembic --location migrations",
    }),
  );
}
