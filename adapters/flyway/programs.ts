import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Finding } from "../../src/model/history.ts";
import type { SourceLocation } from "../../src/model/source.ts";
import type { CallbackCode } from "./code/callback-code.ts";
import { readCallbackCode } from "./code/callback-code.ts";
import type { CodeConfiguration } from "./code/configure.ts";
import { readConfiguration } from "./code/configure.ts";
import { suggestSql } from "./code/literal-sql.ts";
import { languageOf, readCode } from "./code/migration-code.ts";
import { resolveLocation } from "./location.ts";
import type { FlywaySettings, RawSettings } from "./settings/interpret.ts";
import { interpretSettings } from "./settings/interpret.ts";
import type { SettingsSource } from "./settings/source.ts";
import type { Survey } from "./survey.ts";
import { isTestPath, moduleOf, parentOf } from "./survey.ts";
import { indexLines } from "./text.ts";

/** One source file of the project that speaks to Flyway. */
export interface FlywayProgram {
  /** Relative to the root. */
  readonly file: string;
  readonly text: string;
  readonly configuration: CodeConfiguration | null;
  readonly callback: CallbackCode | null;
}

const source = /\.(?:java|kt|groovy|scala)$/;
const batch = 64;

/** Every source file outside tests that configures Flyway or is a callback; those of one module alone where it has any. */
export async function readPrograms(survey: Survey, module: string): Promise<readonly FlywayProgram[]> {
  const files = [...survey.folders.values()]
    .filter((folder) => !isTestPath(folder.path))
    .flatMap((folder) =>
      folder.files.filter((name) => source.test(name)).map((name) => (folder.path === "." ? name : `${folder.path}/${name}`)),
    )
    .filter((file) => !survey.links.has(file));
  const programs: FlywayProgram[] = [];
  for (let start = 0; start < files.length; start += batch) {
    const read = await Promise.all(
      files.slice(start, start + batch).map(async (file): Promise<FlywayProgram | null> => {
        const bytes = await readFile(join(survey.root, file));
        if (!bytes.includes("flyway")) return null;
        const text = bytes.toString("utf8");
        return { file, text, configuration: readConfiguration(text), callback: readCallbackCode(text) };
      }),
    );
    for (const one of read) if (one !== null && (one.configuration !== null || one.callback !== null)) programs.push(one);
  }
  const own = programs.filter(({ file }) => moduleOf(parentOf(file), survey) === module);
  return own.length > 0 ? own : programs;
}

function placeOf(program: FlywayProgram, offset: number): SourceLocation {
  return { file: program.file, line: indexLines(program.text).at(offset).line };
}

/** Settings of code that count: both only where a project configures Flyway in a single place and gives them as literals. */
const taken: readonly string[] = ["placeholderreplacement", "postgresql.transactional.lock"];

/** What the one place that configures Flyway in code says of placeholders and of the lock; `null` where there are several or none. */
export function codeSource(programs: readonly FlywayProgram[]): SettingsSource | null {
  const [only, ...others] = programs.filter(({ configuration }) => configuration !== null);
  if (only === undefined || others.length > 0 || only.configuration === null || only.configuration.roots > 1) return null;
  const values = only.configuration.settings.flatMap((setting) => {
    const [value, ...more] = setting.values ?? [];
    const usable = taken.includes(setting.key) && more.length === 0 && (value === "true" || value === "false");
    return usable ? [[setting.key, { values: [value], location: placeOf(only, setting.offset) }] as const] : [];
  });
  return values.length === 0 ? null : { origin: "code", file: only.file, profile: null, values: new Map(values) };
}

/** Settings that change nothing of the history of an empty database: said, but there is nothing to give. */
const inTheField = new Set(["outoforder", "baselineonmigrate", "baselineversion", "validateonmigrate", "ignoremigrationpatterns", "group"]);

/** How each setting is said on the command line. */
function flagFor(name: string, key: string, values: readonly string[]): string {
  if (key === "locations") return values.map((value) => `--location ${value}`).join(" ");
  if (key === "schemas" || key === "defaultschema") return values.map((value) => `--schema ${value}`).join(" ");
  return `--assume flyway.${key.includes(".") ? key : name}=${values.join(",")}`;
}

