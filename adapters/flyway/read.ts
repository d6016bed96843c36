import { stat } from "node:fs/promises";
import type { ReadOptions } from "../adapter.ts";
import type { Failure, Result } from "../../src/model/failure.ts";
import { inputFailure, failed, ok } from "../../src/model/failure.ts";
import type { Environment, History } from "../../src/model/history.ts";
import { assumedTarget } from "./assumptions.ts";
import type { LocationGroup } from "./collect.ts";
import { collectFiles } from "./collect.ts";
import { readEntries } from "./entries.ts";
import { describeSurroundings, managedSchemas, placeholderFailures, toMigration } from "./history.ts";
import { resolveGivenLocation, resolveLocation } from "./location.ts";
import { asideFindings, conflictFindings, differs, environmentFindings, variableFindings } from "./settings-findings.ts";
import { codeSource, programFindings, readPrograms } from "./programs.ts";
import { settingsNotes } from "./settings-notes.ts";
import { orderEntries } from "./order.ts";
import type { Project } from "./project.ts";
import { findProjects, locationsOf, mergeSources } from "./project.ts";
import type { FlywaySettings, RawSetting, RawSettings } from "./settings/interpret.ts";
import { interpretSettings } from "./settings/interpret.ts";
import type { LoadedSettings } from "./settings/load.ts";
import { loadSettings, readAssumptions } from "./settings/load.ts";
import type { SettingsSource } from "./settings/source.ts";
import type { Survey } from "./survey.ts";
import { parentOf, surveyProject } from "./survey.ts";

/** What the command line says about settings: above every file. */
function givenSource(options: ReadOptions): SettingsSource {
  const values = new Map<string, RawSetting>(readAssumptions(options.assumptions).values);
  for (const [name, value] of Object.entries(options.placeholders)) {
    values.set(`placeholders.${name.toLowerCase()}`, { values: [value], location: `--placeholder ${name}` });
  }
  if (options.schemas.length > 0) {
    values.set("schemas", { values: options.schemas, location: "--schema" });
    const [first] = options.schemas;
    if (first !== undefined) values.set("defaultschema", { values: [first], location: "--schema" });
  }
  return { origin: "assumption", file: "--assume", profile: null, values };
}

/** Flyway's own placeholders (`ParsingContext.populate`), as far as they can be known without the target; keys in lower case. */
function allPlaceholders(settings: FlywaySettings): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  const add = (key: string, value: string | null): void => {
    if (value !== null) own.set(`flyway${settings.placeholderSeparator}${key}`.toLowerCase(), value);
  };
  add("defaultSchema", managedSchemas(settings)[0] ?? null);
  add("user", settings.user ?? assumedTarget);
  add("database", settings.database ?? assumedTarget);
  add("timestamp", "1970-01-01 00:00:00");
  add("workingDirectory", ".");
  add("table", settings.table);
  add("environment", settings.environment ?? "default");
  return new Map([...own, ...settings.placeholders]);
}

function projectAt(options: ReadOptions, survey: Survey, loaded: LoadedSettings): Result<Project> {
  const projects = findProjects(survey, loaded);
  if (options.locations.length > 0) {
    const locations = options.locations.map((descriptor) => resolveGivenLocation(descriptor, survey));
    const lost = locations.filter((location) => location.folders.length === 0);
    if (lost.length > 0) {
      return failed(
        ...lost.map((location) =>
          inputFailure("missing-location", `there is no folder for the location ${location.descriptor}`, {
            location: location.descriptor,
            hint: "Give a path relative to the folder that pggit reads, or classpath:PATH as in Flyway's settings.",
          }),
        ),
      );
    }
    const folders = new Set(locations.flatMap((location) => location.folders));
    const near =
      projects.find((project) => project.locations.some((location) => location.folders.some((folder) => folders.has(folder)))) ??
      projects[0];
    return ok({
      module: near?.module ?? ".",
      sources: near?.sources ?? [],
      profiles: near?.profiles ?? new Map(),
      environments: new Map(),
      aside: [],
      toolVersion: near?.toolVersion ?? null,
      locations,
    });
  }
  const [only, ...others] = projects;
  if (only === undefined) {
    return failed(
      inputFailure("no-migrations-found", "no Flyway migrations were found", {
        location: options.root,
        hint: "Name the folder that holds them with --location, as in --location filesystem:sql.",
      }),
    );
  }
  if (others.length > 0) {
    const listed = projects.map((project) => project.locations.flatMap((location) => location.folders).join(", "));
    return failed(
      inputFailure("several-projects", `${projects.length} Flyway projects were found: ${listed.join("; ")}`, {
        location: options.root,
        hint: "Choose one with --location, or run pggit in its folder.",
      }),
    );
  }
  return ok(only);
}

