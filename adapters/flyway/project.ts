import { findCandidates, looksLikeMigration } from "./candidates.ts";
import type { ResolvedLocation } from "./location.ts";
import { resolveLocation } from "./location.ts";
import { readNames } from "./names.ts";
import type { RawSetting, RawSettings } from "./settings/interpret.ts";
import { interpretSettings } from "./settings/interpret.ts";
import type { LoadedSettings } from "./settings/load.ts";
import type { SettingsSource } from "./settings/source.ts";
import { originRank } from "./settings/source.ts";
import type { Survey } from "./survey.ts";
import { moduleOf, parentOf } from "./survey.ts";

/** One Flyway project under a root: what it is made of, before any migration is read. */
export interface Project {
  /** The folder of its module, relative to the root. */
  readonly module: string;
  readonly locations: readonly ResolvedLocation[];
  /** Sources without a profile, the one that wins first. */
  readonly sources: readonly SettingsSource[];
  /** Sources of each profile or environment, the one that wins first. */
  readonly profiles: ReadonlyMap<string, readonly SettingsSource[]>;
  /** Folders beside the locations that are named after one environment (`db/dev`, `db/testdata`), by that name. */
  readonly environments: ReadonlyMap<string, readonly ResolvedLocation[]>;
  /** Folders of the same module that hold migrations and that its settings do not name. */
  readonly aside: readonly string[];
  readonly toolVersion: string | null;
}

const environmentName = /^(?:dev|development|local|test|testing|test-?data|demo|sample-?data|qa|uat|stage|staging|prod|production|ci)$/i;

/** Later files of one origin win over earlier ones (`flyway.user.toml` over `flyway.toml`); among origins the rank decides. */
function inPrecedence(sources: readonly SettingsSource[]): readonly SettingsSource[] {
  return sources.toSorted((left, right) => originRank[left.origin] - originRank[right.origin] || (left.file < right.file ? 1 : -1));
}

/** The settings that win, key by key. */
export function mergeSources(sources: readonly SettingsSource[]): RawSettings {
  const merged = new Map<string, RawSetting>();
  for (const source of sources) for (const [key, setting] of source.values) if (!merged.has(key)) merged.set(key, setting);
  return merged;
}

/** Locations that sources name, each resolved from the file that names it; what Flyway takes where none does. */
export function locationsOf(sources: readonly SettingsSource[], survey: Survey): readonly ResolvedLocation[] {
  const naming = sources.find((source) => source.values.has("locations"));
  if (naming !== undefined) {
    const named = interpretSettings(naming.values).settings.locations;
    return named.map((descriptor) => resolveLocation(descriptor, { survey, folder: parentOf(naming.file) }));
  }
  // A container beside an application says nothing about where that application looks.
  const first = sources.find((source) => source.origin !== "environment") ?? sources[0];
  if (first === undefined) return [];
  const commandLine = first.origin === "conf" || first.origin === "toml" || first.origin === "environment";
  const defaults = commandLine ? ["filesystem:sql", "filesystem:migrations", "classpath:db/migration"] : ["classpath:db/migration"];
  for (const descriptor of defaults) {
    const location = resolveLocation(descriptor, { survey, folder: parentOf(first.file) });
    if (location.folders.length > 0) return [location];
  }
  return [];
}

function foldersOf(locations: readonly ResolvedLocation[]): readonly string[] {
  return [...new Set(locations.flatMap((location) => location.folders))].sort();
}

function byProfile(sources: readonly SettingsSource[]): ReadonlyMap<string, readonly SettingsSource[]> {
  const profiles = new Map<string, SettingsSource[]>();
  for (const source of sources) {
    if (source.profile !== null) profiles.set(source.profile, [...(profiles.get(source.profile) ?? []), source]);
  }
  return new Map([...profiles].map(([name, own]) => [name, inPrecedence(own)]));
}

/** What all profiles have in common where no setting counts for all of them. */
function sharedLocations(profiles: ReadonlyMap<string, readonly SettingsSource[]>, survey: Survey): readonly ResolvedLocation[] {
  const lists = [...profiles.values()]
    .map((sources) =>
      locationsOf(
        sources.filter((source) => source.values.has("locations")),
        survey,
      ),
    )
    .filter((list) => list.length > 0);
  const [first, ...rest] = lists;
  return (first ?? []).filter((location) =>
    rest.every((list) => foldersOf(list).join() !== "" && location.folders.every((folder) => foldersOf(list).includes(folder))),
  );
}

