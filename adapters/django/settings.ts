import type { SourceLocation } from "../../src/model/source.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { RaisedError } from "../../src/script/signals.ts";
import { text, unknownPart, type Value } from "../../src/script/value.ts";
import type { DjangoProject } from "./project.ts";
import type { PythonFiles } from "./python-files.ts";
import { createDjango } from "./runtime/world.ts";
import { modelKey } from "./state/project-state.ts";
import type { ModelSettings } from "./state/view.ts";
import { lastPart } from "./values.ts";

/** The settings of a project, as far as they are known without running it. */
export interface DjangoSettings {
  /** `null`: it is not said, or not known. */
  find(name: string): Value | null;
  readonly models: ModelSettings;
  /** `INSTALLED_APPS`; `null` where a part of it is not known. */
  readonly installed: readonly string[] | null;
  /** `MIGRATION_MODULES`: the module of an application's migrations; `null`: it has none. */
  readonly migrationModules: ReadonlyMap<string, string | null>;
}

interface Given {
  readonly project: DjangoProject;
  readonly files: PythonFiles;
  readonly assumptions: Readonly<Record<string, string>>;
  readonly version: number;
}

const names = [
  "INSTALLED_APPS",
  "AUTH_USER_MODEL",
  "DEFAULT_AUTO_FIELD",
  "MIGRATION_MODULES",
  "DEFAULT_TABLESPACE",
  "DEFAULT_INDEX_TABLESPACE",
];

/** Reads the module that `manage.py` names; what cannot be followed in it is looked for in its text. */
export async function readSettings({ project, files, assumptions, version }: Given): Promise<DjangoSettings> {
  const module = assumptions["DJANGO_SETTINGS_MODULE"] ?? project.settingsModule;
  const known = new Map<string, Value>();
  for (const name of names) {
    const said = assumptions[name];
    if (said !== undefined) known.set(name, text(said));
  }
  const run = createDjango({
    files,
    setting: async () => null,
    environment: (name) => assumptions[name] ?? null,
    stuck: async () => undefined,
  });
  const location: SourceLocation = { file: module ?? "settings", line: 1 };
  const attribute = async (name: string): Promise<Value | null> => {
    if (module === null) return null;
    try {
      const loaded = await run.modules.load(module);
      return loaded === null ? null : await run.attribute(loaded, name, location);
    } catch (error) {
      if (error instanceof Stuck || error instanceof RaisedError) return null;
      throw error;
    }
  };
  const all = new Map<string, Value>(known);
  for (const name of names) {
    const value = all.get(name) ?? (await attribute(name)) ?? undefined;
    if (value !== undefined && value.kind !== "unknown") all.set(name, value);
  }
  const written = (name: string): string | null => {
    const value = all.get(name);
    return value?.kind === "text" ? value.value : searchText({ project, files, module }, name);
  };
  const autoField = written("DEFAULT_AUTO_FIELD");
  const user = written("AUTH_USER_MODEL") ?? "auth.User";
  const dot = user.lastIndexOf(".");
  return {
    find: (name) => all.get(name) ?? null,
    models: {
      autoField: autoField === null ? (version >= 6.0 ? "BigAutoField" : "AutoField") : lastPart(autoField),
      tablespace: written("DEFAULT_TABLESPACE") ?? "",
      indexTablespace: written("DEFAULT_INDEX_TABLESPACE") ?? "",
      swapped: new Map([["AUTH_USER_MODEL", modelKey(user.slice(0, dot), user.slice(dot + 1))]]),
    },
    installed: textList(all.get("INSTALLED_APPS")),
    migrationModules: textMap(all.get("MIGRATION_MODULES")),
  };
}

function textList(value: Value | undefined): readonly string[] | null {
  if (value?.kind !== "list" || unknownPart(value) !== null) return null;
  return value.items.flatMap((item) => (item.kind === "text" ? [item.value] : []));
}

function textMap(value: Value | undefined): ReadonlyMap<string, string | null> {
  if (value?.kind !== "map") return new Map();
  return new Map(
    [...value.entries.values()].flatMap(({ key, value: each }): (readonly [string, string | null])[] =>
      key.kind === "text" && (each.kind === "text" || each.kind === "nil") ? [[key.value, each.kind === "text" ? each.value : null]] : [],
    ),
  );
}

/** `NAME = "…"` in the settings' own text, or that of files beside them. */
function searchText(
  { project, files, module }: { readonly project: DjangoProject; readonly files: PythonFiles; readonly module: string | null },
  name: string,
): string | null {
  const path = (module ?? "settings").replaceAll(".", "/");
  const folder = path.replace(/\/[^/]*$/, "");
  const prefix = project.base === "." ? "" : `${project.base}/`;
  const pattern = new RegExp(`^${name}\\s*(?::\\s*\\w+\\s*)?=\\s*["']([\\w.]+)["']`, "m");
  const paths = [
    path,
    `${path}/__init__`,
    ...["common", "base", "settings", "defaults"].flatMap((each) => [`${folder}/${each}`, `${path}/${each}`]),
  ];
  for (const each of paths) {
    const found = pattern.exec(files.read(`${prefix}${each}.py`) ?? "")?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
