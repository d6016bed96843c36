import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Result } from "../../../src/model/failure.ts";
import { inputFailure, failed, ok } from "../../../src/model/failure.ts";
import { settingKey } from "./interpret.ts";
import type { SettingsSource, SourceReading } from "./source.ts";
import { collectSettings, emptyReading, resolveExpression } from "./source.ts";

type Xml = Readonly<Record<string, unknown>>;

function isXml(value: unknown): value is Xml {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function each(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function child(node: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isXml(at) ? at[name] : undefined), node);
}

function textOf(node: unknown): string {
  return typeof node === "string" ? node : "";
}

function lineOf(text: string, needle: string): number {
  const at = text.indexOf(needle);
  return at === -1 ? 1 : text.slice(0, at).split("\n").length;
}

/** Every plugin of a POM or profile, `pluginManagement` included. */
function pluginsOf(node: unknown): readonly unknown[] {
  return [...each(child(node, "build", "plugins", "plugin")), ...each(child(node, "build", "pluginManagement", "plugins", "plugin"))];
}

/**
 * `flyway-maven-plugin` in a POM: its `<configuration>` and `<flyway.*>` properties, those of Maven profiles as their own sources, and
 * the version of the plugin or of flyway-core. `${property}` is taken from `<properties>`; what is computed elsewhere counts as not given.
 */
export function readPom(text: string, file: string): Result<SourceReading> {
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    return failed(
      inputFailure("invalid-settings-file", valid.err.msg, {
        location: { file, line: valid.err.line },
        hint: "Correct the file, or name what it should say with --location, --placeholder and --assume.",
      }),
    );
  }
  const parsed: unknown = new XMLParser({ parseTagValue: false, ignoreAttributes: true, ignoreDeclaration: true }).parse(text);
  const project = child(parsed, "project");
  const variables = new Map<string, string>();
  const properties = child(project, "properties");
  if (isXml(properties)) {
    for (const [name, value] of Object.entries(properties)) if (typeof value === "string") variables.set(name, value);
  }

  const sources: SettingsSource[] = [];
  let toolVersion: string | null = null;
  const scopes = [
    { node: project, profile: null },
    ...each(child(project, "profiles", "profile")).map((node) => ({ node, profile: textOf(child(node, "id")) })),
  ];
  for (const { node, profile } of scopes) {
    const settings = collectSettings();
    const own = child(node, "properties");
    if (isXml(own)) {
      for (const [name, value] of Object.entries(own)) {
        if (!name.startsWith("flyway.") || name === "flyway.version" || typeof value !== "string") continue;
        const resolved = resolveExpression(value, variables);
        if (resolved !== null)
          settings.values.set(settingKey(name.slice(7)), { values: [resolved], location: { file, line: lineOf(text, `<${name}>`) } });
      }
    }
    for (const plugin of pluginsOf(node)) {
      if (child(plugin, "artifactId") !== "flyway-maven-plugin") continue;
      toolVersion ??= versionText(child(plugin, "version"), variables);
      const configuration = child(plugin, "configuration");
      if (!isXml(configuration)) continue;
      for (const [name, value] of Object.entries(configuration)) {
        const location = { file, line: lineOf(text, `<${name}>`) };
        for (const [key, element] of name === "placeholders" && isXml(value)
          ? Object.entries(value).map(([k, v]) => [`placeholders.${k}`, v] as const)
          : listElements(name, value)) {
          const resolved = typeof element === "string" ? resolveExpression(element, variables) : null;
          if (resolved !== null) settings.add(settingKey(key), resolved, location);
        }
      }
    }
    if (settings.values.size > 0) sources.push({ origin: "maven", file, profile, values: settings.values });
  }
  for (const path of [["dependencies"], ["dependencyManagement", "dependencies"]]) {
    for (const dependency of each(child(project, ...path, "dependency"))) {
      if (textOf(child(dependency, "artifactId")).startsWith("flyway-"))
        toolVersion ??= versionText(child(dependency, "version"), variables);
    }
  }
  const stated = variables.get("flyway.version");
  return ok({ ...emptyReading, sources, toolVersion: toolVersion ?? (stated === undefined ? null : versionText(stated, variables)) });
}

/** `<locations><location>…</location></locations>`, or text with commas. */
function listElements(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (!isXml(value)) return each(value).map((element) => [name, element] as const);
  return Object.values(value).flatMap((element) => each(element).map((one) => [name, one] as const));
}

function versionText(value: unknown, variables: ReadonlyMap<string, string>): string | null {
  const resolved = typeof value === "string" ? resolveExpression(value, variables) : null;
  return resolved !== null && /^\d/.test(resolved) ? resolved : null;
}

/** The text between the brace at `open` and the one that closes it. */
function blockAt(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return text.slice(open + 1, at);
  }
  return text.slice(open + 1);
}

const literal = /"([^"$\\]*)"|'([^'\\]*)'/g;

function literalsOf(text: string): readonly string[] {
  return [...text.matchAll(literal)].map((match) => match[1] ?? match[2] ?? "");
}

/**
 * `flyway { … }` in a Gradle script, as far as it consists of literals: `key = 'x'`, lists, and placeholder maps of either language. Also the
 * version of the plugin or of flyway-core where it stands there as a literal.
 */
export function readGradle(text: string, file: string): SourceReading {
  const settings = collectSettings();
  const block = /^[ \t]*flyway\s*\{/m.exec(text);
  if (block !== null) {
    const open = block.index + block[0].length - 1;
    const body = blockAt(text, open);
    // Lists and maps may go over lines: an assignment reaches to the next line that begins with a name.
    const assignment =
      /^[ \t]*(\w+)(?:\.set)?[ \t]*(?:=|\(|[ \t])[ \t]*([\s\S]*?)(?=^[ \t]*\w+(?:\.set)?[ \t]*(?:=|\(|[ \t]['"[])|(?![\s\S]))/gm;
    for (const match of body.matchAll(assignment)) {
      const [whole, key = "", value = ""] = match;
      if (whole.trim() === "") continue;
      const line = text.slice(0, open + 1 + (match.index ?? 0)).split("\n").length + (/^\s*\n/.test(whole) ? 1 : 0);
      const location = { file, line };
      if (key === "placeholders") {
        for (const pair of value.matchAll(/(?:"([^"$]*)"|'([^']*)'|(\w+))\s*(?::|to)\s*(?:"([^"$]*)"|'([^']*)')/g)) {
          const name = pair[1] ?? pair[2] ?? pair[3] ?? "";
          settings.values.set(settingKey(`placeholders.${name}`), { values: [pair[4] ?? pair[5] ?? ""], location });
        }
        continue;
      }
      const values = literalsOf(value);
      const plain = /^(true|false|\d+)\b/.exec(value)?.[1];
      if (values.length > 0) settings.values.set(settingKey(key), { values, location });
      else if (plain !== undefined) settings.values.set(settingKey(key), { values: [plain], location });
    }
  }
  const version =
    /["']org\.flywaydb:flyway-[\w-]+:(\d[\w.-]*)["']/.exec(text)?.[1] ??
    /["']org\.flywaydb\.flyway["']\)?\s*version\s*\(?["'](\d[\w.-]*)["']/.exec(text)?.[1] ??
    null;
  return {
    sources: settings.values.size > 0 ? [{ origin: "gradle", file, profile: null, values: settings.values }] : [],
    toolVersion: version,
    findings: [],
  };
}
