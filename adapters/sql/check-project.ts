import type { ReadOptions } from "../adapter.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Project } from "./open-projects.ts";
import type { Profile } from "./profiles.ts";
import type { Entry } from "./projects.ts";

/** What is wrong with a folder as a whole: two shapes in it, two migrations with one number. */
export function checkProject(project: Project, options: ReadOptions): readonly Failure[] {
  return [...mixedShapes(project), ...(options.assumptions["duplicates"] === "by-name" ? [] : duplicateVersions(project))];
}

function mixedShapes(project: Project): readonly Failure[] {
  const groups = new Map(project.recognition.mixed);
  if (project.loose.length > 0) {
    groups.set(
      "one folder per migration",
      project.entries.map((entry) => entry.up ?? entry.id),
    );
    groups.set(
      "loose files",
      project.loose.map((entry) => entry.up ?? entry.id),
    );
  }
  if (groups.size === 0) return [];
  const shown = [...groups].map(([name, files]) => `${files.length} with ${name} (${list(files)})`);
  return [
    {
      kind: "failure",
      code: "mixed-shapes",
      message: `${project.path} mixes shapes of migrations: ${shown.join("; ")}.`,
      location: { file: [...groups.values()].at(-1)?.[0] ?? project.path, line: 1 },
      hint: "Put each kind in a folder of its own and name one with --location, or bring the odd files into the shape of the others.",
      exitCode: 2,
    },
  ];
}

function duplicateVersions({ recognition, entries }: Project): readonly Failure[] {
  const byVersion = recognition.profile.key === "version";
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = byVersion ? versionKey(entry) : entry.id;
    if (key === null) continue;
    const name = `${entry.environment ?? ""}:${key}`;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const repeated = [...groups.values()].filter((same) => same.length > 1);
  return repeated.length === 0 ? [] : [duplicates(repeated, recognition.profile.key)];
}

/** Leading zeros do not count: `007` and `7` are one version. */
function versionKey(entry: Entry): string | null {
  if (entry.version === null) return null;
  return [...entry.groups, entry.version].map(({ numbers, letter }) => numbers.join(".") + letter).join("/");
}

function duplicates(repeated: readonly (readonly Entry[])[], key: Profile["key"]): Failure {
  const byVersion = key === "version";
  const shown = repeated.slice(0, 8).map((same) => `${byVersion ? same[0]?.version?.text : same[0]?.id} (${list(same.map(fileOf))})`);
  const more = repeated.length > shown.length ? ` and ${repeated.length - shown.length} more` : "";
  return {
    kind: "failure",
    code: "duplicate-version",
    message: `Migrations share their ${byVersion ? "number" : "name"}: ${shown.join("; ")}${more}.`,
    location: { file: fileOf(repeated[0]?.[1]), line: 1 },
    hint: "Give each its own, or accept the order of the files' names with --assume duplicates=by-name.",
    exitCode: 2,
  };
}

function fileOf(entry: Entry | undefined): string {
  return entry?.up ?? entry?.id ?? "";
}

function list(files: readonly string[]): string {
  const shown = files.slice(0, 5).join(", ");
  return files.length > 5 ? `${shown} and ${files.length - 5} more` : shown;
}