function hasMigrations(locations: readonly ResolvedLocation[], sources: readonly SettingsSource[], survey: Survey): boolean {
  const read = readNames(interpretSettings(mergeSources(sources)).settings);
  const folders = foldersOf(locations);
  for (const folder of survey.folders.values()) {
    if (!folders.some((top) => top === "." || folder.path === top || folder.path.startsWith(`${top}/`))) continue;
    if (folder.files.some((name) => looksLikeMigration(name) || (/\.sql$/i.test(name) && read(name).kind !== "ignored"))) return true;
  }
  return false;
}

/** A project while it is being put together. */
interface Draft {
  readonly module: string;
  readonly sources: SettingsSource[];
  readonly locations: readonly ResolvedLocation[];
  readonly environments: Map<string, readonly ResolvedLocation[]>;
  readonly aside: string[];
  /** Whether settings led to it. */
  readonly configured: boolean;
}

function isCovered(folder: string, tops: readonly string[]): boolean {
  return tops.some((top) => top === "." || folder === top || folder.startsWith(`${top}/`) || top.startsWith(`${folder}/`));
}

/** Projects whose settings lead to migrations; modules whose settings lead to the same folders are one. */
function configuredProjects(modules: ReadonlyMap<string, readonly SettingsSource[]>, survey: Survey): readonly Draft[] {
  const projects = new Map<string, Draft>();
  for (const [module, sources] of modules) {
    const base = inPrecedence(sources.filter((source) => source.profile === null));
    let locations = locationsOf(base, survey);
    if (!base.some((source) => source.values.has("locations"))) {
      const shared = sharedLocations(byProfile(sources), survey);
      if (shared.length > 0) locations = shared;
      else if (locations.length === 0 && base.length === 0)
        locations = [resolveLocation("classpath:db/migration", { survey, folder: module })];
    }
    if (!hasMigrations(locations, base, survey)) continue;
    const key = foldersOf(locations).join("\n");
    const known = projects.get(key);
    if (known === undefined)
      projects.set(key, { module, sources: [...sources], locations, environments: new Map(), aside: [], configured: true });
    else known.sources.push(...sources);
  }
  return [...projects.values()];
}

function locationAt(folder: string): ResolvedLocation {
  return { descriptor: `filesystem:${folder}`, kind: "filesystem", folders: [folder], pattern: null };
}

/**
 * Every Flyway project under a root: those that settings describe, then folders that only the names of their files give away. A
 * folder named after an environment, beside the location of a project, belongs to that project.
 */
export function findProjects(survey: Survey, loaded: LoadedSettings): readonly Project[] {
  const modules = new Map<string, SettingsSource[]>();
  for (const source of loaded.sources) {
    const module = moduleOf(parentOf(source.file), survey);
    modules.set(module, [...(modules.get(module) ?? []), source]);
  }
  const drafts = [...configuredProjects(modules, survey)];
  const covered = [
    ...loaded.sources.flatMap((source) => foldersOf(locationsOf([source], survey))),
    ...drafts.flatMap((draft) => foldersOf(draft.locations)),
  ];
  const open = findCandidates(survey)
    .map((folders) => folders.filter((folder) => !isCovered(folder, covered)))
    .filter((folders) => folders.length > 0);

  const named = (folders: readonly string[]): boolean => folders.length === 1 && environmentName.test(folders[0]?.split("/").at(-1) ?? "");
  for (const folders of [...open.filter((candidate) => !named(candidate)), ...open.filter(named)]) {
    const [first = "."] = folders;
    const beside = drafts.find((draft) => foldersOf(draft.locations).some((folder) => parentOf(folder) === parentOf(first)));
    if (named(folders) && beside !== undefined) {
      beside.environments.set(first.split("/").at(-1) ?? first, [locationAt(first)]);
      continue;
    }
    const module = moduleOf(first, survey);
    const configured = drafts.find((draft) => draft.configured && draft.module === module);
    if (configured !== undefined) {
      configured.aside.push(...folders);
      continue;
    }
    const sources = (modules.get(module) ?? []).filter((source) => !source.values.has("locations"));
    drafts.push({ module, sources, locations: folders.map(locationAt), environments: new Map(), aside: [], configured: false });
  }

  const versionFor = (module: string): string | null =>
    (loaded.versions.find(({ file }) => moduleOf(parentOf(file), survey) === module) ?? loaded.versions[0])?.version ?? null;
  return drafts.map((draft) => ({
    module: draft.module,
    locations: draft.locations,
    sources: inPrecedence(draft.sources.filter((source) => source.profile === null)),
    profiles: byProfile(draft.sources),
    environments: draft.environments,
    aside: draft.aside,
    toolVersion: versionFor(draft.module),
  }));
}
