import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import type { Failure } from "../../src/model/failure.ts";
import { readSourceText } from "../../src/sql/psql/source-text.ts";
import { findFiles } from "./find-files.ts";
import { loadConfiguration } from "./settings/load.ts";
import { namedTargets, resolveSettings, type Configuration, type SqitchSettings } from "./settings/settings.ts";

/** A plan with the settings under which it is deployed. */
export interface Project {
  readonly configuration: Configuration;
  readonly settings: SqitchSettings;
  /** As it is named on the command line: the plan's folder, or the plan itself where it has a name of its own. */
  readonly location: string;
  /** The `%project` of its plan; `null` where none can be read. */
  readonly name: string | null;
}

export interface FoundProjects {
  readonly projects: readonly Project[];
  /** Configurations that cannot be read, with their failures. */
  readonly problems: readonly { readonly folder: string; readonly failures: readonly Failure[] }[];
}

/** Folders into which projects are copied to be shipped: `sqitch bundle`, builds. */
const COPIES = /^(?:bundle|dist|build|target|out|release)$/;

/**
 * Every plan for PostgreSQL under the root: those that a `sqitch.conf` names, for each of its targets, then plans without one. A plan for
 * another engine is passed over, and so is a copy that `sqitch bundle` or a build made. `target`: the one whose settings count.
 */
export function findProjects(root: string, target: string | null): FoundProjects {
  const files = findFiles(root, new Set(["sqitch.conf", "sqitch.plan"]));
  const problems: { folder: string; failures: readonly Failure[] }[] = [];
  const claimed = new Set<string>();
  const projects = new Map<string, Project>();
  for (const path of files.filter((file) => posix.basename(file) === "sqitch.conf")) {
    const loaded = loadConfiguration(root, path);
    // Whatever is wrong with its settings, a plan beside them is no plan without any.
    claimed.add(posix.join(posix.dirname(path), "sqitch.plan"));
    if (loaded.kind === "failed") {
      problems.push({ folder: posix.dirname(path), failures: loaded.failures });
      continue;
    }
    for (const settings of settingsOf(loaded.value, target, problems)) {
      claimed.add(settings.planFile);
      if (settings.engine !== null && settings.engine !== "pg") continue;
      if (!projects.has(settings.planFile) && existsSync(join(root, settings.planFile)))
        projects.set(settings.planFile, toProject(root, loaded.value, settings));
    }
  }
  for (const path of files.filter((file) => posix.basename(file) === "sqitch.plan" && !claimed.has(file))) {
    const configuration: Configuration = { folder: posix.dirname(path), path: null, entries: [] };
    const resolved = resolveSettings(configuration, null);
    if (resolved.kind === "ok") projects.set(path, toProject(root, configuration, resolved.value));
  }
  return { projects: withoutCopies(root, [...projects.values()]), problems };
}

/** Those of the chosen or the default target first, then of others and of other engines, which may have plans of their own. */
function settingsOf(
  configuration: Configuration,
  target: string | null,
  problems: { folder: string; failures: readonly Failure[] }[],
): readonly SqitchSettings[] {
  const targets = namedTargets(configuration).map(({ name }) => name);
  const chosen = target !== null && targets.includes(target) ? target : null;
  const all: SqitchSettings[] = [];
  const engines = new Set(configuration.entries.flatMap(({ section }) => /^engine\.([^.]+)/.exec(section)?.[1] ?? []));
  for (const each of [chosen, ...targets.filter((name) => name !== chosen), ...[...engines].map((engine) => `db:${engine}:`)]) {
    const resolved = resolveSettings(configuration, each);
    if (resolved.kind === "ok") all.push(resolved.value);
    else if (each === chosen) problems.push({ folder: configuration.folder, failures: resolved.failures });
  }
  return all;
}

function toProject(root: string, configuration: Configuration, settings: SqitchSettings): Project {
  const folder = posix.dirname(settings.planFile);
  const own = posix.basename(settings.planFile) === "sqitch.plan";
  const text = readSourceText(root, settings.planFile);
  const name = text.kind === "ok" ? /^[ \t]*%[ \t]*project[ \t]*=[ \t]*([^\s#]+)/m.exec(text.value.text)?.[1] : undefined;
  return { configuration, settings, location: own ? folder : settings.planFile, name: name ?? null };
}

function withoutCopies(root: string, projects: readonly Project[]): readonly Project[] {
  const isCopy = ({ settings: { planFile } }: Project): boolean =>
    planFile
      .split("/")
      .slice(0, -1)
      .some((part) => COPIES.test(part));
  const textOf = ({ settings }: Project): string => {
    const read = readSourceText(root, settings.planFile);
    return read.kind === "ok" ? read.value.text.trimEnd() : "";
  };
  return projects.filter((project) => {
    if (!isCopy(project)) return true;
    const text = textOf(project);
    // `sqitch bundle --to` cuts the plan short.
    return !projects.some((other) => other !== project && other.name === project.name && !isCopy(other) && textOf(other).startsWith(text));
  });
}
