import { inputFailure } from "../../../src/model/failure.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import type { NamingSettings } from "../names.ts";

/** The settings of Flyway that decide what a history is. */
export interface FlywaySettings extends NamingSettings {
  /** As written, with or without `filesystem:` or `classpath:`; empty where nothing names any. */
  readonly locations: readonly string[];
  readonly callbackLocations: readonly string[];
  readonly encoding: string;
  readonly placeholderReplacement: boolean;
  readonly placeholderPrefix: string;
  readonly placeholderSuffix: string;
  readonly placeholderSeparator: string;
  /** Keys in lower case. */
  readonly placeholders: ReadonlyMap<string, string>;
  readonly schemas: readonly string[];
  readonly defaultSchema: string | null;
  readonly createSchemas: boolean;
  readonly table: string;
  readonly initSql: readonly string[];
  readonly target: string | null;
  readonly mixed: boolean;
  readonly executeInTransaction: boolean;
  readonly validateMigrationNaming: boolean;
  readonly validateOnMigrate: boolean;
  readonly failOnMissingLocations: boolean;
  readonly skipDefaultResolvers: boolean;
  readonly skipDefaultCallbacks: boolean;
  /** Whether Flyway holds its lock in a transaction of its own while it migrates (`postgresql.transactional.lock`). */
  readonly transactionalLock: boolean;
  readonly outOfOrder: boolean;
  readonly group: boolean;
  readonly skipExecutingMigrations: boolean;
  readonly ignoreMigrationPatterns: readonly string[];
  readonly baselineOnMigrate: boolean;
  readonly baselineVersion: string;
  readonly user: string | null;
  readonly database: string | null;
  readonly environment: string | null;
}

/** One setting as its file has it. Values are text; a list is one value per element. */
export interface RawSetting {
  readonly values: readonly string[];
  readonly location: SourceLocation | string;
}

/** Settings by key without prefix, in lower case, without dashes and underscores; placeholders as `placeholders.NAME`. */
export type RawSettings = ReadonlyMap<string, RawSetting>;

/** The form under which a key is looked up, whatever spelling its file uses. */
export function settingKey(key: string): string {
  const dot = key.indexOf(".");
  const head = dot === -1 ? key : key.slice(0, dot);
  if (dot !== -1 && head.toLowerCase() === "placeholders") return `placeholders.${unquote(key.slice(dot + 1)).toLowerCase()}`;
  return key.replaceAll(/[-_]/g, "").toLowerCase();
}

function unquote(name: string): string {
  return /^\[?["']?(.*?)["']?\]?$/.exec(name)?.[1] ?? name;
}

/** What went into the settings, and what could not be understood. */
export interface Interpreted {
  readonly settings: FlywaySettings;
  readonly failures: readonly Failure[];
}

function databaseOf(url: string | null): string | null {
  return /^jdbc:postgresql:(?:\/\/[^/]*\/)?([^?/;]+)/.exec(url ?? "")?.[1] ?? null;
}

/** Flyway's settings with its defaults (`ClassicConfiguration`), from what the files, flags and assumptions say. */
export function interpretSettings(raw: RawSettings): Interpreted {
  const failures: Failure[] = [];
  const text = (key: string): string | null => {
    const found = raw.get(key);
    return found === undefined ? null : found.values.join(",");
  };
  const list = (key: string): readonly string[] =>
    (raw.get(key)?.values ?? [])
      .flatMap((value) => value.split(","))
      .map((value) => value.trim())
      .filter((value) => value !== "");
  const flag = (key: string, fallback: "true" | "false"): boolean => {
    const value = (text(key) ?? fallback).trim().toLowerCase();
    if (value !== "true" && value !== "false") {
      failures.push(
        inputFailure("invalid-setting", `\`${key}\` must be true or false, not \`${value}\``, {
          location: raw.get(key)?.location ?? null,
          hint: `Correct it there, or give --assume flyway.${key}=true or false.`,
        }),
      );
    }
    return value === "true";
  };
  // Settings that change nothing of the history are not worth a failure.
  const says = (key: string): boolean => text(key)?.trim().toLowerCase() === "true";
  const placeholders = new Map<string, string>();
  for (const [key, setting] of raw) {
    if (key.startsWith("placeholders.")) placeholders.set(key.slice("placeholders.".length), setting.values.join(","));
  }
  // The same setting in the spellings of flyway.conf and TOML, of Spring, and of an environment variable.
  const lock = ["postgresql.transactional.lock", "postgresql.transactionallock", "postgresqltransactionallock"];
  const suffixes = list("sqlmigrationsuffixes");
  const oldSuffix = text("sqlmigrationsuffix");
  const settings: FlywaySettings = {
    locations: list("locations"),
    callbackLocations: list("callbacklocations"),
    sqlMigrationPrefix: text("sqlmigrationprefix") ?? "V",
    undoSqlMigrationPrefix: text("undosqlmigrationprefix") ?? "U",
    repeatableSqlMigrationPrefix: text("repeatablesqlmigrationprefix") ?? "R",
    baselineMigrationPrefix: text("baselinemigrationprefix") ?? "B",
    sqlMigrationSeparator: text("sqlmigrationseparator") ?? "__",
    sqlMigrationSuffixes: suffixes.length > 0 ? suffixes : [oldSuffix ?? ".sql"],
    encoding: text("encoding") ?? "UTF-8",
    placeholderReplacement: flag("placeholderreplacement", "true"),
    placeholderPrefix: text("placeholderprefix") ?? "${",
    placeholderSuffix: text("placeholdersuffix") ?? "}",
    placeholderSeparator: text("placeholderseparator") ?? ":",
    placeholders,
    schemas: list("schemas"),
    defaultSchema: text("defaultschema"),
    createSchemas: flag("createschemas", "true"),
    table: text("table") ?? "flyway_schema_history",
    initSql: [...(raw.get("initsql")?.values ?? []), ...(raw.get("initsqls")?.values ?? [])],
    target: text("target"),
    mixed: flag("mixed", "false"),
    executeInTransaction: flag("executeintransaction", "true"),
    validateMigrationNaming: flag("validatemigrationnaming", "false"),
    validateOnMigrate: flag("validateonmigrate", "true"),
    failOnMissingLocations: flag("failonmissinglocations", "false"),
    skipDefaultResolvers: flag("skipdefaultresolvers", "false"),
    skipDefaultCallbacks: flag("skipdefaultcallbacks", "false"),
    transactionalLock: flag(lock.find((key) => raw.has(key)) ?? "postgresql.transactional.lock", "true"),
    outOfOrder: says("outoforder"),
    group: says("group"),
    skipExecutingMigrations: says("skipexecutingmigrations"),
    ignoreMigrationPatterns: list("ignoremigrationpatterns"),
    baselineOnMigrate: says("baselineonmigrate"),
    baselineVersion: text("baselineversion") ?? "1",
    user: text("user"),
    database: databaseOf(text("url")),
    environment: text("environment"),
  };
  return { settings, failures };
}
