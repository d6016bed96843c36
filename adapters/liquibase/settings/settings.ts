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

/** Whose settings they are. `around`: other properties of the same file, which values may name. */
export interface SettingsSource {
  readonly file: string;
  readonly profile: string | null;
  readonly kind: "spring" | "properties";
  readonly around: readonly Entry[];
}

/** The settings among the entries of a file. */
export function readSettings(entries: readonly Entry[], from: SettingsSource): SettingsFile {
  const known: Known = { properties: new Map([...from.around, ...entries].map(({ key, value }) => [key, value])), left: mostPlaceholders };
  const values = new Map<SettingName, string>();
  const parameters = new Map<string, string>();
  for (const { key, value } of entries) {
    const prefix = prefixes[from.kind].exec(key)?.[0];
    if (prefix === undefined) continue;
    const own = key.slice(prefix.length);
    const parameter = /^(?:parameters?|change-?log-?parameters?)\.(.+)$/i.exec(own)?.[1];
    const resolved = resolvePlaceholders(value.trim(), known, []);
    if (parameter !== undefined) {
      if (resolved !== null) parameters.set(parameter.replace(/^"(.*)"$/, "$1"), resolved);
      continue;
    }
    const name = names[own.replaceAll(/[-_.]/g, "").toLowerCase()];
    if (name !== undefined && resolved !== null && resolved !== "" && !values.has(name)) values.set(name, resolved);
  }
  return { file: from.file, profile: from.profile, values, parameters };
}

/** More than any file of settings has, so that properties which name each other many times come to an end. */
const mostPlaceholders = 10_000;

interface Known {
  readonly properties: ReadonlyMap<string, string>;
  /** How many placeholders may still be put in. */
  left: number;
}

/**
 * A value with its `${NAME:default}` put in, as Spring does: from the other properties of the file, else by the default, in which others may stand. `null`
 * where there is neither, for environments are not known here, and where properties name each other in a circle.
 */
function resolvePlaceholders(value: string, known: Known, open: readonly string[]): string | null {
  const start = value.indexOf("${");
  const end = start === -1 ? -1 : endOfPlaceholder(value, start + 2);
  if (end === -1) return value;
  const [, name = "", fallback] = /^([^:]*)(?::([^]*))?$/.exec(value.slice(start + 2, end)) ?? [];
  const own = known.properties.get(name) ?? fallback;
  known.left -= 1;
  if (own === undefined || open.includes(name) || known.left < 0) return null;
  const inner = resolvePlaceholders(own, known, [...open, name]);
  const rest = resolvePlaceholders(value.slice(end + 1), known, open);
  return inner === null || rest === null ? null : `${value.slice(0, start)}${inner}${rest}`;
}

/** Where the brace is that closes a placeholder, others in it passed over; -1 where there is none. */
function endOfPlaceholder(value: string, from: number): number {
  let depth = 1;
  for (let at = from; at < value.length; at += 1) {
    if (value.startsWith("${", at)) depth += 1;
    else if (value[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