/** What was read, against which the settings of code are held. */
interface ReadWith {
  readonly survey: Survey;
  readonly settings: FlywaySettings;
  readonly raw: RawSettings;
  readonly folders: readonly string[];
}

function configurationFinding(program: FlywayProgram, configuration: CodeConfiguration, read: ReadWith): readonly Finding[] {
  const before = JSON.stringify(read.settings);
  const differing: { readonly shown: string; readonly flag: string | null }[] = [];
  const computed: string[] = [];
  const takenOver: string[] = [];
  for (const setting of configuration.settings) {
    const { name, key, values } = setting;
    if (values === null || key === "placeholders") {
      computed.push(name);
      continue;
    }
    const own = placeOf(program, setting.offset);
    const counts = read.raw.get(key)?.location;
    const shown = `${name}(${values.map((value) => (/^(?:true|false|\d+)$/.test(value) ? value : `"${value}"`)).join(", ")})`;
    if (typeof counts === "object" && counts.file === own.file && counts.line === own.line) {
      if (JSON.stringify(interpretSettings(new Map([...read.raw].filter(([other]) => other !== key))).settings) !== before)
        takenOver.push(shown);
      continue;
    }
    if (key === "locations") {
      const folders = values.flatMap((value) => resolveLocation(value, { survey: read.survey, folder: parentOf(program.file) }).folders);
      const holdsSql = (folder: string): boolean => read.survey.folders.get(folder)?.files.some((file) => /\.sql$/i.test(file)) === true;
      const covered = (folder: string): boolean =>
        read.folders.some((top) => top === "." || folder === top || folder.startsWith(`${top}/`));
      if (folders.length > 0 && folders.every((folder) => covered(folder) || !holdsSql(folder))) continue;
    } else {
      if (key === "target" && values[0] === "latest") continue;
      const after = interpretSettings(new Map([...read.raw, [key, { values, location: own }]]));
      if (JSON.stringify(after.settings) === before) continue;
    }
    differing.push({ shown, flag: inTheField.has(key) ? null : flagFor(name, key, values) });
  }
  const flags = differing.flatMap(({ flag }) => flag ?? []);
  const hint = flags.length > 0 ? ` (give what counts with ${flags.join(" ")})` : "";
  const parts = [
    ...(takenOver.length > 0 ? [`used as the only place that says it: ${takenOver.join(", ")}`] : []),
    ...(differing.length > 0 ? [`not used: ${differing.map(({ shown }) => shown).join(", ")}${hint}`] : []),
    ...(computed.length > 0 ? [`not known, because the program computes it: ${[...new Set(computed)].join(", ")}`] : []),
  ];
  if (parts.length === 0) return [];
  const message = `${basename(program.file)} configures Flyway in code, which is not run here; ${parts.join("; ")}`;
  return [{ kind: "finding", code: "settings-in-code", message, location: placeOf(program, configuration.offset), migration: null }];
}

function callbackFinding(program: FlywayProgram, callback: CallbackCode): Finding {
  const language = languageOf(program.file);
  const writes = suggestSql(readCode(language, program.text).statements) !== null;
  const events = callback.events.length > 0 ? ` at ${callback.events.join(", ")}` : "";
  const sql = writes ? "its source holds SQL that changes the database" : "no SQL that changes the database was found in its source";
  return {
    kind: "finding",
    code: "callback-code",
    message: `${callback.className} is a ${language} callback that Flyway calls${events}; programs are not run here, and ${sql}. What it does to schema or data belongs in an SQL callback such as afterMigrate__${callback.className}.sql`,
    location: placeOf(program, callback.offset),
    migration: null,
  };
}

/** What programs say to Flyway and this reading could not follow: settings in code, with the flags to give, and callbacks. */
export function programFindings(programs: readonly FlywayProgram[], read: ReadWith): readonly Finding[] {
  return programs.flatMap((program) => [
    ...(program.configuration === null ? [] : configurationFinding(program, program.configuration, read)),
    ...(program.callback === null ? [] : [callbackFinding(program, program.callback)]),
  ]);
}
