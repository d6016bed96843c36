/** What one file says of Liquibase, by names of our own. */
export interface SettingsFile {
  readonly file: string;
  /** The Spring or Quarkus profile that it is for; `null` for all. */
  readonly profile: string | null;
  readonly values: ReadonlyMap<SettingName, string>;
  readonly parameters: ReadonlyMap<string, string>;
}

export type SettingName =
  | "changelog"
  | "searchPath"
  | "contexts"
  | "labels"
  | "schema"
  | "bookkeepingSchema"
  | "table"
  | "lockTable"
  | "missingProperty";

/** A key of a settings file with its value. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** Keys as they are compared: dashes, underscores and case do not count. */
const names: Readonly<Record<string, SettingName>> = {
  changelog: "changelog",
  changelogfile: "changelog",
  searchpath: "searchPath",
  contexts: "contexts",
  contextfilter: "contexts",
  labels: "labels",
  labelfilter: "labels",
  defaultschema: "schema",
  defaultschemaname: "schema",
  liquibaseschema: "bookkeepingSchema",
  liquibaseschemaname: "bookkeepingSchema",
  databasechangelogtable: "table",
  databasechangelogtablename: "table",
  databasechangeloglocktable: "lockTable",
  databasechangeloglocktablename: "lockTable",
  missingpropertymode: "missingProperty",
};

/** Which part of a key is Liquibase's, by the framework that reads the file. */
const prefixes: Readonly<Record<"spring" | "properties", RegExp>> = {
  spring: /^(?:spring\.|quarkus\.)?liquibase\.(?:command\.)?/i,
  properties: /^(?:liquibase\.)?(?:command\.)?/i,
};

/** The settings among the entries of a file. */
export function readSettings(
  entries: readonly Entry[],
  from: { readonly file: string; readonly profile: string | null; readonly kind: "spring" | "properties" },
): SettingsFile {
  const values = new Map<SettingName, string>();
  const parameters = new Map<string, string>();
  for (const { key, value } of entries) {
    const prefix = prefixes[from.kind].exec(key)?.[0];
    if (prefix === undefined) continue;
    const own = key.slice(prefix.length);
    const parameter = /^(?:parameters?|change-?log-?parameters?)\.(.+)$/i.exec(own)?.[1];
    const resolved = resolveDefault(value.trim());
    if (parameter !== undefined) {
      if (resolved !== null) parameters.set(parameter.replace(/^"(.*)"$/, "$1"), resolved);
      continue;
    }
    const name = names[own.replaceAll(/[-_.]/g, "").toLowerCase()];
    if (name !== undefined && resolved !== null && resolved !== "" && !values.has(name)) values.set(name, resolved);
  }
  return { file: from.file, profile: from.profile, values, parameters };
}

/** A value with `${NAME:default}` resolved to its defaults; `null` where one has none, for environments are not known here. */
function resolveDefault(value: string): string | null {
  let lost = false;
  const resolved = value.replaceAll(/\$\{[^}:]*(?::([^}]*))?\}/g, (_whole, fallback: string | undefined) => {
    if (fallback === undefined) lost = true;
    return fallback ?? "";
  });
  return lost ? null : resolved;
}