/** The sources that count: those given, those of the chosen environment, those of the project. */
function sourcesFor(project: Project, given: SettingsSource, environment: string | null): readonly SettingsSource[] {
  const named = environment ?? interpretSettings(mergeSources(project.sources)).settings.environment ?? "default";
  return [given, ...(project.profiles.get(named) ?? []), ...project.sources];
}

function foldersOf(group: LocationGroup["locations"]): readonly string[] {
  return group.flatMap((location) => location.folders);
}

/** What each environment adds to the locations of all; where one was chosen its locations simply count. */
function groupLocations(project: Project, options: ReadOptions, survey: Survey): readonly LocationGroup[] {
  if (options.locations.length > 0) return [{ environment: null, locations: project.locations, holds: "all" }];
  const chosen =
    options.environment === null
      ? []
      : (project.profiles.get(options.environment) ?? []).filter((source) => source.values.has("locations"));
  const base = chosen.length > 0 ? locationsOf(chosen, survey) : project.locations;
  const groups: LocationGroup[] = [{ environment: null, locations: base, holds: "all" }];
  if (options.environment !== null) {
    const own = project.environments.get(options.environment);
    return own === undefined ? groups : [{ environment: null, locations: [...base, ...own], holds: "all" }];
  }
  const known = foldersOf(base);
  const covered = (folder: string): boolean => known.some((top) => top === "." || folder === top || folder.startsWith(`${top}/`));
  for (const [environment, sources] of project.profiles) {
    const extra = locationsOf(
      sources.filter((source) => source.values.has("locations")),
      survey,
    ).filter((location) => location.folders.some((folder) => !covered(folder)));
    if (extra.length > 0) groups.push({ environment, locations: extra, holds: "all" });
  }
  for (const [environment, locations] of project.environments) groups.push({ environment, locations, holds: "all" });
  return groups;
}

/** `callbackLocations` (Flyway 13): read besides the locations, each from the file that names it. */
function callbackGroup(raw: RawSettings, settings: FlywaySettings, survey: Survey): LocationGroup {
  const named = raw.get("callbacklocations")?.location;
  const locations = settings.callbackLocations.map((descriptor) =>
    typeof named === "object"
      ? resolveLocation(descriptor, { survey, folder: parentOf(named.file) })
      : resolveGivenLocation(descriptor, survey),
  );
  return { environment: null, locations, holds: "callbacks" };
}

/** Where code switches placeholders off and counts, as `file:line`. */
function placeInCode(raw: RawSettings, inCode: SettingsSource | null): string | null {
  const setting = raw.get("placeholderreplacement");
  if (setting === undefined || setting !== inCode?.values.get("placeholderreplacement") || typeof setting.location !== "object")
    return null;
  return `${setting.location.file}:${setting.location.line}`;
}

async function checkRoot(root: string): Promise<Failure | null> {
  try {
    if ((await stat(root)).isDirectory()) return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return inputFailure("missing-folder", "the folder does not exist", { location: root, hint: "Check the path." });
  }
  return inputFailure("not-a-folder", "this is a file, not a folder", {
    location: root,
    hint: "Give the folder of the project, or that of its migrations.",
  });
}

