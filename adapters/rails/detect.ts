import type { Detection } from "../adapter.ts";
import { locationOf } from "./choose.ts";
import { findDatabases, migrationFiles, railsVersionOf } from "./project.ts";

/** The databases of Rails projects below a folder. */
export async function detectRails(root: string): Promise<readonly Detection[]> {
  return findDatabases(root).map((database) => {
    const count = migrationFiles(root, database.folders).length;
    const evidence = [
      ...(count === 0 ? [] : [`${database.folders.join(" and ")} ${database.folders.length === 1 ? "has" : "have"} ${count} migrations`]),
      ...(database.dump === null ? [] : [`${database.dump} is what Rails dumped`]),
    ];
    return {
      tool: "rails",
      location: locationOf(database),
      toolVersion: railsVersionOf(root, database.base),
      evidence,
      migrations: count === 0 ? 1 : count,
    };
  });
}
