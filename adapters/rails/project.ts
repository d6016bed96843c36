import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "yaml";
import { parseFileName } from "./file-names.ts";
import type { InflectionRule } from "./inflector.ts";
import { listFiles } from "../project-files.ts";

/** One database of a Rails project, by the folders of its migrations. */
export interface RailsDatabase {
  /** Of the Rails project, relative to the root; `.` for the root itself. */
  readonly base: string;
  readonly name: string;
  /** Folders of migrations relative to the root, those behind the first merged into it. */
  readonly folders: readonly string[];
  /** What Rails dumped of it, relative to the root; `null` where neither is there. */
  readonly dump: string | null;
}

const skipped: ReadonlySet<string> = new Set(["node_modules", "vendor", "tmp", "log", "public", "coverage"]);
const deepest = 6;

/** Folders below the root that hold `db/migrate`, `db/schema.rb` or `db/structure.sql`. */
function findBases(root: string): readonly string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    const entries = depth < deepest ? readdirSync(join(root, folder), { withFileTypes: true }) : null;
    const hasDb = entries === null || entries.some(({ name }) => name === "db");
    if (hasDb && holdsDatabase(join(root, folder, "db"))) found.push(folder === "" ? "." : folder);
    for (const entry of entries ?? []) {
      if (entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name) && entry.name !== "db")
        visit(posix.join(folder, entry.name), depth + 1);
    }
  };
  visit("", 0);
  return found;
}

function holdsDatabase(db: string): boolean {
  return ["migrate", "schema.rb", "structure.sql"].some((name) => existsSync(join(db, name)));
}

/** The migration files of folders, relative to the root, in the order of their versions. */
export function migrationFiles(root: string, folders: readonly string[]): readonly string[] {
  const files = folders
    .flatMap((folder) => listFiles(root, folder, ".rb"))
    .flatMap((path) => {
      const name = parseFileName(path);
      return name === null ? [] : [{ path, version: BigInt(name.version) }];
    });
  return files
    .sort((left, right) => (left.version < right.version ? -1 : left.version > right.version ? 1 : left.path < right.path ? -1 : 1))
    .map(({ path }) => path);
}

interface Configured {
  readonly name: string;
  readonly adapter: string | null;
  readonly paths: readonly string[];
}

/** The databases of `config/database.yml`, of production where it says so. Its ERB is not run: what it would give is left open. */
function configuredDatabases(root: string, base: string): readonly Configured[] {
  const file = join(root, base, "config", "database.yml");
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8").replace(/<%[^]*?%>/g, "erb");
  let document: unknown;
  try {
    document = parse(text, { merge: true });
  } catch {
    // Rails' templates can make YAML that is none before they ran: then the usual folders count.
    return [];
  }
  const environments = isRecord(document) ? document : {};
  const chosen = [environments["production"], environments["development"], ...Object.values(environments)].find(isRecord) ?? {};
  const several = Object.entries(chosen).filter(([, value]) => isRecord(value));
  const entries = several.length === 0 ? [["primary", chosen] as const] : several;
  return entries.map(([name, value]) => {
    const settings = isRecord(value) ? value : {};
    const { adapter, migrations_paths: paths } = settings;
    return {
      name,
      adapter: typeof adapter === "string" && adapter !== "erb" ? adapter : null,
      paths: [paths].flat().filter((path) => typeof path === "string"),
    };
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every database of every Rails project under the root; those of other systems than PostgreSQL are passed over. */
export function findDatabases(root: string): readonly RailsDatabase[] {
  return findBases(root).flatMap((base) => databasesOf(root, base));
}

function databasesOf(root: string, base: string): readonly RailsDatabase[] {
  const at = (path: string): string => posix.normalize(posix.join(base, path));
  const configured = configuredDatabases(root, base);
  const other = (adapter: string | null): boolean => adapter !== null && !adapter.startsWith("postg");
  const made: RailsDatabase[] = [];
  const claimed = new Set<string>();
  const add = (name: string, folders: readonly string[], dumps: readonly string[]): void => {
    const there = folders.filter((folder) => !claimed.has(folder) && migrationFiles(root, [folder]).length > 0);
    const dump = dumps.map(at).find((path) => existsSync(join(root, path))) ?? null;
    if (there.length === 0 && (dump === null || claimed.has(dump))) return;
    for (const folder of [...there, ...(dump === null ? [] : [dump])]) claimed.add(folder);
    made.push({ base, name, folders: there, dump });
  };
  const primary = configured.find(({ paths }) => paths.length === 0) ?? null;
  if (primary === null || !other(primary.adapter) || configured.length === 0)
    add("primary", [at("db/migrate"), at("db/post_migrate")], ["db/structure.sql", "db/schema.rb"]);
  for (const { name, adapter, paths } of configured) {
    const folders = paths.length === 0 ? [at(`db/${name}_migrate`)] : paths.map(at);
    if (other(adapter)) for (const folder of folders) claimed.add(folder);
    else add(name, folders, [`db/${name}_structure.sql`, `db/${name}_schema.rb`]);
  }
  return made;
}

/** Major and minor version of Rails in a project's `Gemfile.lock`, and the whole of it. */
export function railsVersionOf(root: string, base: string): string | null {
  for (const folder of [base, "."]) {
    const file = join(root, folder, "Gemfile.lock");
    const found = existsSync(file) ? /^ {4}(?:activerecord|rails) \((\d+\.\d+[^)]*)\)/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
    if (found !== undefined) return found;
  }
  return null;
}

/** The rules of `config/initializers/inflections.rb`. */
export function inflectionRules(text: string | null): readonly InflectionRule[] {
  const rule = /^\s*\w+\.(acronym|irregular|uncountable|plural|singular)[\s(]+(.+)$/gm;
  return [...(text ?? "").matchAll(rule)].map(([, name = "", rest = ""]) => {
    const quoted = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\/((?:[^/\\]|\\.)*)\//g)].map(
      (found) => found[1] ?? found[2] ?? found[3] ?? "",
    );
    const words = quoted.length === 0 ? (/%w[([{]([^)\]}]*)/.exec(rest)?.[1]?.trim().split(/\s+/) ?? []) : quoted;
    return { rule: name as InflectionRule["rule"], words };
  });
}