/** Reads a whole Flyway history, or gives every failure that kept it from being read. */
export async function readHistory(options: ReadOptions): Promise<Result<History>> {
  const unusable = await checkRoot(options.root);
  if (unusable !== null) return failed(unusable);
  const survey = await surveyProject(options.root);
  const loaded = await loadSettings(survey, options.assumptions);
  if (loaded.failures.length > 0) return failed(...loaded.failures);
  const chosen = projectAt(options, survey, loaded);
  if (chosen.kind === "failed") return chosen;
  const project = chosen.value;
  if (
    options.environment !== null &&
    project.profiles.size > 0 &&
    !project.profiles.has(options.environment) &&
    !project.environments.has(options.environment)
  ) {
    return failed(
      inputFailure("unknown-environment", `the project has no environment or profile named ${options.environment}`, {
        location: options.root,
        hint: `It has: ${[...project.profiles.keys(), ...project.environments.keys()].join(", ")}.`,
      }),
    );
  }

  const sources = sourcesFor(project, givenSource(options), options.environment);
  const programs = await readPrograms(survey, project.module);
  const inCode = codeSource(programs);
  const raw = mergeSources(inCode === null ? sources : [...sources, inCode]);
  const { settings, failures: invalid } = interpretSettings(raw);
  const contents = options.contents ?? new Map<string, Uint8Array>();
  const gone = [...contents.keys()];
  const groups = groupLocations(project, options, survey).map((group) => ({ ...group, gone }));
  const collected = await collectFiles([...groups, callbackGroup(raw, settings, survey)], survey, settings);
  const read = await readEntries(collected, {
    settings,
    placeholders: allPlaceholders(settings),
    switchedOffBy: placeInCode(raw, inCode),
    contents,
  });
  const ordered = orderEntries(read.entries, settings);
  const failures = [
    ...invalid,
    ...collected.failures,
    ...read.failures,
    ...placeholderFailures(read.unknown, settings),
    ...ordered.failures,
  ];
  if (failures.length > 0) return failed(...failures);
  if (ordered.run.length === 0) {
    return failed(
      inputFailure("no-migrations-found", "the locations hold no migrations", {
        location: groups.flatMap((group) => foldersOf(group.locations)).join(", "),
        hint: "Check the prefix and suffix settings, or name the folder with --location.",
      }),
    );
  }

  const migrations = ordered.run.map((entry) => toMigration(entry, ordered));
  const idOf = new Map(ordered.run.map((entry, index) => [entry, migrations[index]?.id ?? entry.id]));
  const named = new Set([
    ...groups.flatMap((group) => group.environment ?? []),
    ...[...project.profiles].filter(([, own]) => own.some(differs)).map(([name]) => name),
  ]);
  const environments: Environment[] = [...named].map((name) => ({
    name,
    location: locationOfProfile(project, name),
    migrations: migrations.filter((migration) => migration.environment === name).map((migration) => migration.id),
  }));
  return ok({
    kind: "history",
    tool: "flyway",
    toolVersion: options.assumptions["flyway.version"] ?? project.toolVersion,
    location: [...new Set(groups.flatMap((group) => foldersOf(group.locations)))].join(", "),
    root: options.root,
    migrations,
    baselines: ordered.baselines.map(({ entry, through }) => ({
      kind: "start",
      id: entry.id,
      through: idOf.get(through) ?? through.id,
      migration: toMigration(entry, ordered),
    })),
    environments,
    findings: [
      ...asideFindings(project),
      ...collected.findings,
      ...read.findings,
      ...ordered.findings,
      ...environmentFindings(project, options.environment),
      ...conflictFindings(sources),
      ...loaded.findings,
      ...variableFindings(sources, loaded.sources),
      ...programFindings(programs, { survey, settings, raw, folders: groups.flatMap((group) => foldersOf(group.locations)) }),
      ...settingsNotes(ordered.run, settings, raw),
    ],
    ...describeSurroundings(settings),
    runsOutsideTransaction: [],
  });
}

function locationOfProfile(project: Project, name: string): Environment["location"] {
  for (const source of project.profiles.get(name) ?? []) {
    for (const { location } of source.values.values()) if (typeof location === "object") return location;
  }
  const [folder] = project.environments.get(name)?.flatMap((location) => location.folders) ?? [];
  return folder === undefined ? null : { file: folder, line: 1 };
}
