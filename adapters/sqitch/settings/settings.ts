import { posix } from "node:path";
import { failed, ok, type Failure, type Result } from "../../../src/model/failure.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import type { ConfigEntry } from "./read-config.ts";

/** The folders in which a kind of script is looked for. Relative to the root. */
export interface ScriptFolders {
  readonly deploy: string;
  readonly revert: string;
  readonly verify: string;
}

/** What counts for one plan, as Sqitch puts it together from its configuration. Paths are relative to the root. */
export interface SqitchSettings {
  /** Where Sqitch is run: the folder of `sqitch.conf`. */
  readonly folder: string;
  readonly planFile: string;
  readonly scripts: ScriptFolders;
  readonly reworked: ScriptFolders;
  /** Of scripts, without the dot. */
  readonly extension: string;
  /** The schema that Sqitch keeps its tables in. */
  readonly registry: string;
  /** psql variables of each command. */
  readonly variables: Readonly<Record<keyof ScriptFolders, Readonly<Record<string, string>>>>;
  /** A key of Sqitch's: `pg`, `mysql`, …; `null` where nothing names one. */
  readonly engine: string | null;
  /** The target whose settings these are; `null` for an unnamed one. */
  readonly target: string | null;
}

/** A `sqitch.conf` with the files that it includes; without entries where there is none. */
export interface Configuration {
  readonly folder: string;
  readonly path: string | null;
  readonly entries: readonly ConfigEntry[];
}

/** Names of targets that the configuration gives a database to, with their lines. */
export function namedTargets({
  entries,
}: Configuration): readonly { readonly name: string; readonly file: string; readonly line: number }[] {
  const found = new Map<string, { readonly name: string; readonly file: string; readonly line: number }>();
  for (const { section, name, file, line } of entries) {
    const target = /^target\.(.+)$/.exec(section)?.[1];
    if (target !== undefined && name.toLowerCase() === "uri" && !found.has(target)) found.set(target, { name: target, file, line });
  }
  return [...found.values()];
}

/**
 * The settings for a target (`App::Sqitch::Target`): each key from the target, else from the engine, else from `core`. Without a target:
 * that of `core.target`, else of the engine; where the project is for several engines, PostgreSQL's. Configuration of the system and of
 * the user is not read. Fails with `invalid-settings` (a key with two values, a target without a database).
 */
export function resolveSettings(configuration: Configuration, target: string | null): Result<SqitchSettings> {
  const problems: Failure[] = [];
  const lookup = createLookup(configuration.entries, problems);
  const aim = target === null ? defaultAim(lookup, configuration) : aimAt(target, lookup);
  if (aim === null) problems.push(noDatabase(target ?? lookup.value("core.target") ?? "", configuration));
  const { engine, name } = aim ?? { engine: null, name: null };
  const sections = [...(name === null ? [] : [`target.${name}`]), `engine.${engine ?? "pg"}`, "core"];
  const fetch = (key: string): string | null => {
    for (const section of sections) {
      const value = lookup.value(`${section}.${key}`)?.trim();
      if (value !== undefined && value !== "") return value;
    }
    return null;
  };
  const from = (path: string): string => {
    if (posix.isAbsolute(path)) problems.push(absolutePath(path, configuration));
    return posix.normalize(posix.join(configuration.folder, path)).replace(/(?<=.)\/$/, "");
  };
  const top = fetch("top_dir") ?? ".";
  const reworkedTop = fetch("reworked_dir") ?? top;
  const folders = (prefix: string, above: string): ScriptFolders => ({
    deploy: from(fetch(`${prefix}deploy_dir`) ?? posix.join(above, "deploy")),
    revert: from(fetch(`${prefix}revert_dir`) ?? posix.join(above, "revert")),
    verify: from(fetch(`${prefix}verify_dir`) ?? posix.join(above, "verify")),
  });
  const shared = { ...lookup.section("core.variables"), ...lookup.section("deploy.variables") };
  const own = {
    ...lookup.section(`engine.${engine ?? "pg"}.variables`),
    ...(name === null ? {} : lookup.section(`target.${name}.variables`)),
  };
  const settings: SqitchSettings = {
    folder: configuration.folder,
    planFile: from(fetch("plan_file") ?? posix.join(top, "sqitch.plan")),
    scripts: folders("", top),
    reworked: folders("reworked_", reworkedTop),
    extension: fetch("extension") ?? "sql",
    registry: fetch("registry") ?? "sqitch",
    variables: {
      deploy: { ...shared, ...own },
      revert: { ...shared, ...lookup.section("revert.variables"), ...own },
      verify: { ...shared, ...lookup.section("verify.variables"), ...own },
    },
    engine,
    target: name !== null && !name.includes(":") ? name : null,
  };
  return problems.length > 0 ? failed(...problems) : ok(settings);
}

/** A target by its name or URI, and its engine. */
interface Aim {
  readonly name: string | null;
  readonly engine: string | null;
}

function defaultAim(lookup: Lookup, configuration: Configuration): Aim | null {
  const core = lookup.value("core.target")?.trim();
  const engine = lookup.value("core.engine")?.trim();
  const aim =
    core !== undefined && core !== "" ? aimAt(core, lookup) : engine === undefined || engine === "" ? null : aimOf(engine, lookup);
  if (aim?.engine === "pg") return aim;
  // A project for several engines: what concerns PostgreSQL counts.
  if (configuration.entries.some(({ section }) => /^engine\.pg(?:\.|$)/.test(section))) return aimOf("pg", lookup);
  const ours = namedTargets(configuration).find(({ name }) => aimAt(name, lookup)?.engine === "pg");
  if (ours !== undefined) return { name: ours.name, engine: "pg" };
  return core === undefined && engine === undefined ? { name: null, engine: null } : aim;
}

function aimOf(engine: string, lookup: Lookup): Aim | null {
  const target = lookup.value(`engine.${engine}.target`)?.trim();
  if (target === undefined || target === "") return { name: null, engine };
  // The database of a target is no matter here where its engine is known.
  return aimAt(target, lookup) ?? { name: target, engine };
}

/** A target's name, or the URI of a database in its place. */
function aimAt(target: string, lookup: Lookup): Aim | null {
  const uri = target.includes(":") ? target : lookup.value(`target.${target}.uri`)?.trim();
  const scheme = uri === undefined ? undefined : /^(?:db:)?([A-Za-z][\w+.-]*):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return null;
  return { name: target, engine: ENGINES[scheme] ?? scheme };
}

/** Other names of an engine in a database's URI (URI::db). */
const ENGINES: Readonly<Record<string, string>> = {
  postgres: "pg",
  postgresql: "pg",
  pgsql: "pg",
  pgxc: "pg",
  postgresxc: "pg",
  yugabyte: "pg",
  yugabytedb: "pg",
  cockroachdb: "cockroach",
  mariadb: "mysql",
  sqlite3: "sqlite",
};

function noDatabase(target: string, { path, folder }: Configuration): Failure {
  return {
    kind: "failure",
    code: "invalid-settings",
    message: `The target ${target} has no database: there is no target.${target}.uri.`,
    location: { file: path ?? folder, line: 1 },
    hint: `Give it one (sqitch target add ${target} db:pg:NAME), or name another target with --environment.`,
    exitCode: 2,
  };
}

function absolutePath(value: string, { path, folder }: Configuration): Failure {
  return {
    kind: "failure",
    code: "outside-root",
    message: `The configuration names ${value}, which is no path inside the project.`,
    location: { file: path ?? folder, line: 1 },
    hint: "pggit reads nothing outside the folder it was given: use a path that counts from the folder of sqitch.conf.",
    exitCode: 2,
  };
}
