import type { SimpleGit } from "simple-git";
import { failed, inputFailure, ok, type Failure, type Result } from "../../model/failure.ts";
import { chainTrailer } from "./commits.ts";
import { openExport } from "./repository.ts";

/** Where a repository stands after it was moved. */
export interface CheckedOut {
  readonly commit: string;
  /** `null` where HEAD is detached. */
  readonly branch: string | null;
  readonly subject: string;
}

/** Whether a folder is the top of a repository that `pggit export git` made. */
export async function isExport(folder: string): Promise<boolean> {
  const said = await asked(openExport(folder), "log", "-1", `--format=%(trailers:key=${chainTrailer},valueonly)`, "--all");
  return said !== null && /^[0-9a-f]{64}\s*$/.test(said);
}

/**
 * Moves the work tree of an export to a branch, a version, a migration or a date. Fails where nothing there is called that (exit 2), and where git refuses because files
 * in the work tree were changed (exit 4).
 */
export async function checkOut(folder: string, ref: string): Promise<Result<CheckedOut>> {
  const git = openExport(folder);
  const place = await findPlace(git, ref);
  if (place === null) {
    return failed(
      inputFailure("unknown-point", `The repository has no branch, version, migration or date ${ref}.`, {
        location: ref,
        hint: "`git log --oneline main` lists the migrations, `git tag` the versions.",
      }),
    );
  }
  if ((await git.raw("status", "--porcelain")).trim() !== "") return failed(dirty(folder));
  await git.raw("checkout", "--quiet", ...(place.branch === null ? ["--detach", place.commit] : [place.branch]));
  const [commit = "", subject = ""] = (await git.raw("log", "-1", "--format=%h%n%s")).trim().split("\n");
  return ok({ commit, branch: place.branch, subject });
}

interface Place {
  readonly commit: string;
  readonly branch: string | null;
}

async function findPlace(git: SimpleGit, ref: string): Promise<Place | null> {
  const branch = await asked(git, "rev-parse", "--verify", "--quiet", "--end-of-options", `refs/heads/${ref}`);
  if (branch !== null) return { commit: branch, branch: ref };
  for (const name of [`refs/tags/${ref}`, `refs/tags/v${ref}`]) {
    const tag = await asked(git, "rev-parse", "--verify", "--quiet", "--end-of-options", name);
    if (tag !== null) return { commit: tag, branch: null };
  }
  const log = await git.raw(
    "log",
    "--all",
    "--reverse",
    "--topo-order",
    "--format=%H%x02%(trailers:key=Migration,valueonly,separator=%x2C)",
  );
  const commits = log
    .trim()
    .split("\n")
    .map((line) => line.split("\u0002"));
  const migration = commits.find(([, id]) => id === ref);
  if (migration?.[0] !== undefined) return { commit: migration[0], branch: null };
  return /^\d{4}-\d{2}-\d{2}/.test(ref) ? dated(git, ref) : named(git, ref);
}

/** The last commit of main before the first that is younger: as `findPoint` reads a date. */
async function dated(git: SimpleGit, date: string): Promise<Place | null> {
  const end = Date.parse(date.length === 10 ? `${date}T23:59:59.999Z` : date);
  if (Number.isNaN(end)) return null;
  const lines = (await git.raw("log", "--first-parent", "--reverse", "--format=%H %aI", "main")).trim().split("\n");
  const younger = lines.findIndex((line) => Date.parse(line.split(" ")[1] ?? "") > end);
  const last = lines.at(younger < 0 ? -1 : younger - 1);
  return last === undefined || younger === 0 ? null : { commit: last.split(" ")[0] ?? "", branch: null };
}

/** What git itself understands: `main~3`, a hash. */
async function named(git: SimpleGit, ref: string): Promise<Place | null> {
  const commit = await asked(git, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  return commit === null ? null : { commit, branch: null };
}

/** One answer of git; `null` where it says no. */
async function asked(git: SimpleGit, ...command: readonly string[]): Promise<string | null> {
  try {
    return (await git.raw([...command])).trim() || null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function dirty(folder: string): Failure {
  return {
    kind: "failure",
    code: "repository-changed",
    message: "The repository has changes that are not committed; they would be lost or carried along.",
    location: folder,
    hint: "Take them back (git restore .) or away, then run the same command again.",
    exitCode: 4,
  };
}
