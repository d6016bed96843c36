import { readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import type { FoundFile } from "./source/files.ts";
import { normalizePath } from "./source/files.ts";
import { flagOf, valueOf, type Node } from "./source/node.ts";
import { isFormattedSql, readChangelog } from "./source/read-changelog.ts";
import { listFiles } from "./source/tree.ts";
import { isTestPath, loadSettings } from "./settings/load.ts";
import type { SettingsFile } from "./settings/settings.ts";

/** What stands in a folder that concerns Liquibase. */
export interface Project {
  readonly root: string;
  /** Every file that may be a changelog or settings, relative to the root. */
  readonly paths: readonly string[];
  readonly settings: readonly SettingsFile[];
  /** Files that say of themselves that they are changelogs; those of tests aside. */
  readonly changelogs: readonly string[];
}

const largestChangelog = 16 << 20;

/** Looks through a folder. Plain SQL is no changelog of its own; only an include makes it one. */
export function surveyProject(root: string): Project {
  const paths = listFiles(root);
  const changelogs = paths.filter((path) => !isTestPath(path) && isChangelog(root, path));
  return { root, paths, settings: loadSettings(root, paths), changelogs };
}

function isChangelog(root: string, path: string): boolean {
  if (!/\.(?:xml|ya?ml|json|sql)$/i.test(path) || statSync(join(root, path)).size > largestChangelog) return false;
  const text = readFileSync(join(root, path), "utf8").replace(/^\uFEFF/, "");
  if (/\.sql$/i.test(path)) return isFormattedSql(text);
  if (/\.xml$/i.test(path)) return /<databaseChangeLog[\s>]/.test(text);
  return /^(?:\s*\{)?\s*"?databaseChangeLog"?\s*:/m.test(text);
}

/**
 * The search path of a changelog, where no setting says it: the `resources` folder around it, the project's folder, the resources of other modules (they share
 * a class path), and the folders around the changelog.
 */
export function searchPathFor(project: Project, changelog: string): readonly string[] {
  const resources = /^(?:.*\/)?(?:src\/[\w-]+\/resources|resources|conf)(?=\/)/.exec(changelog)?.[0];
  const others = new Set<string>();
  for (const path of project.changelogs) {
    const own = /^(?:.*\/)?src\/main\/resources(?:\/jpa\/[\w-]+)?(?=\/)/.exec(path)?.[0];
    if (own !== undefined) {
      others.add(own);
      others.add(own.replace(/\/jpa\/[\w-]+$/, ""));
    }
  }
  const around: string[] = [];
  for (let folder = posix.dirname(changelog); folder !== "."; folder = posix.dirname(folder)) around.push(folder);
  return [...new Set([...(resources === undefined ? [] : [resources]), ".", ...[...others].sort(), ...around.toReversed()])];
}

/** A changelog by the first folder of the search path that it is below. */
export function asFound(path: string, searchPath: readonly string[]): FoundFile {
  const folder = searchPath.find((each) => each === "." || path.startsWith(`${each}/`)) ?? ".";
  return { path, logical: folder === "." ? path : path.slice(folder.length + 1) };
}

/** A changelog as a setting or a person names it: a path below the root, or below some folder of it. */
export function findChangelog(project: Project, written: string): readonly string[] {
  const wanted = normalizePath(written.replace(/^file:/, ""));
  if (project.paths.includes(wanted)) return [wanted];
  return project.paths.filter((path) => path.endsWith(`/${wanted}`) && !isTestPath(path));
}

/** The changelogs to begin with: those that settings name, else those that no other one includes. */
export function rootChangelogs(project: Project): readonly string[] {
  const named = project.settings.flatMap(({ values, file }) => {
    const changelog = values.get("changelog");
    if (changelog === undefined) return [];
    const found = findChangelog(project, changelog);
    const near = found.filter((path) => moduleOf(path) === moduleOf(file));
    return near.length > 0 ? near : found;
  });
  if (named.length > 0) return [...new Set(named)].sort();
  const included = includedFiles(project);
  const roots = project.changelogs.filter((path) => !included.has(path));
  const masters = roots.filter((path) => !/\.sql$/i.test(path));
  // Beside a changelog that includes others, SQL files that nobody includes are left-overs.
  return masters.length > 0 ? masters : roots;
}

/** The folder above `src`. */
export function moduleOf(path: string): string {
  return /^(.*?)(?:\/|^)src\//.exec(path)?.[1] ?? posix.dirname(path);
}

/** The changelogs that others name. */
function includedFiles(project: Project): ReadonlySet<string> {
  const included = new Set<string>();
  for (const path of project.changelogs) {
    if (/\.sql$/i.test(path)) continue;
    const bytes = readFileSync(join(project.root, path));
    const read = readChangelog({
      path,
      logical: path,
      text: bytes.toString("utf8").replace(/^\uFEFF/, ""),
      isUtf8: true,
      bytes,
      sha256: "",
    });
    if (read.kind === "failed") continue;
    for (const node of read.value.children) for (const other of targetsOf(node, path, project)) if (other !== path) included.add(other);
  }
  return included;
}

function targetsOf(node: Node, from: string, { changelogs }: Project): readonly string[] {
  if (node.name !== "include" && node.name !== "includeAll") return [];
  const written = valueOf(node, node.name === "include" ? "file" : "path") ?? "";
  const relative = flagOf(node, "relativeToChangelogFile") === true;
  const wanted = relative ? posix.normalize(posix.join(posix.dirname(from), written.replaceAll("\\", "/"))) : normalizePath(written);
  const folder = `${wanted.replace(/\/$/, "")}/`;
  return changelogs.filter((path) => {
    if (node.name === "include") return path === wanted || (!relative && path.endsWith(`/${wanted}`));
    return path.startsWith(folder) || (!relative && `/${path}`.includes(`/${folder}`));
  });
}

/** The release of Liquibase that a build file names; `null` where none does. */
export function toolVersionOf({ root, paths }: Project): string | null {
  for (const path of paths) {
    if (!/(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|gradle\.properties|libs\.versions\.toml)$/i.test(path)) continue;
    const text = readFileSync(join(root, path), "utf8");
    const found =
      /liquibase-core['"]?\s*[:,]\s*(?:version\s*[:=]\s*)?['"]?(\d+(?:\.\d+)+)/.exec(text) ??
      /<artifactId>liquibase-(?:core|maven-plugin)<\/artifactId>\s*<version>(\d+(?:\.\d+)+)/.exec(text) ??
      /<liquibase\.version>(\d+(?:\.\d+)+)/.exec(text) ??
      /^\s*liquibase(?:[-_.]?version)?\s*=\s*["']?(\d+(?:\.\d+)+)/im.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
}
