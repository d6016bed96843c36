import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, inputFailure, ok, type Result } from "../../src/model/failure.ts";
import { findDatabases, migrationFiles, type RailsDatabase } from "./project.ts";

/** How a database is named on the command line: by its folders, or the dump where there are none. */
export function locationOf({ folders, dump }: RailsDatabase): string {
  return folders.length === 0 ? (dump ?? "") : folders.join(", ");
}

/** The one database that is read: the one whose folders or dump are named, or the only one. Fails (exit code 2) otherwise. */
export function chooseDatabase(options: ReadOptions): Result<RailsDatabase> {
  const found = findDatabases(options.root);
  const named = options.locations.flatMap((each) => each.split(/,\s*/)).map((each) => posix.normalize(each).replace(/\/$/, ""));
  if (named.length === 0) {
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return ok(only);
    const listed = found.map((each) => `--location ${JSON.stringify(locationOf(each))}`).join(", ");
    return failed(
      inputFailure(
        only === undefined ? "no-migrations-found" : "several-databases",
        only === undefined ? "There is no db/migrate here." : `There are several databases: ${listed}.`,
        {
          location: options.root,
          hint: "Name the folder: pggit migrate --source rails --location db/migrate",
        },
      ),
    );
  }
  const dump = named.find((each) => /\.(?:rb|sql)$/.test(each));
  if (dump !== undefined) {
    const base = posix.dirname(posix.dirname(dump));
    return ok({ base, name: "primary", folders: [], dump });
  }
  const same = found.find(({ folders }) => folders.some((folder) => named.includes(folder)));
  // Folders that are no Rails project's usual ones: the project is where `db/` is.
  const base = same?.base ?? (/^(.*?)\/?db\//.exec(named[0] ?? "")?.[1] || ".");
  if (migrationFiles(options.root, named).length === 0) {
    return failed(
      inputFailure("no-migrations-found", `There are no migrations (20240101000000_name.rb) in ${named.join(", ")}.`, {
        location: named[0] ?? options.root,
        hint: "Name the folder that holds them, relative to the project.",
      }),
    );
  }
  const folders = same !== undefined && named.every((each) => same.folders.includes(each)) ? same.folders : named;
  return ok({ base, name: same?.name ?? "primary", folders, dump: same?.dump ?? null });
}
