import type { ReadOptions } from "../adapter.ts";
import { inputFailure, failed, ok, type Result } from "../../src/model/failure.ts";
import { findChangelog, moduleOf, rootChangelogs, type Project } from "./project.ts";
import type { SettingName, SettingsFile } from "./settings/settings.ts";

/** The changelog that is read: the one that was asked for, else the only one. Fails where there is none or more than one. */
export function chooseChangelog(project: Project, options: ReadOptions): Result<string> {
  const wanted = options.changelog ?? options.locations[0] ?? null;
  const found = wanted === null ? rootChangelogs(project) : findChangelog(project, wanted);
  const [only, ...others] = found;
  if (only === undefined) {
    const message = wanted === null ? "no Liquibase changelog was found" : `there is no changelog ${wanted}`;
    const hint = "Name the changelog with --changelog, as in --changelog db/changelog.xml, relative to the folder that pggit reads.";
    return failed(
      inputFailure(wanted === null ? "no-migrations-found" : "missing-changelog", message, { location: wanted ?? options.root, hint }),
    );
  }
  if (others.length > 0) {
    const message = `${found.length} changelogs were found: ${found.join(", ")}`;
    return failed(inputFailure("several-projects", message, { location: wanted ?? options.root, hint: "Choose one with --changelog." }));
  }
  return ok(only);
}

/** The settings that concern a changelog, those of the chosen profile first. */
export interface Settings {
  get(name: SettingName): string | null;
  /** `parameter.x`, `spring.liquibase.parameters.x`: those that come first win. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  /** Profiles with contexts of their own. */
  readonly profiles: readonly SettingsFile[];
}

/** Puts the settings together: of the changelog's own module, else of the whole project; of the chosen profile before those of all. */
export function settingsFor(project: Project, changelog: string, environment: string | null): Settings {
  const own = project.settings.filter(({ file }) => moduleOf(file) === moduleOf(changelog) || project.settings.length === 1);
  const near = own.length > 0 ? own : project.settings.filter(({ file }) => !file.includes("/"));
  const files = [
    ...near.filter(({ profile }) => profile !== null && profile === environment),
    ...near.filter(({ profile }) => profile === null),
  ];
  const parameters: Record<string, string> = {};
  for (const { parameters: each } of files) for (const [name, value] of each) parameters[name] ??= value;
  return {
    get: (name) => files.map(({ values }) => values.get(name)).find((value) => value !== undefined) ?? null,
    parameters,
    files: files.map(({ file }) => file),
    profiles: near.filter(({ profile, values }) => profile !== null && values.has("contexts")),
  };
}
