import type { Survey } from "./survey.ts";
import { isTestPath, parentOf } from "./survey.ts";

/** Names that only Flyway's default settings give: `V1__x.sql`, `V1.2.sql`, `R__x.sql`, `B3__x.sql`, `U1__x.sql`. */
const defaultName = /^(?:[VBU]\d+(?:[._]\d+)*__.*|[VBU]\d+(?:[._]\d+)*|R__.+)\.sql$/i;

const postgresNames = new Set(["postgresql", "postgres", "pgsql", "psql", "pg"]);
const otherVendors = new Set([
  "mysql", "mariadb", "h2", "hsqldb", "oracle", "sqlserver", "mssql", "sqlite", "db2", "derby", "cockroach", "cockroachdb", "snowflake", "redshift", "informix", "sybase", "saphana", "clickhouse", "cassandra", "bigquery", "spanner", "yugabytedb",
]); // prettier-ignore

/** Whether a folder's name says that it is for PostgreSQL, for another product, or neither. */
export function vendorOf(folderName: string): "postgresql" | "other" | null {
  const name = folderName.toLowerCase();
  if (postgresNames.has(name)) return "postgresql";
  return otherVendors.has(name) ? "other" : null;
}

export function looksLikeMigration(name: string): boolean {
  return defaultName.test(name);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Versions as written; two folders that share one cannot be one location. */
function versionsIn(folders: readonly string[], survey: Survey): readonly string[] {
  return folders
    .flatMap((folder) =>
      (survey.folders.get(folder)?.files ?? []).map((name) => /^V[\d._]*\d(?=__|\.sql$)/i.exec(name)?.[0].toLowerCase() ?? ""),
    )
    .filter((version) => version !== "");
}

function isBelow(folder: string, above: string): boolean {
  return above === "." || folder === above || folder.startsWith(`${above}/`);
}

/** Where a folder of migrations most likely has its location: at `…/db/migration`, else at its topmost ancestor with migrations. */
function topOf(folder: string, all: readonly string[]): string {
  const usual = /^(?:.*?\/)?db\/migrations?(?=\/|$)/.exec(folder)?.[0];
  if (usual !== undefined) return usual;
  return all.filter((other) => isBelow(folder, other)).toSorted((left, right) => left.length - right.length)[0] ?? folder;
}

/**
 * The folders that look like locations by the names of their files alone, each list being one project's. Folders for other
 * products than PostgreSQL beside one that is for it are left out; sister folders without a version in common are one location.
 */
export function findCandidates(survey: Survey): readonly (readonly string[])[] {
  const named = [...survey.folders.values()].filter((folder) => folder.files.some(looksLikeMigration)).map((folder) => folder.path);
  const shipped = named.filter((folder) => !isTestPath(folder));
  const folders = shipped.length > 0 ? shipped : named;
  const tops = [...new Set(folders.map((folder) => topOf(folder, folders)))];

  const byParent = new Map<string, string[]>();
  for (const top of tops) {
    const parent = top === "." ? "." : parentOf(top);
    byParent.set(parent, [...(byParent.get(parent) ?? []), top]);
  }
  return [...byParent].flatMap(([parent, sisters]) => {
    const postgres = sisters.some((sister) => vendorOf(lastName(sister)) === "postgresql");
    const kept = postgres ? sisters.filter((sister) => vendorOf(lastName(sister)) !== "other") : sisters;
    if (kept.length === 1) return [kept];
    const versions = kept.flatMap((sister) =>
      versionsIn(
        folders.filter((folder) => isBelow(folder, sister)),
        survey,
      ),
    );
    const distinct = new Set(versions).size === versions.length;
    if (!distinct) return kept.map((sister) => [sister]);
    return postgres || parent === "." ? [kept] : [[parent]];
  });
}
