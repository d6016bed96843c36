import { parse, TomlError } from "smol-toml";
import type { Result } from "../../../src/model/failure.ts";
import { inputFailure, failed, ok } from "../../../src/model/failure.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { settingKey } from "./interpret.ts";
import type { SettingsSource } from "./source.ts";
import { collectSettings } from "./source.ts";

type TomlTable = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The line of a key's first assignment; the parser keeps no positions. */
function lineOfKey(text: string, key: string): number {
  const index = text.split("\n").findIndex((line) => new RegExp(`^\\s*["']?${key.replaceAll(/[^\w-]/g, ".")}["']?\\s*=`).test(line));
  return index === -1 ? 1 : index + 1;
}

function collectTable(
  table: TomlTable,
  prefix: string,
  into: { readonly settings: ReturnType<typeof collectSettings>; readonly place: (key: string) => SourceLocation },
): void {
  for (const [key, value] of Object.entries(table)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (isTable(value)) collectTable(value, path, into);
    else
      for (const element of Array.isArray(value) ? value : [value]) into.settings.add(settingKey(path), String(element), into.place(key));
  }
}

/**
 * `flyway.toml`: `[flyway]` always counts; each `[environments.NAME]` gives its schemas, url, user and init SQL (and what stands under
 * `[environments.NAME.flyway]`) to that environment. `flyway.environment` names the one that counts without being asked for.
 */
export function readToml(text: string, file: string): Result<readonly SettingsSource[]> {
  let parsed: TomlTable;
  try {
    parsed = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return failed(
      inputFailure("invalid-settings-file", error.message.split("\n")[0] ?? "not TOML", {
        location: { file, line: error.line, column: error.column },
        hint: "Correct the file, or name what it should say with --location, --placeholder and --assume.",
      }),
    );
  }
  const place = (key: string): SourceLocation => ({ file, line: lineOfKey(text, key) });
  const sources: SettingsSource[] = [];
  const main = collectSettings();
  if (isTable(parsed["flyway"])) collectTable(parsed["flyway"], "", { settings: main, place });
  sources.push({ origin: "toml", file, profile: null, values: main.values });

  const environments = parsed["environments"];
  if (isTable(environments)) {
    for (const [name, environment] of Object.entries(environments)) {
      if (!isTable(environment)) continue;
      const { flyway: nested, ...own } = environment;
      const settings = collectSettings();
      collectTable(own, "", { settings, place });
      if (isTable(nested)) collectTable(nested, "", { settings, place });
      sources.push({ origin: "toml", file, profile: name, values: settings.values });
    }
  }
  return ok(sources);
}
