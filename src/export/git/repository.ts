import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { simpleGit, type SimpleGit } from "simple-git";
import { failed, ok, type Failure, type Result } from "../../model/failure.ts";
import { chainTrailer, type PlannedBranch } from "./commits.ts";

/** A repository that is or becomes an export. */
export interface ExportRepository {
  readonly git: SimpleGit;
  /** The commits of earlier exports: their hashes by their chains. */
  readonly known: ReadonlyMap<string, string>;
  readonly tags: ReadonlySet<string>;
  /** The branch that is checked out; `null` where HEAD is detached. */
  readonly branch: string | null;
}

/** The settings of git that an export may feel: none but those of the repository itself, so that the same plan gives the same commits everywhere. */
export function exportEnvironment(): Record<string, string> {
  const kept = ["PATH", "Path", "HOME", "USERPROFILE", "SYSTEMROOT", "SystemRoot", "TMPDIR", "TEMP"];
  const values = kept.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(values), LC_ALL: "C" };
}

/** Git in a folder that pggit writes. */
export function openExport(folder: string): SimpleGit {
  return simpleGit({ baseDir: folder }).env(exportEnvironment());
}

/**
 * Opens a folder for an export: an empty one (or none) becomes a repository; one that earlier exports made is read. Refuses (exit 4) what pggit did not make, a history
 * that is not the beginning of the planned one, and changed files in the work tree.
 */
export async function openRepository(folder: string, branches: readonly PlannedBranch[]): Promise<Result<ExportRepository>> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [] as string[];
    throw error;
  });
  if (entries.length > 0 && !entries.includes(".git")) return failed(foreign(folder, "The folder holds files that pggit did not write."));
  if (entries.length === 0) {
    await mkdir(folder, { recursive: true });
    await openExport(folder).raw("init", "--quiet", "--initial-branch=main");
  }
  const git = openExport(folder);
  const refs = await readRefs(git);
  if (refs.heads.size === 0) {
    if (entries.some((entry) => entry !== ".git")) return failed(foreign(folder, "The repository has files that pggit did not write."));
    return ok({ git, known: new Map(), tags: new Set(), branch: "main" });
  }
  const known = new Map<string, string>();
  const log = await git.raw("log", "--all", `--format=%H %(trailers:key=${chainTrailer},valueonly,separator=%x2C)`);
  for (const line of log.trim().split("\n")) {
    const [hash = "", chain = ""] = line.split(" ");
    if (!/^[0-9a-f]{64}$/.test(chain))
      return failed(foreign(folder, `The repository has a commit that pggit did not make: ${hash.slice(0, 10)}.`));
    known.set(chain, hash);
  }
  const moved = otherHistory(branches, { refs: refs.heads, known });
  if (moved !== null) return failed(diverged(folder, moved));
  const changed = (await git.raw("status", "--porcelain")).trim();
  if (changed !== "") return failed(dirty(join(folder, changed.split("\n")[0]?.slice(3) ?? "")));
  const head = (await git.raw("rev-parse", "--abbrev-ref", "HEAD")).trim();
  return ok({ git, known, tags: refs.tags, branch: head === "HEAD" ? null : head });
}

interface Refs {
  /** Branch → hash. */
  readonly heads: ReadonlyMap<string, string>;
  readonly tags: ReadonlySet<string>;
}

async function readRefs(git: SimpleGit): Promise<Refs> {
  const listed = await git.raw("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags");
  const heads = new Map<string, string>();
  const tags = new Set<string>();
  for (const line of listed.split("\n").filter(Boolean)) {
    const [hash = "", ref = ""] = line.split(" ");
    if (ref.startsWith("refs/heads/")) heads.set(ref.slice("refs/heads/".length), hash);
    else tags.add(ref.slice("refs/tags/".length));
  }
  return { heads, tags };
}

/** The branch of the plan that stands at a commit which the plan does not lead to; `null` where all can go on. */
function otherHistory(
  branches: readonly PlannedBranch[],
  { refs, known }: { readonly refs: ReadonlyMap<string, string>; readonly known: ReadonlyMap<string, string> },
): string | null {
  const chains = new Map([...known].map(([chain, hash]) => [hash, chain]));
  const planned = new Set(branches.flatMap(({ commits }) => commits.map(({ chain }) => chain)));
  const names = new Set(branches.map(({ name }) => name));
  for (const [name, hash] of refs) if (names.has(name) && !planned.has(chains.get(hash) ?? "")) return name;
  return null;
}

function foreign(folder: string, message: string): Failure {
  return {
    kind: "failure",
    code: "repository-not-ours",
    message: `${message} Nothing was written.`,
    location: folder,
    hint: "Give a folder that is empty, or one that `pggit export git` made, with --to.",
    exitCode: 4,
  };
}

function diverged(folder: string, branch: string): Failure {
  return {
    kind: "failure",
    code: "repository-diverged",
    message: `The repository's ${branch} holds another history: a migration, its way back or what is known of it changed since it was exported.`,
    location: folder,
    hint: "Export into a new folder with --to; commits that stand are never rewritten.",
    exitCode: 4,
  };
}

function dirty(file: string): Failure {
  return {
    kind: "failure",
    code: "repository-changed",
    message: "The repository has changes that are not committed; an export would overwrite them.",
    location: file,
    hint: "Take them back (git restore .) or away, then run the same command again.",
    exitCode: 4,
  };
}
