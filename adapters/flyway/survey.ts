import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { shownPath } from "./tree.ts";

/** A folder that was seen, with the names in it that may matter. Paths are relative to the root, with `/`, `.` for the root. */
interface SurveyedFolder {
  readonly path: string;
  readonly files: readonly string[];
}

/** What lies under a root, by names only. */
export interface Survey {
  readonly root: string;
  readonly folders: ReadonlyMap<string, SurveyedFolder>;
  /** Files that may hold Flyway's settings, relative to the root. */
  readonly settingsFiles: readonly string[];
  /** Symbolic links among the files, relative to the root: what they lead to may be nothing, or lie outside. */
  readonly links: ReadonlySet<string>;
}

/** Output of builds and other people's code: never looked into. */
const skipped = new Set(["node_modules", "build", "target", "dist", "__pycache__"]);

const settingsName =
  /^(?:(?:[\w.-]*\.)?flyway[\w.-]*\.(?:conf|toml|properties)|(?:application|bootstrap)[\w.-]*\.(?:ya?ml|properties)|pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml|[\w-]*\.ya?ml|compose[\w.-]*\.ya?ml|docker-compose[\w.-]*\.ya?ml|\.env)$/i;

/** Of the many YAML files of a project, those that an application or compose reads. */
function mayHoldSettings(name: string): boolean {
  if (!settingsName.test(name)) return false;
  return !/\.ya?ml$/i.test(name) || /^(?:application|bootstrap|config|compose|docker-compose)/i.test(name);
}

/**
 * Looks over a project by names only, without following links: hidden folders, build output and dependencies are left
 * out, so that a large repository costs little.
 */
export async function surveyProject(root: string): Promise<Survey> {
  const folders = new Map<string, SurveyedFolder>();
  const settingsFiles: string[] = [];
  const links = new Set<string>();

  const visit = async (directory: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true });
    const path = shownPath(root, directory);
    const files: string[] = [];
    const below: string[] = [];
    for (const entry of entries) {
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && !skipped.has(entry.name)) below.push(entry.name);
      } else {
        files.push(entry.name);
        const file = path === "." ? entry.name : `${path}/${entry.name}`;
        if (!entry.isFile()) links.add(file);
        else if (mayHoldSettings(entry.name)) settingsFiles.push(file);
      }
    }
    folders.set(path, { path, files: files.sort() });
    await Promise.all(below.map((name) => visit(join(directory, name))));
  };

  await visit(root);
  const ordered = new Map([...folders].sort(([left], [right]) => (left < right ? -1 : 1)));
  return { root, folders: ordered, settingsFiles: settingsFiles.sort(), links };
}

/** Whether a path belongs to tests or examples of a project rather than to what it ships. */
export function isTestPath(path: string): boolean {
  return /(?:^|\/)(?:src\/(?:test|integrationTest|testFixtures|it)|tests?|__tests__|testdata|examples?|samples?)(?:\/|$)/.test(path);
}

/** The folder of the module that a path belongs to: what stands before `/src/`, else the nearest folder above with a build file. */
export function moduleOf(path: string, survey: Survey): string {
  const source = /^(?:(.*?)\/)?src\/(?:main|test)(?:\/|$)/.exec(path);
  if (source !== null) return source[1] ?? ".";
  for (let folder = path; ; folder = parentOf(folder)) {
    const files = survey.folders.get(folder)?.files ?? [];
    if (files.some((name) => /^(?:pom\.xml|build\.gradle(?:\.kts)?|flyway\.(?:conf|toml)|package\.json|go\.mod)$/.test(name)))
      return folder;
    if (folder === ".") return ".";
  }
}

/** The folder above, `.` at the top. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "." : path.slice(0, slash);
}
