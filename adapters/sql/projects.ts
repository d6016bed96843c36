import { posix } from "node:path";
import type { Finding } from "../../src/model/history.ts";
import { compareText, compareVersions, parseName, splitDirection, type Direction, type Version } from "./names.ts";
import type { Folder } from "./tree.ts";

/** One migration as the names of its files say it. Paths are relative to the root. */
export interface Entry {
  readonly id: string;
  readonly version: Version | null;
  /** The versions of the folders around it, outermost first. */
  readonly groups: readonly Version[];
  readonly words: string;
  /** SQL, or a program in `language`. */
  readonly up: string | null;
  readonly down: string | null;
  readonly settings: readonly string[];
  readonly environment: string | null;
}

/** A folder of migrations, by names alone. */
export interface Layout {
  readonly folder: Folder;
  /** In the order of their versions. */
  readonly entries: readonly Entry[];
  /** Whether each migration has a folder of its own. */
  readonly perFolder: readonly Entry[];
  readonly findings: readonly Finding[];
}

const SQL = /\.(?:sql|psql|pgsql)$/i;
const CODE = /\.(?:go|js|ts|mjs|cjs|mts|cts|py|rb|sh|php|pl)$/i;
const NOT_CODE = /(?:_test\.go|\.d\.[mc]?ts|[._](?:spec|test)\.\w+|^doc\.go|^__init__\.py|^index\.\w+)$/i;

/** Folders that hold what one environment alone gets. */
const ENVIRONMENTS =
  /^(?:dev|devel|development|test|tests|testing|stage|staging|qa|uat|prod|production|preprod|pre-prod|local|demo|sandbox|ci|integration|seed|seeds|seeders|testdata|test-data|demo-data)$/i;

const WAYS: Readonly<Record<string, Direction>> = {
  up: "up",
  do: "up",
  upgrade: "up",
  apply: "up",
  forward: "up",
  down: "down",
  undo: "down",
  downgrade: "down",
  rollback: "down",
  rollbacks: "down",
  revert: "down",
  reverts: "down",
  backward: "down",
};

/** Folders for another database than PostgreSQL. */
export const OTHER_ENGINE =
  /^(?:mysql|mariadb|sqlite3?|mssql|sqlserver|oracle|clickhouse|spanner|bigquery|snowflake|redshift|db2|h2|hsqldb|derby|cassandra|ydb|tidb|duckdb|vertica)$/i;

const OWN_UP = /^(?:up|migration|migrate|do|apply)\.(?:sql|psql|pgsql)$/i;
const OWN_DOWN = /^(?:down|undo|rollback|revert)\.(?:sql|psql|pgsql)$/i;

/** Whether a folder is one migration: `up.sql` and `down.sql`, or Prisma's `migration.sql`. */
export function isMigrationFolder(folder: Folder): boolean {
  return (
    folder.files.some((file) => OWN_UP.test(file)) ||
    (folder.files.some((file) => OWN_DOWN.test(file)) && parseName(folder.name).version !== null)
  );
}

interface Place {
  /** The project's folder. */
  readonly base: string;
  readonly groups: readonly Version[];
  readonly environment: string | null;
  readonly direction: Direction | null;
}

interface Found {
  readonly files: Candidate[];
  readonly folders: Entry[];
  readonly findings: Finding[];
}

interface Candidate {
  readonly path: string;
  /** Where its counterpart has the same text: folders (but for `up` and `down`) and name. */
  readonly pair: string;
  readonly stem: string;
  readonly direction: Direction | null;
  readonly place: Place;
}

/** The migrations under a folder by the names of files and folders. */
export function readLayout(folder: Folder): Layout {
  const found: Found = { files: [], folders: [], findings: [] };
  collect(folder, { base: folder.path, groups: [], environment: null, direction: null }, found);
  const paired = pairFiles(found);
  const versioned = paired.some((entry) => entry.version !== null && entry.environment === null);
  const entries: Entry[] = [];
  for (const entry of paired) {
    // A file without a number beside numbered ones has no place in their order; an environment's own data comes last.
    if (versioned && entry.version === null && entry.environment === null) {
      found.findings.push(skipped(entry.up ?? entry.down ?? folder.path, "its name has no number, so it has no place in the order"));
    } else if (entry.up === null) {
      found.findings.push({ ...skipped(entry.down ?? folder.path, "it is a way back without its way up"), code: "down-without-up" });
    } else entries.push(entry);
  }
  return { folder, entries: entries.toSorted(compareEntries), perFolder: found.folders.toSorted(compareEntries), findings: found.findings };
}

