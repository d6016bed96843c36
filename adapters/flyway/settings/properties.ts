import { Pair, parseLines } from "dot-properties";
import type { SourceLocation } from "../../../src/model/source.ts";
import { settingKey } from "./interpret.ts";
import type { SettingsSource, Variables } from "./source.ts";
import { collectSettings, resolveExpression } from "./source.ts";

/** One `key=value` of a properties file. */
export interface Property {
  readonly key: string;
  readonly value: string;
  readonly location: SourceLocation;
}

/** The entries of a Java properties file in order (`java.util.Properties.load`). */
export function readProperties(text: string, file: string): readonly Property[] {
  const properties: Property[] = [];
  const feeds: number[] = [];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) feeds.push(at);
  let line = 1;
  let next = 0;
  for (const node of parseLines(text, true)) {
    if (!(node instanceof Pair) || node.range === undefined) continue;
    const start = node.range[0];
    while (next < feeds.length && (feeds[next] ?? 0) < start) {
      next++;
      line++;
    }
    properties.push({ key: node.key, value: node.value, location: { file, line } });
  }
  return properties;
}

/**
 * `flyway.conf` and the other files of its form (`ConfigUtils.loadConfigurationFromString`): lines trimmed, backslashes are
 * themselves unless a line is continued, `${NAME}` is an environment variable and empty where that is not set.
 */
export function readConf(text: string, file: string, variables: Variables): SettingsSource {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const prepared = lines.map((line, index) => {
    const doubled = line.replaceAll("\\", "\\\\");
    const following = lines[index + 1];
    const continued = line.endsWith("\\") && following !== undefined && following !== "" && !/^flyway\..*=/.test(following);
    return continued ? `${doubled.slice(0, -2)}\\` : doubled;
  });
  const settings = collectSettings();
  for (const property of readProperties(prepared.join("\n"), file)) {
    if (!property.key.startsWith("flyway.")) continue;
    const value = property.value.replaceAll(/\$\{([A-Za-z0-9_]+)\}/g, (_, name: string) => variables.get(name) ?? "");
    settings.values.set(settingKey(property.key.slice("flyway.".length)), { values: [value], location: property.location });
  }
  return { origin: "conf", file, profile: null, values: settings.values };
}

/** Where an application's properties keep Flyway's settings, and after how many parts of the key the setting begins. */
const homes = [
  { prefix: /^spring\.flyway\./, origin: "spring" },
  { prefix: /^quarkus\.flyway\.(?:"[^"]+"\.|(?!placeholders\.)[^."]+\.(?=[a-z]))?/, origin: "quarkus" },
  { prefix: /^flyway\.datasources\.[^.]+\./, origin: "micronaut" },
  { prefix: /^flyway\./, origin: "spring" },
] as const;

/**
 * The Flyway settings in an application's flat properties (`application.properties`, or YAML made flat): `spring.flyway.*`, `flyway.*` of
 * Spring Boot 1, `quarkus.flyway.*` with `%profile.`, `flyway.datasources.*` of Micronaut. One source per profile and framework.
 */
export function flywayProperties(
  properties: readonly Property[],
  file: string,
  context: { readonly profile: string | null; readonly variables: Variables },
): readonly SettingsSource[] {
  const known = new Map(properties.map((property) => [property.key, property.value]));
  const variables = new Map([...known, ...context.variables]);
  const found = new Map<string, { source: Omit<SettingsSource, "values">; settings: ReturnType<typeof collectSettings> }>();
  for (const property of properties) {
    const profiled = /^%([^.]+)\.(.*)$/.exec(property.key);
    const profile = profiled?.[1] ?? context.profile;
    const key = profiled?.[2] ?? property.key;
    const home = homes.find((candidate) => candidate.prefix.test(key));
    if (home === undefined) continue;
    const value = resolveExpression(property.value, variables);
    const id = `${home.origin} ${profile ?? ""}`;
    const entry = found.get(id) ?? { source: { origin: home.origin, file, profile }, settings: collectSettings() };
    found.set(id, entry);
    if (value === null) continue;
    entry.settings.add(settingKey(key.replace(home.prefix, "").replace(/\[\d+\]$/, "")), value, property.location);
  }
  return [...found.values()].map((entry) => ({ ...entry.source, values: entry.settings.values }));
}
