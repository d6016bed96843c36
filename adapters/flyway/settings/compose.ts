import { parse, YAMLParseError } from "yaml";
import type { Finding } from "../../../src/model/history.ts";
import { settingKey } from "./interpret.ts";
import type { SettingsSource, Variables } from "./source.ts";
import { collectSettings, resolveExpression } from "./source.ts";

type Table = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The setting that an environment variable of Flyway (or of Flyway in Spring Boot) stands for; `null` for every other variable. */
export function settingOfVariable(name: string): string | null {
  const own = /^(?:SPRING_)?FLYWAY_(.+)$/.exec(name)?.[1];
  if (own === undefined) return null;
  const placeholder = /^PLACEHOLDERS_(.+)$/.exec(own)?.[1];
  return settingKey(placeholder === undefined ? own : `placeholders.${placeholder}`);
}

/** `NAME=value` lines of a `.env` file; quotes around a value and comments are left out. */
export function readDotEnv(text: string): ReadonlyMap<string, { readonly value: string; readonly line: number }> {
  const found = new Map<string, { value: string; line: number }>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$/.exec(line);
    if (match !== null) found.set(match[1] ?? "", { value: match[2] ?? match[3] ?? match[4] ?? "", line: index + 1 });
  }
  return found;
}

/** Flyway's variables in a `.env` file as one source; `null` where it has none. */
export function dotEnvSource(text: string, file: string): SettingsSource | null {
  const settings = collectSettings();
  for (const [name, { value, line }] of readDotEnv(text)) {
    const key = settingOfVariable(name);
    if (key !== null) settings.add(key, value, { file, line });
  }
  return settings.values.size === 0 ? null : { origin: "environment", file, profile: null, values: settings.values };
}

/** `environment:` of a service, as a map or as a list of `NAME=value`. */
function variablesOf(service: Table): readonly (readonly [string, string])[] {
  const { environment } = service;
  if (isTable(environment)) return Object.entries(environment).map(([name, value]) => [name, textOf(value)] as const);
  const list: readonly unknown[] = Array.isArray(environment) ? environment : [];
  return list.flatMap((entry) => {
    const match = /^([^=]+)=([\s\S]*)$/.exec(textOf(entry));
    return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
  });
}

/** `-key=value` of the command of a container of Flyway's own image. */
function argumentsOf(service: Table): readonly (readonly [string, string])[] {
  const { command } = service;
  const words: readonly unknown[] = Array.isArray(command) ? command : (textOf(command).match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []);
  return words.flatMap((word) => {
    const match = /^-([\w.]+)=["']?(.*?)["']?$/.exec(textOf(word));
    return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
  });
}

/** Folders of the project by where a container sees them. */
function mountsOf(service: Table): readonly (readonly [string, string])[] {
  const { volumes } = service;
  const list: readonly unknown[] = Array.isArray(volumes) ? volumes : [];
  return list.flatMap((volume) => {
    const [from, to] = isTable(volume) ? [textOf(volume["source"]), textOf(volume["target"])] : textOf(volume).split(":");
    return from !== undefined && to !== undefined && from.startsWith(".") ? [[to.replace(/\/$/, ""), from] as const] : [];
  });
}

/** A location inside a container as the folder of the project that is mounted there. */
function locationOutside(location: string, mounts: readonly (readonly [string, string])[]): string {
  const inside = /^filesystem:(\/.*)$/.exec(location.trim())?.[1];
  const mount = mounts.find(([to]) => inside === to || inside?.startsWith(`${to}/`) === true);
  return inside === undefined || mount === undefined
    ? location
    : `filesystem:${mount[1].replace(/\/$/, "")}${inside.slice(mount[0].length)}`;
}

function lineOf(text: string, needle: string): number {
  const at = text.indexOf(needle);
  return at === -1 ? 1 : text.slice(0, at).split("\n").length;
}

/**
 * What a compose file gives to Flyway in its one service that speaks of it: `FLYWAY_*` variables, arguments of Flyway's own image (which win, as on
 * its command line), and its mounted folder. Where several services do, none can be chosen, and a finding says so.
 */
export function readCompose(
  text: string,
  file: string,
  variables: Variables,
): { readonly source: SettingsSource | null; readonly findings: readonly Finding[] } {
  let parsed: unknown;
  try {
    parsed = parse(text, { merge: true, logLevel: "error" });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    return {
      source: null,
      findings: [said(file, error.linePos?.[0].line ?? 1, `${file} is no YAML, so settings of Flyway in it were not read`)],
    };
  }
  const services = isTable(parsed) && isTable(parsed["services"]) ? Object.entries(parsed["services"]) : [];
  const speaking = services.flatMap(([name, service]) => {
    if (!isTable(service)) return [];
    const isFlyway = /(?:^|\/)flyway(?:[:/@]|$)/.test(textOf(service["image"]));
    const given = variablesOf(service).filter(([variable]) => settingOfVariable(variable) !== null);
    return isFlyway || given.length > 0 ? [{ name, service, isFlyway, given }] : [];
  });
  const [only, ...others] = speaking;
  if (only === undefined) return { source: null, findings: [] };
  if (others.length > 0) {
    const names = speaking.map(({ name }) => name).join(", ");
    const message = `${file} gives settings of Flyway to several services (${names}); none of them were used, name what counts with --assume`;
    return { source: null, findings: [said(file, lineOf(text, `${only.name}:`), message)] };
  }
  const mounts = mountsOf(only.service);
  const values = collectSettings();
  const set = (key: string, written: string, line: number): void => {
    // `$$` is a dollar sign, `$NAME` is `${NAME}`.
    const prepared = written.replaceAll("$$", "\0").replaceAll(/\$(?=[A-Za-z_])(\w+)/g, (_, name: string) => `\${${name}}`);
    const value = resolveExpression(prepared, variables)?.replaceAll("\0", "$");
    if (value === undefined) return;
    const resolved = key.endsWith("locations") ? value.split(",").map((one) => locationOutside(one, mounts)) : [value];
    values.values.set(key, { values: resolved, location: { file, line } });
  };
  for (const [name, value] of only.given) set(settingOfVariable(name) ?? "", value, lineOf(text, name));
  if (only.isFlyway) {
    for (const [name, value] of argumentsOf(only.service)) set(settingKey(name), value, lineOf(text, `-${name}=`));
    if (!values.values.has("locations") && mounts.some(([to]) => to === "/flyway/sql"))
      set("locations", "filesystem:/flyway/sql", lineOf(text, "/flyway/sql"));
  }
  return { source: values.values.size === 0 ? null : { origin: "environment", file, profile: null, values: values.values }, findings: [] };
}

function said(file: string, line: number, message: string): Finding {
  return { kind: "finding", code: "environment-variables", message, location: { file, line }, migration: null };
}
