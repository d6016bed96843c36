import type { Survey } from "./survey.ts";
import { isTestPath, moduleOf, parentOf } from "./survey.ts";

/** Where a location's descriptor leads in the project: folders relative to the root, and what each is to match. */
export interface ResolvedLocation {
  readonly descriptor: string;
  readonly kind: "classpath" | "filesystem" | "remote";
  readonly folders: readonly string[];
  /** Set where the descriptor has wildcards: a file counts when its path below the folder matches. */
  readonly pattern: RegExp | null;
}

/** Who named the location: the file, for paths relative to it. */
interface Viewpoint {
  readonly survey: Survey;
  /** Folder of the file that named it, relative to the root. */
  readonly folder: string;
}

function joinPath(base: string, path: string): string | null {
  const parts: string[] = base === "." || path.startsWith("/") ? [] : base.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length === 0 ? "." : parts.join("/");
}

/** `Location.processRawPath`: the part before the first wildcard, and a pattern for what comes below it. */
function splitWildcards(path: string): { readonly fixed: string; readonly pattern: RegExp | null } {
  const parts = path.split(/[\\/]/);
  const first = parts.findIndex((part) => /[*?]/.test(part));
  if (first === -1) return { fixed: path, pattern: null };
  let source = "";
  let separate = false;
  let endsInFile = false;
  for (const part of parts.slice(first)) {
    if (separate) source += "/";
    endsInFile = part !== "**" && part.includes(".");
    // Only the dot is literal, as in Flyway.
    source += part === "**" ? "(?:[^/]+/)*?" : part.replaceAll(".", "\\.").replaceAll("?", "[^/]").replaceAll("*", "[^/]+?");
    separate = part !== "**";
  }
  return { fixed: parts.slice(0, first).join("/"), pattern: new RegExp(`^${source}${endsInFile ? "" : `${separate ? "/" : ""}.*`}$`) };
}

function onClasspath(path: string, from: Viewpoint): readonly string[] {
  const found = (wanted: string): string[] =>
    [...from.survey.folders.keys()].filter((folder) => (folder === wanted || folder.endsWith(`/${wanted}`)) && !isTestPath(folder));
  let folders = found(path);
  if (folders.length === 0 && !path.includes("/")) folders = found(path.replaceAll(".", "/"));
  const module = moduleOf(from.folder, from.survey);
  const own = folders.filter((folder) => moduleOf(folder, from.survey) === module);
  return own.length > 0 ? own : folders;
}

function onDisk(path: string, from: Viewpoint): readonly string[] {
  const { survey } = from;
  if (path.startsWith("/")) {
    const root = survey.root.replace(/\/$/, "");
    if (path === root || path.startsWith(`${root}/`)) {
      const inside = joinPath(".", path.slice(root.length));
      return inside !== null && survey.folders.has(inside) ? [inside] : [];
    }
    // A path inside a container: the folder of the project that is mounted there has at least its last name.
    const last = path.split("/").findLast((part) => part !== "");
    return last === undefined ? [] : [...survey.folders.keys()].filter((folder) => folder === last);
  }
  const bases = [from.folder, parentOf(from.folder), moduleOf(from.folder, survey), "."];
  for (const base of bases) {
    const folder = joinPath(base, path);
    if (folder !== null && survey.folders.has(folder)) return [folder];
  }
  return [];
}

/**
 * Resolves a location as a settings file writes it. `classpath:` (the default) stands for every folder of sources or resources that ends with
 * that path, those of the same module first; `filesystem:` is relative to the file, its module or the root. `{vendor}` is `postgresql`.
 */
export function resolveLocation(descriptor: string, from: Viewpoint): ResolvedLocation {
  const trimmed = descriptor.trim().replaceAll("{vendor}", "postgresql");
  const colon = trimmed.indexOf(":");
  const prefix = colon === -1 ? "classpath" : trimmed.slice(0, colon);
  if (prefix !== "classpath" && prefix !== "filesystem") return { descriptor, kind: "remote", folders: [], pattern: null };
  const path = trimmed.slice(colon + 1).replace(/\/+$/, "");
  const { fixed, pattern } = splitWildcards(path);
  const folders = prefix === "classpath" ? onClasspath(fixed.replace(/^\/+/, ""), from) : onDisk(fixed === "" ? "." : fixed, from);
  return { descriptor, kind: prefix, folders, pattern };
}

/** A location as a person gives it on the command line: also a plain path below the root. */
export function resolveGivenLocation(descriptor: string, survey: Survey): ResolvedLocation {
  const from = { survey, folder: "." };
  if (!/^(?:classpath|filesystem|s3|gcs):/.test(descriptor)) {
    const direct = resolveLocation(`filesystem:${descriptor}`, from);
    if (direct.folders.length > 0) return { ...direct, descriptor };
  }
  return resolveLocation(descriptor, from);
}
