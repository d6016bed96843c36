import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Finding } from "../../src/model/history.ts";
import type { SourceText } from "../../src/sql/psql/source-text.ts";
import { findProjects } from "./find-projects.ts";
import { compareText } from "./names.ts";
import { holdsSql, readLayout, type Entry } from "./projects.ts";
import { recognise, type Recognition } from "./recognise.ts";
import { readTree, typeOf, type Folder } from "./tree.ts";

/** A folder of migrations that will be read. */
export interface Project {
  /** Relative to the root. */
  readonly path: string;
  readonly recognition: Recognition;
  /** In the order in which the tool runs them. */
  readonly entries: readonly Entry[];
  /** Migrations in loose files beside migrations in folders, where the folder has both. */
  readonly loose: readonly Entry[];
  readonly findings: readonly Finding[];
}

/** The folders that the options name, or the one that is found under the root. */
export function openProjects(options: ReadOptions, readText: (path: string) => Result<SourceText>): Result<readonly Project[]> {
  const chosen = options.locations.length === 0 ? findFolder(options.root) : chooseFolders(options);
  if (chosen.kind === "failed") return chosen;
  const textOf = (path: string): string | null => {
    const source = readText(path);
    return source.kind === "ok" ? source.value.text : null;
  };
  const projects = chosen.value.map((folder) => openProject({ root: options.root, environment: options.environment }, folder, textOf));
  const empty = projects.filter((project) => project.entries.length + project.loose.length === 0);
  return empty.length === 0 ? ok(projects) : failed(...empty.map((project) => noMigrations(project.path)));
}

function findFolder(root: string): Result<readonly Folder[]> {
  const { folder, failures } = readTree(root, ".");
  const found = findProjects(folder);
  // A straying link elsewhere in the project hides no migration.
  const within = failures.filter(({ location }) => found.length === 0 || found.some((each) => isWithin(each.path, location)));
  if (within.length > 0) return failed(...within);
  if (found.length === 1) return ok(found);
  if (found.length > 1) {
    return failed({
      kind: "failure",
      code: "several-histories",
      message: `There are ${found.length} folders of SQL migrations: ${found.map((each) => each.path).join(", ")}.`,
      location: null,
      hint: "Say which one: --location FOLDER.",
      exitCode: 2,
    });
  }
  return holdsSql(folder) && folder.files.some((file) => /\.(?:sql|psql|pgsql)$/i.test(file)) ? ok([folder]) : failed(noMigrations("."));
}

function isWithin(folder: string, location: Failure["location"]): boolean {
  return folder === "." || (location !== null && typeof location !== "string" && location.file.startsWith(`${folder}/`));
}

function chooseFolders(options: ReadOptions): Result<readonly Folder[]> {
  const folders: Folder[] = [];
  const failures: Failure[] = [];
  for (const location of options.locations) {
    const path = posix.normalize(location.replace(/^filesystem:/, "").replaceAll("\\", "/")).replace(/(?<=.)\/$/, "");
    const type = typeOf(options.root, path);
    if (type === "file") {
      folders.push({ path: posix.dirname(path), name: posix.basename(posix.dirname(path)), files: [posix.basename(path)], folders: [] });
    } else if (type === "nothing") {
      failures.push({
        kind: "failure",
        code: "location-not-found",
        message: `There is no folder ${path}.`,
        location: { file: path, line: 1 },
        hint: "Check --location; it counts from the project's folder.",
        exitCode: 2,
      });
    } else {
      const tree = readTree(options.root, path);
      failures.push(...tree.failures);
      folders.push(...narrow(tree.folder));
    }
  }
  return failures.length > 0 ? failed(...failures) : ok(folders);
}

/** The folder itself where it holds migrations, else those found under it. */
function narrow(folder: Folder): readonly Folder[] {
  const layout = readLayout(folder);
  return layout.entries.length + layout.perFolder.length > 0 ? [folder] : findProjects(folder);
}

interface Chosen {
  readonly root: string;
  readonly environment: string | null;
}

function openProject({ root, environment }: Chosen, folder: Folder, textOf: (path: string) => string | null): Project {
  const layout = readLayout(folder);
  const recognition = recognise(root, layout, textOf);
  const inFolders = layout.perFolder.length > 0;
  const wanted = (entry: Entry): boolean => environment === null || entry.environment === null || entry.environment === environment;
  const main = inFolders ? layout.perFolder : layout.entries;
  const environmental = inFolders ? layout.entries.filter((entry) => entry.environment !== null) : [];
  const entries = [...main, ...environmental].filter(wanted);
  return {
    path: folder.path,
    recognition,
    entries: recognition.profile.order === "name" ? entries.toSorted((left, right) => compareText(left.id, right.id)) : entries,
    loose: inFolders ? layout.entries.filter((entry) => entry.environment === null) : [],
    findings: [...layout.findings, ...orderFindings(entries, folder.path)],
  };
}

function orderFindings(entries: readonly Entry[], path: string): readonly Finding[] {
  const unnumbered = entries.filter((entry) => entry.version === null && entry.environment === null);
  if (unnumbered.length > 1) {
    return [
      finding("unordered-names", `The ${unnumbered.length} files of ${path} have no numbers: the order of their names is taken.`, path),
    ];
  }
  const common = entries.filter((entry) => entry.environment === null);
  const asText = common.toSorted((left, right) => compareText(left.id, right.id));
  const at = common.findIndex((entry, place) => entry !== asText[place] && entry.version !== null);
  const entry = common[at];
  return entry === undefined
    ? []
    : [
        finding(
          "numeric-order",
          `The numbers of ${path} have different widths: they are taken as numbers, so ${entry.id} stands before ${asText[at]?.id}.`,
          path,
        ),
      ];
}

function finding(code: string, message: string, path: string): Finding {
  return { kind: "finding", code, message, location: path === "." ? null : { file: path, line: 1 }, migration: null };
}

function noMigrations(path: string): Failure {
  return {
    kind: "failure",
    code: "no-migrations-found",
    message: `${path === "." ? "The folder" : path} holds no SQL migrations.`,
    location: path === "." ? null : { file: path, line: 1 },
    hint: "Name the folder of migrations with --location, or the tool with --source.",
    exitCode: 2,
  };
}
