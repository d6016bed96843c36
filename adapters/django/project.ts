import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { findMigrationFolders, migrationNames } from "./python-files.ts";

/** An application whose migrations are there. */
export interface DjangoApp {
  readonly label: string;
  /** Of its migrations, relative to the root. */
  readonly folder: string;
  /** Dotted name of the package of its migrations. */
  readonly module: string;
  readonly migrations: readonly string[];
}

/** A Django project: where its imports start from, and its applications. */
export interface DjangoProject {
  /** Relative to the root of the repository, `.` for itself. */
  readonly base: string;
  readonly apps: readonly DjangoApp[];
  /** What `manage.py` names; `null` where it names none. */
  readonly settingsModule: string | null;
}

/** Every project under the root: one for each place from which imports start, with the folders of migrations below it. */
export function findProjects(root: string): readonly DjangoProject[] {
  const folders = findMigrationFolders(root);
  const bases = [...new Set(findFiles(root, "manage.py").map((file) => importRoot(root, posix.dirname(file))))];
  const baseOf = (folder: string): string =>
    bases.filter((base) => base === "." || folder.startsWith(`${base}/`)).sort((a, b) => b.length - a.length)[0] ??
    importRoot(root, folder);
  const groups = new Map<string, string[]>();
  for (const folder of folders) groups.set(baseOf(folder), [...(groups.get(baseOf(folder)) ?? []), folder]);
  return [...groups].map(([base, own]) => ({
    base,
    apps: own.map((folder) => readApp(root, base, folder)),
    settingsModule: settingsModuleOf(root, base),
  }));
}

/** The folder above all packages: where imports of what is in a folder start from. */
function importRoot(root: string, folder: string): string {
  let at = folder;
  while (at !== "." && existsSync(join(root, at, "__init__.py"))) at = posix.dirname(at);
  return at;
}

function findFiles(root: string, name: string): readonly string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.isFile() && entry.name === name) found.push(posix.join(folder, entry.name));
      if (depth > 0 && entry.isDirectory() && !/^(?:node_modules|site-packages|\..*|venv|env)$/.test(entry.name))
        visit(posix.join(folder, entry.name), depth - 1);
    }
  };
  visit(".", 4);
  return found.sort();
}

/** `os.environ.setdefault("DJANGO_SETTINGS_MODULE", …)`. */
function settingsModuleOf(root: string, base: string): string | null {
  for (const file of findFiles(root, "manage.py")) {
    if (importRoot(root, posix.dirname(file)) !== base) continue;
    const named = /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(readFileSync(join(root, file), "utf8"))?.[1];
    if (named !== undefined) return named;
  }
  return null;
}

/** An application as its folder of migrations tells it. */
export function readApp(root: string, base: string, folder: string): DjangoApp {
  const migrations = migrationNames(root, folder);
  const module = (base === "." ? folder : posix.relative(base, folder)).replaceAll("/", ".");
  const package_ = module.replace(/\.?[^.]+$/, "");
  const label =
    configuredLabel(root, posix.dirname(folder), package_) ?? namedLabel(root, folder, migrations) ?? posix.basename(posix.dirname(folder));
  return { label, folder, module, migrations };
}

/** The label that an `AppConfig` in `apps.py` or the package itself has. */
function configuredLabel(root: string, folder: string, package_: string): string | null {
  for (const name of ["apps.py", "__init__.py"]) {
    const file = join(root, folder, name);
    if (!existsSync(file)) continue;
    for (const block of readFileSync(file, "utf8")
      .split(/^(?=class )/m)
      .slice(1)) {
      const label = /^\s+label\s*=\s*["'](\w+)["']/m.exec(block)?.[1];
      const named = /^\s+name\s*=\s*["']([\w.]+)["']/m.exec(block)?.[1];
      if (label !== undefined && (named === undefined || named === package_ || package_.endsWith(`.${named}`))) return label;
    }
  }
  return null;
}

/** The label under which its own migrations name each other. */
function namedLabel(root: string, folder: string, migrations: readonly string[]): string | null {
  const own = new Set(migrations);
  const counts = new Map<string, number>();
  for (const name of migrations)
    for (const [, label = "", target = ""] of readFileSync(join(root, folder, `${name}.py`), "utf8").matchAll(
      /\(\s*["'](\w+)["']\s*,\s*["'](\w+)["']\s*,?\s*\)/g,
    ))
      if (own.has(target)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

const versionFiles: readonly (readonly [string, RegExp])[] = [
  ["uv.lock", /name = "django"\s*\nversion = "([\d.]+)"/i],
  ["poetry.lock", /name = "django"\s*\nversion = "([\d.]+)"/i],
  ["pdm.lock", /name = "django"\s*\nversion = "([\d.]+)"/i],
  ["Pipfile.lock", /"django":\s*\{[^}]*"version":\s*"==([\d.]+)"/i],
  ["requirements.txt", /^django(?:\[[^\]]*\])?\s*(?:==|~=|>=|===)\s*([\d.]+)/im],
  ["pyproject.toml", /["']?django(?:\[[^\]]*\])?["']?\s*(?:=\s*["'])?\s*(?:==|~=|>=|\^|~)\s*([\d.]+)/i],
  ["Pipfile", /^django\s*=\s*"(?:==|~=|>=)\s*([\d.]+)/im],
  ["setup.py", /["']django(?:\[[^\]]*\])?\s*(?:==|~=|>=)\s*([\d.]+)/i],
  ["setup.cfg", /^\s*django\s*(?:==|~=|>=)\s*([\d.]+)/im],
];

/** The version of Django in a project's lock files and requirements, those of the project before those of the repository. */
export function djangoVersionOf(root: string, base: string): string | null {
  for (const folder of new Set([base, posix.dirname(base), "."])) {
    const more = ["requirements", "."].flatMap((name) => requirementFiles(root, posix.join(folder, name)));
    for (const [name, pattern] of [...versionFiles, ...more.map((file) => [file, versionFiles[4]?.[1] ?? /^$/] as const)]) {
      const file = join(root, name.includes("/") || more.includes(name) ? name : posix.join(folder, name));
      const found = existsSync(file) ? pattern.exec(readFileSync(file, "utf8"))?.[1] : undefined;
      if (found !== undefined) return found.replace(/\.$/, "");
    }
  }
  return null;
}

function requirementFiles(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && (folder.endsWith("requirements") ? /\.(?:txt|in)$/ : /^requirements.*\.(?:txt|in)$/).test(entry.name),
    )
    .map((entry) => posix.join(folder, entry.name))
    .sort();
}