function collect(folder: Folder, place: Place, found: Found): void {
  const inProject = posix.relative(place.base, folder.path);
  const sqlStems = new Set(folder.files.filter((file) => SQL.test(file)).map((file) => file.replace(SQL, "")));
  for (const file of folder.files) {
    const path = join(folder.path, file);
    if (SQL.test(file)) {
      const { base, direction } = splitDirection(file.replace(SQL, ""), sqlStems);
      const pairFolder = place.direction === null ? inProject : posix.dirname(inProject);
      found.files.push({ path, stem: base, pair: posix.join(pairFolder, base), direction: place.direction ?? direction, place });
    } else if (CODE.test(file) && !NOT_CODE.test(file) && parseName(file).version !== null) {
      const stem = file.replace(CODE, "");
      found.files.push({ path, stem, pair: posix.join(inProject, stem), direction: null, place });
    } else if (/\.(?:sql|psql|pgsql)\.(?:gz|bz2|xz|zst)$|\.(?:dump|pgdump|backup)$/i.test(file)) {
      found.findings.push(skipped(path, "it is packed; unpack it to have it read"));
    }
  }
  for (const child of folder.folders) collectFolder(child, place, found);
}

function collectFolder(child: Folder, place: Place, found: Found): void {
  const direction = WAYS[child.name.toLowerCase()];
  if (isMigrationFolder(child)) found.folders.push(folderEntry(child, place));
  else if (OTHER_ENGINE.test(child.name)) {
    if (holdsSql(child)) found.findings.push(skipped(child.path, "it is for another database than PostgreSQL"));
  } else if (direction !== undefined && place.direction === null) collect(child, { ...place, direction }, found);
  else if (ENVIRONMENTS.test(child.name) && place.environment === null) collect(child, { ...place, environment: child.name }, found);
  else {
    const { version } = parseName(child.name);
    if (version !== null) collect(child, { ...place, groups: [...place.groups, version] }, found);
    else if (holdsSql(child)) found.findings.push(skipped(child.path, "its name is no version, environment or direction"));
  }
}

function folderEntry(folder: Folder, place: Place): Entry {
  const { version, words } = parseName(folder.name);
  const up = folder.files.find((file) => OWN_UP.test(file));
  const down = folder.files.find((file) => OWN_DOWN.test(file));
  return {
    id: posix.relative(place.base, folder.path) || folder.name,
    version,
    groups: place.groups,
    words,
    up: up === undefined ? null : join(folder.path, up),
    down: down === undefined ? null : join(folder.path, down),
    settings: folder.files.filter((file) => /^metadata\.(?:toml|ya?ml|json)$/i.test(file)).map((file) => join(folder.path, file)),
    environment: place.environment,
  };
}

/** Ways up with their ways back: by the same name first, then by the same version. */
function pairFiles(found: Found): readonly Entry[] {
  const downs = new Map(found.files.filter((file) => file.direction === "down").map((file) => [file.pair, file]));
  const ups = found.files.filter((file) => file.direction !== "down");
  const named = ups.map((file) => {
    const down = downs.get(file.pair) ?? null;
    if (down !== null) downs.delete(file.pair);
    return { file, down };
  });
  const entries = named.map(({ file, down }) => {
    const other = down ?? sameVersion(file, [...downs.values()]);
    if (other !== null) downs.delete(other.pair);
    return fileEntry(file, { up: file.path, down: other?.path ?? null });
  });
  return [...entries, ...[...downs.values()].map((file) => fileEntry(file, { up: null, down: file.path }))];
}

function sameVersion(file: Candidate, downs: readonly Candidate[]): Candidate | null {
  const { version } = parseName(file.stem);
  if (version === null) return null;
  const matching = downs.filter(
    (down) => posix.dirname(down.pair) === posix.dirname(file.pair) && compareVersions(parseName(down.stem).version, version) === 0,
  );
  return matching.length === 1 ? (matching[0] ?? null) : null;
}

function fileEntry(file: Candidate, paths: Pick<Entry, "up" | "down">): Entry {
  const { version, words } = parseName(file.stem);
  return { id: file.pair, version, groups: file.place.groups, words, settings: [], environment: file.place.environment, ...paths };
}

/** Folders' versions, then the own one; what everybody gets before what one environment gets; then by name. */
export function compareEntries(left: Entry, right: Entry): number {
  const leftKey = [...left.groups, left.version];
  const rightKey = [...right.groups, right.version];
  for (let at = 0; at < Math.min(leftKey.length, rightKey.length); at++) {
    const order = compareVersions(leftKey[at] ?? null, rightKey[at] ?? null);
    if (order !== 0) return order;
  }
  return leftKey.length - rightKey.length || compareText(left.environment ?? "", right.environment ?? "") || compareText(left.id, right.id);
}

/** Whether there is any SQL file at or below a folder. */
export function holdsSql(folder: Folder): boolean {
  return folder.files.some((file) => SQL.test(file)) || folder.folders.some(holdsSql);
}

/** Whether a path is code that a tool would run, not SQL. */
export function isCode(path: string): boolean {
  return CODE.test(path);
}

function join(folder: string, file: string): string {
  return folder === "." ? file : `${folder}/${file}`;
}

function skipped(path: string, why: string): Finding {
  return {
    kind: "finding",
    code: "file-skipped",
    message: `${path} is left out: ${why}.`,
    location: { file: path, line: 1 },
    migration: null,
  };
}
