import type { Detection } from "../adapter.ts";
import { locationOf } from "./choose.ts";
import { findEnvironments, revisionFiles } from "./project/environments.ts";
import { lockedVersion } from "./project/versions.ts";

/** The migration environments below a folder. */
export async function detectAlembic(root: string): Promise<readonly Detection[]> {
  const found = findEnvironments(root);
  const toolVersion = found.length === 0 ? null : lockedVersion(root, "alembic");
  return found.map((environment) => {
    const count = revisionFiles(root, environment).length;
    const evidence = [
      `${environment.versions.join(" and ")} ${environment.versions.length === 1 ? "has" : "have"} ${count} revisions`,
      ...(environment.settings === null ? [] : [`${environment.settings} names it`]),
    ];
    return { tool: "alembic", location: locationOf(environment), toolVersion, evidence, migrations: count };
  });
}
