import { parseName } from "./names.ts";
import { OTHER_ENGINE, isMigrationFolder, holdsSql } from "./projects.ts";
import type { Folder } from "./tree.ts";

/** How sure it is that a folder holds a history: `weak` counts only where nothing better is found. */
interface Candidate {
  readonly folder: Folder;
  readonly strength: "strong" | "weak";
}

const SQL = /\.(?:sql|psql|pgsql)$/i;
const FLYWAY = /^(?:[VUB]\d[\w.]*__|R__).*\.sql$/;
const MIGRATIONS =
  /^(?:db[-_]?)?(?:migrations?|migrate|evolutions|versions|updates?|upgrades?|patches|changes|changelogs?|committed|ddl|deltas?|drizzle|postgres(?:ql)?|pgsql|pg)$/i;
const DUMP = /^(?:schema|structure|database|db|dump|init|initdb|create|tables|ddl|model|install|setup|baseline)(?:[-_.].*)?$/i;
const ASIDE =
  /^(?:test|tests|testing|testdata|test-data|__tests__|spec|specs|fixtures|examples?|samples?|docs?|benchmarks?|e2e|seeds?|seeders|seeding|mocks?|docker.*|initdb\.d)$/i;

/**
 * The folders under `folder` that hold a history in plain SQL, best kind only: folders that look like migrations, else folders with SQL
 * files at all. Folders of other tools are left to their adapters; tests and examples count only where there is nothing else.
 */
export function findProjects(folder: Folder): readonly Folder[] {
  const inMain = best(search(folder, { aside: false }));
  return inMain.length > 0 ? inMain : best(search(folder, { aside: true }));
}

function best(candidates: readonly Candidate[]): readonly Folder[] {
  const strong = candidates.filter((candidate) => candidate.strength === "strong");
  return (strong.length > 0 ? strong : candidates).map((candidate) => candidate.folder);
}

function search(folder: Folder, options: { readonly aside: boolean }): readonly Candidate[] {
  if (belongsToOtherTool(folder)) return [];
  const strength = judge(folder);
  if (strength === "strong") return [{ folder, strength }];
  const below = folder.folders
    .filter((child) => !OTHER_ENGINE.test(child.name) && (options.aside || !ASIDE.test(child.name)))
    .flatMap((child) => search(child, options));
  return strength === null ? below : [{ folder, strength }, ...below];
}

function belongsToOtherTool(folder: Folder): boolean {
  if (folder.files.includes("sqitch.plan")) return true;
  if (folder.files.filter((file) => FLYWAY.test(file)).length > 0) return true;
  // Rails keeps its migrations in Ruby and the result in structure.sql beside them.
  const rails = folder.folders.some((child) => child.name === "migrate" && child.files.some((file) => file.endsWith(".rb")));
  return rails || folder.files.some((file) => /^\d{14}_.*\.rb$/.test(file));
}

function judge(folder: Folder): Candidate["strength"] | null {
  const sql = folder.files.filter((file) => SQL.test(file));
  const numbered = sql.filter((file) => parseName(file.replace(SQL, "")).version !== null);
  const named = MIGRATIONS.test(folder.name);
  if (folder.files.some((file) => file === "migration_lock.toml" || file === "atlas.sum")) return "strong";
  if (sql.some((file) => /\.(?:up|do)\.sql$/i.test(file)) || numbered.length >= 2 || (named && numbered.length >= 1)) return "strong";
  const children = folder.folders.filter(holdsSql);
  if (children.some(isMigrationFolder)) return "strong";
  const names = new Set(children.map((child) => child.name.toLowerCase()));
  if (names.has("up") && names.has("down")) return "strong";
  const releases = children.filter((child) => parseName(child.name).version !== null).length;
  if (releases >= 2 || (named && releases >= 1)) return "strong";
  if (sql.length === 0) return null;
  return named || numbered.length > 0 || folder.path === "." || sql.some((file) => DUMP.test(file.replace(SQL, ""))) ? "weak" : null;
}
