import { readdir, stat } from "node:fs/promises";
import type { Adapter, Detection } from "../../adapters/adapter.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { ToolName } from "../model/history.ts";

/** A project that was found, with the adapter that reads it. */
export interface FoundProject {
  readonly adapter: Adapter;
  /** `null` where the user named tool and locations and nothing had to be detected. */
  readonly detection: Detection | null;
  /** Folders of plain SQL that were seen too, beside a project of a tool with rules of its own. */
  readonly alsoSeen: readonly Detection[];
}

export interface SearchRequest {
  /** Absolute. */
  readonly root: string;
  readonly source: ToolName | null;
  readonly locations: readonly string[];
  /** `--changelog`: names the project as a location does. */
  readonly changelog?: string | null;
}

/**
 * Finds the one project under a folder. Fails (exit code 2) where there is no such folder, nothing in it, no migrations,
 * or more than one project: these are listed with what to type for each.
 */
export async function findProject(adapters: readonly Adapter[], request: SearchRequest): Promise<Result<FoundProject>> {
  const problem = await folderProblem(request.root);
  if (problem !== null) return failed(problem);

  const known = request.source === null ? adapters : adapters.filter((adapter) => adapter.tool === request.source);
  const [only] = known;
  if (only === undefined) return failed(unsupportedTool(request, adapters));
  const named = request.locations.length > 0 || (request.changelog ?? null) !== null;
  if (request.source !== null && named) return ok({ adapter: only, detection: null, alsoSeen: [] });

  const found: { readonly adapter: Adapter; readonly detection: Detection }[] = [];
  for (const adapter of known) {
    for (const detection of await adapter.detect(request.root)) found.push({ adapter, detection });
  }
  // Any numbered file looks like plain SQL: beside a tool with rules of its own it is mentioned, not asked about.
  const ofTools = found.filter(({ adapter }) => adapter.tool !== "sql");
  const projects = ofTools.length > 0 ? ofTools : found;
  const [project, ...others] = projects;
  if (project === undefined) return failed(nothingFound(request, adapters));
  if (others.length > 0 && !named) return failed(severalFound(request, projects));
  const alsoSeen = ofTools.length === 0 ? [] : found.filter(({ adapter }) => adapter.tool === "sql").map(({ detection }) => detection);
  const claimed = project.detection.location.split(", ");
  return ok({ ...project, alsoSeen: alsoSeen.filter((seen) => !overlaps(seen.location, claimed) && !isOwnOutput(seen)) });
}

/** What an earlier conversion of this project wrote is no news. */
function isOwnOutput({ evidence }: Detection): boolean {
  return evidence.some((seen) => seen.includes("-- pggit: migration"));
}

function overlaps(location: string, others: readonly string[]): boolean {
  return others.some((other) => contains(location, other) || contains(other, location));
}

function contains(folder: string, path: string): boolean {
  return folder === path || folder === "." || folder === "" || path.startsWith(`${folder}/`);
}

async function folderProblem(root: string): Promise<Failure | null> {
  const found = await stat(root).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    const reason = found.code === "ENOENT" ? "There is no such folder." : `The folder cannot be opened: ${found.code}.`;
    return wrongUse("folder-missing", reason, root, "Give the folder of the project or of its migrations.");
  }
  if (!found.isDirectory())
    return wrongUse("not-a-folder", "This is a file, not a folder.", root, "Give the folder that holds the migrations.");
  const entries = await readdir(root).catch((error: NodeJS.ErrnoException) => error);
  if (entries instanceof Error)
    return wrongUse("folder-unreadable", `The folder cannot be read: ${entries.code}.`, root, "Check its permissions.");
  if (entries.length === 0)
    return wrongUse("folder-empty", "The folder is empty.", root, "Give the folder of the project or of its migrations.");
  return null;
}

function unsupportedTool(request: SearchRequest, adapters: readonly Adapter[]): Failure {
  const tools = adapters.map((adapter) => adapter.tool).join(", ");
  return wrongUse("unsupported-source", `--source ${request.source} cannot be read yet.`, request.root, `This version reads: ${tools}.`);
}

function nothingFound(request: SearchRequest, adapters: readonly Adapter[]): Failure {
  const looked = request.source ?? adapters.map((adapter) => adapter.tool).join(", ");
  return wrongUse(
    "no-migrations-found",
    `No migrations found (looked for: ${looked}).`,
    request.root,
    "Name the tool and its folder: pggit migrate --source flyway --location path/to/migrations",
  );
}

function severalFound(request: SearchRequest, projects: readonly Pick<FoundProject, "adapter" | "detection">[]): Failure {
  const list = projects.map(
    ({ adapter, detection }) => `  --source ${adapter.tool} --location ${detection?.location} (${detection?.migrations} migrations)`,
  );
  return wrongUse(
    "several-projects",
    `${projects.length} projects were found; pggit converts one at a time:\n${list.join("\n")}`,
    request.root,
    "Run the command again with one of these lines added.",
  );
}

function wrongUse(code: string, message: string, location: string, hint: string): Failure {
  return { kind: "failure", code, message, location, hint, exitCode: 2 };
}
