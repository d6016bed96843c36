import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { parse as parseToml } from "smol-toml";
import { listFiles } from "../../project-files.ts";
import { parseIni, type Ini } from "./ini.ts";

/** One migration environment: a folder with env.py. */
export interface Environment {
  /** The folder of env.py, relative to the root. */
  readonly base: string;
  /** Where its revisions are, relative to the root. */
  readonly versions: readonly string[];
  readonly recursive: boolean;
  /** What says so, relative to the root; `null`: nothing but the folders. */
  readonly settings: string | null;
}

const skipped: ReadonlySet<string> = new Set(["node_modules", "venv", "env", "site-packages", "build", "dist", "static", "templates"]);
const deepest = 9;

interface Found {
  readonly folders: readonly string[];
  readonly settings: readonly { readonly path: string; readonly sections: readonly ReadonlyMap<string, string>[] }[];
}

/** Folders with env.py and revisions, and files that configure Alembic. */
function survey(root: string): Found {
  const folders: string[] = [];
  const settings: Found["settings"][number][] = [];
  const visit = (folder: string, depth: number): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    if (names.has("env.py") && (names.has("versions") || names.has("script.py.mako"))) folders.push(folder === "" ? "." : folder);
    for (const entry of entries) {
      const path = posix.join(folder, entry.name);
      if (entry.isFile() && (entry.name.endsWith(".ini") || entry.name === "pyproject.toml")) {
        const sections = sectionsOf(root, path);
        if (sections.length > 0) settings.push({ path, sections });
      }
      if (entry.isDirectory() && depth < deepest && !entry.name.startsWith(".") && !skipped.has(entry.name)) visit(path, depth + 1);
    }
  };
  visit("", 0);
  return { folders: folders.sort(), settings };
}

/** The sections of a file that name a script location. */
function sectionsOf(root: string, path: string): readonly ReadonlyMap<string, string>[] {
  const text = readFileSync(join(root, path), "utf8");
  if (!path.endsWith(".toml")) {
    if (!/^\s*script_location\s*[=:]/m.test(text) && !/^\[alembic\]/m.test(text)) return [];
    const ini: Ini = parseIni(text, posix.dirname(path));
    return [...ini].flatMap(([name, section]) => (section.has("script_location") || name === "alembic" ? [section] : []));
  }
  if (!text.includes("tool.alembic")) return [];
  try {
    const document = parseToml(text) as { readonly tool?: { readonly alembic?: Readonly<Record<string, unknown>> } };
    const given = Object.entries(document.tool?.alembic ?? {});
    const here = posix.dirname(path);
    return [
      new Map(
        given.flatMap(([key, value]) =>
          typeof value === "string"
            ? [[key, value.replaceAll("%(here)s", here)] as const]
            : Array.isArray(value)
              ? [[key, value.map(String).join("\n")] as const]
              : [],
        ),
      ),
    ];
  } catch {
    // A file that is no TOML configures nothing.
    return [];
  }
}

/** The folder that a `script_location` names: from the folder that it is run in, which is the root or the file's own, or in a package. */
function place(written: string, { folders, beside }: { readonly folders: readonly string[]; readonly beside: string }): string | null {
  const path = posix
    .normalize(written.includes(":") ? written.replace(/^([\w.]+):/, (_, name: string) => `${name.replaceAll(".", "/")}/`) : written)
    .replace(/\/$/, "");
  const candidates = [path, posix.join(beside, path)].map((each) => posix.normalize(each));
  return (
    candidates.find((each) => folders.includes(each)) ??
    folders.find((each) => each.endsWith(`/${path.replace(/^(?:\.\.?\/)+/, "")}`)) ??
    null
  );
}

/** `version_locations`, split as `path_separator` says, else at spaces and commas. */
function locations(section: ReadonlyMap<string, string>): readonly string[] {
  const written = section.get("version_locations");
  if (written === undefined || written.trim() === "") return [];
  const separator = section.get("path_separator") ?? section.get("version_path_separator") ?? "";
  const marks: Readonly<Record<string, RegExp>> = { os: /[:\n]/, ":": /[:\n]/, ";": /[;\n]/, space: /\s+/, newline: /\n/ };
  const parts = written.split(/^\w[\w.]*:(?=\w)/m.test(written) && separator === "" ? /[\s,]+/ : (marks[separator] ?? /[\s,]+/));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Every migration environment under the root, in the order of their folders. */
export function findEnvironments(root: string): readonly Environment[] {
  const { folders, settings } = survey(root);
  const made = new Map<string, Environment>();
  for (const { path, sections } of settings) {
    const beside = posix.dirname(path);
    for (const section of sections) {
      // Flask-Migrate keeps its alembic.ini beside env.py and names no location.
      const base = section.has("script_location")
        ? place(section.get("script_location") ?? "", { folders, beside })
        : folders.includes(beside)
          ? beside
          : null;
      if (base === null || made.has(base)) continue;
      const named = locations(section).flatMap((each) => {
        const found = [each, posix.join(beside, each), posix.join(base, each)].map((one) =>
          posix.normalize(one.replace(/^([\w.]+):/, (_, name: string) => `${name.replaceAll(".", "/")}/`)),
        );
        return found.filter((one) => !one.startsWith("../") && existsSync(join(root, one))).slice(0, 1);
      });
      const versions = named.length === 0 ? [posix.join(base, "versions")] : named;
      made.set(base, { base, versions, recursive: section.get("recursive_version_locations") === "true", settings: path });
    }
  }
  for (const base of folders)
    if (!made.has(base)) made.set(base, { base, versions: [posix.join(base, "versions")], recursive: false, settings: null });
  return [...made.values()].filter((each) => revisionFiles(root, each).length > 0).sort((left, right) => (left.base < right.base ? -1 : 1));
}

/** The files of an environment that may be revisions (`_only_source_rev_file`), relative to the root. */
export function revisionFiles(root: string, { versions, recursive }: Environment): readonly string[] {
  const all = versions.flatMap((folder) =>
    listFiles(root, folder, ".py").filter((path) => recursive || posix.dirname(path) === posix.normalize(folder)),
  );
  return [...new Set(all)].filter((path) => !/^(?:\.#|__init__)/.test(posix.basename(path))).sort();
}
