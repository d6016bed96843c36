import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where the worker finds an extension: the PGlite module and the name that it exports. */
export interface ExtensionModule {
  /** PostgreSQL's name. */
  readonly name: string;
  readonly module: string;
  readonly member: string;
}

/** The contrib modules that ship with PGlite 0.5, by PostgreSQL's extension name; one module may hold several extensions. */
const contribModules: Readonly<Record<string, string>> = {
  amcheck: "amcheck",
  autoinc: "moddatetime",
  bloom: "bloom",
  btree_gin: "btree_gin",
  btree_gist: "btree_gist",
  citext: "citext",
  cube: "cube",
  dict_int: "dict_int",
  dict_xsyn: "dict_xsyn",
  earthdistance: "earthdistance",
  file_fdw: "file_fdw",
  fuzzystrmatch: "fuzzystrmatch",
  hstore: "hstore",
  insert_username: "moddatetime",
  intarray: "intarray",
  isn: "isn",
  lo: "lo",
  ltree: "ltree",
  moddatetime: "moddatetime",
  pageinspect: "pageinspect",
  pg_buffercache: "pg_buffercache",
  pg_freespacemap: "pg_freespacemap",
  pg_stat_statements: "pg_stat_statements",
  pg_surgery: "pg_surgery",
  pg_trgm: "pg_trgm",
  pg_visibility: "pg_visibility",
  pg_walinspect: "pg_walinspect",
  pgcrypto: "pgcrypto",
  refint: "moddatetime",
  seg: "seg",
  tablefunc: "tablefunc",
  tcn: "tcn",
  tsm_system_rows: "tsm_system_rows",
  tsm_system_time: "tsm_system_time",
  unaccent: "unaccent",
  "uuid-ossp": "uuid_ossp",
};

/** PGlite packages that the user may have installed beside pggit. */
const optionalPackages: Readonly<Record<string, { readonly module: string; readonly member: string }>> = {
  vector: { module: "@electric-sql/pglite-pgvector", member: "vector" },
  postgis: { module: "@electric-sql/pglite-postgis", member: "postgis" },
};

/** Extensions that another one needs, as its control file says. */
const required: Readonly<Record<string, readonly string[]>> = { earthdistance: ["cube"] };

/** Always there, without a module. */
const builtIn = "plpgsql";

/** Names of all extensions that the embedded database can load here, sorted. */
export function embeddedExtensions(): readonly string[] {
  const installed = Object.entries(optionalPackages).filter(([, { module }]) => locatePackage(module) !== null);
  return [builtIn, ...Object.keys(contribModules), ...installed.map(([name]) => name)].sort();
}

export interface ExtensionChoice {
  /** What to load: the requested ones and what they need, each module once. */
  readonly modules: readonly ExtensionModule[];
  /** The requested ones that the embedded database cannot have. */
  readonly unavailable: readonly string[];
}

/** Finds the modules of the requested extensions. Names are PostgreSQL's, as in CREATE EXTENSION. */
export function chooseExtensions(requested: readonly string[]): ExtensionChoice {
  const modules = new Map<string, ExtensionModule>();
  const unavailable: string[] = [];
  for (const name of new Set(requested.flatMap((name) => [...(required[name] ?? []), name]))) {
    if (name === builtIn) continue;
    const found = findModule(name);
    if (found === null) unavailable.push(name);
    else modules.set(found.module, found);
  }
  return { modules: [...modules.values()], unavailable };
}

function findModule(name: string): ExtensionModule | null {
  const contrib = contribModules[name];
  if (contrib !== undefined) return { name, module: `@electric-sql/pglite/contrib/${contrib}`, member: contrib };
  const optional = optionalPackages[name];
  const location = optional === undefined ? null : locatePackage(optional.module);
  return optional === undefined || location === null ? null : { name, module: location, member: optional.member };
}

/** The URL of an optional package that is installed beside pggit or in the working directory's project; `null` where it is in neither. */
function locatePackage(name: string): string | null {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return pathToFileURL(createRequire(from).resolve(name)).href;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")) throw error;
    }
  }
  return null;
}
