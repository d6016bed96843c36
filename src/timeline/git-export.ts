import { resolve } from "node:path";
import type { RunnableMigration } from "../apply/runnable.ts";
import { planCommits, type PlannedBranch, type PlannedCommit } from "../export/git/commits.ts";
import { exportEnvironment, openRepository, type ExportRepository } from "../export/git/repository.ts";
import { startFastImport, type FastImport } from "../export/git/fast-import.ts";
import { readmeText } from "../export/git/readme.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { RehearsalRequest } from "./rehearsal.ts";
import { watchFiles } from "./watch-files.ts";

/** What an export wrote. */
export interface GitExport {
  /** As the user typed it. */
  readonly folder: string;
  readonly commits: number;
  readonly tags: number;
  readonly branches: readonly { readonly name: string; readonly commits: number; readonly head: string | null }[];
  /** Whether the work tree shows `main`. */
  readonly checkedOut: boolean;
}

export interface GitExportRequest extends RehearsalRequest {
  /** As the user typed it. */
  readonly folder: string;
  /** Told of each commit that was written, and how many there will be. */
  readonly progress: (done: number, total: number) => void;
}

/**
 * Writes a plan as a git repository: one commit a migration, with its files under `migrations/` and every object as it stands then under `schema/`. What an earlier export
 * wrote stays as it is, and only what is new is added. Refs move when everything is written.
 */
export async function exportGit(request: GitExportRequest): Promise<Result<GitExport>> {
  const { runnable, folder } = request;
  const branches = planCommits(runnable.plan, runnable.migrations);
  const absolute = resolve(folder);
  const opened = await openRepository(absolute, branches);
  if (opened.kind === "failed") return failed(...opened.failures.map((failure) => shortened(failure, { absolute, folder })));
  const repository = opened.value;
  const missing = branches.flatMap(({ commits }) => commits.filter(({ chain }) => !repository.known.has(chain)));
  const importing = startFastImport(absolute, { known: repository.known, environment: exportEnvironment() });
  let done = 0;
  const advance = (): void => request.progress(++done, missing.length);
  try {
    for (const branch of branches) {
      const failure = await writeBranch(branch, { request, repository, importing, advance });
      if (failure !== null) {
        importing.abandon();
        return failed(failure);
      }
    }
    const tags = await writeRefs(branches, { repository, importing });
    await importing.finish();
    return ok({ ...(await showMain(repository, branches)), folder, commits: missing.length, tags });
  } catch (error) {
    importing.abandon();
    throw error;
  }
}

interface Writing {
  readonly request: GitExportRequest;
  readonly repository: ExportRepository;
  readonly importing: FastImport;
  readonly advance: () => void;
}

/** Runs what the repository has without looking, and commits what it lacks as it is run. */
async function writeBranch(branch: PlannedBranch<RunnableMigration>, writing: Writing): Promise<Failure | null> {
  const { request, repository, importing, advance } = writing;
  const fresh = branch.commits.filter(({ chain }) => !repository.known.has(chain));
  const [first] = fresh;
  if (first === undefined) return null;
  const changes = new Map<string, string | null>();
  if (first.parents.length === 0) changes.set("README.md", readmeText(request.runnable.plan));
  let next = 0;
  const written = await watchFiles(request, { history: branch.migrations, from: standsBefore(branch, first) }, async (count, files) => {
    for (const [path, text] of files) changes.set(path, text);
    // A merge may stand behind the same migration as the commit before it.
    for (let commit = fresh[next]; commit !== undefined && commit.count === count; commit = fresh[next]) {
      await importing.commit(branch.name, commit, changes);
      changes.clear();
      advance();
      next += 1;
    }
  });
  return written.kind === "failed" ? (written.failures[0] ?? null) : null;
}

/** How many migrations stand in the tree that the first new commit goes on from. */
function standsBefore(branch: PlannedBranch, first: PlannedCommit): number {
  const at = branch.commits.indexOf(first);
  const before = branch.commits[at - 1];
  if (before !== undefined) return before.count;
  // The branch leaves main here: what stands there is what stands on main.
  return branch.name === "main" ? 0 : first.count - 1;
}

async function writeRefs(
  branches: readonly PlannedBranch[],
  { repository, importing }: Pick<Writing, "repository" | "importing">,
): Promise<number> {
  let tags = 0;
  for (const { commits } of branches) {
    for (const { tag, chain } of commits) {
      if (tag === null || repository.tags.has(tag)) continue;
      await importing.point(`refs/tags/${tag}`, chain);
      tags += 1;
    }
  }
  // A branch without commits of its own points to one of main.
  for (const { name, tip } of branches) if (tip !== null) await importing.point(`refs/heads/${name}`, tip);
  return tags;
}

/** Shows main in the work tree, unless something else is checked out there. */
async function showMain(
  { git, branch }: ExportRepository,
  branches: readonly PlannedBranch[],
): Promise<Pick<GitExport, "branches" | "checkedOut">> {
  await git.raw("pack-refs", "--all");
  const heads = await Promise.all(
    branches.map(async ({ name, commits, tip }) => ({
      name,
      commits: commits.length,
      head: tip === null ? null : (await git.raw("rev-parse", "--short", `refs/heads/${name}`)).trim(),
    })),
  );
  const checkedOut = branch !== null && heads.some(({ name, head }) => name === branch && head !== null);
  // Nothing in the work tree was changed by hand: that was looked at before.
  if (checkedOut) await git.raw("reset", "--quiet", "--hard", branch);
  return { branches: heads, checkedOut };
}

function shortened(failure: Failure, { absolute, folder }: { readonly absolute: string; readonly folder: string }): Failure {
  return typeof failure.location === "string" ? { ...failure, location: failure.location.replace(absolute, folder) } : failure;
}
