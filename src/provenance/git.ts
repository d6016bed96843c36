import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import type { Finding } from "../model/history.ts";
import { simpleGit, type SimpleGit } from "simple-git";

/** Who brought a file into its project, and when. */
export interface GitProvenance {
  /** `Name <address>` as `.mailmap` has it. */
  readonly author: string;
  /** ISO 8601 with the author's own offset. */
  readonly date: string;
  readonly commit: string;
}

/** What git knows of some files. */
export interface GitHistory {
  /** By path relative to the root, as asked; a file that was never committed is absent. */
  readonly files: ReadonlyMap<string, GitProvenance>;
  /** That the clone is shallow, where it is: what its oldest commit seems to add may be older. */
  readonly findings: readonly Finding[];
}

const NOTHING: GitHistory = { files: new Map(), findings: [] };

const SHALLOW: Finding = {
  kind: "finding",
  code: "shallow-clone",
  message:
    "This is a shallow clone: files older than its oldest commit have that commit's author and date. `git fetch --unshallow` brings the rest.",
  location: null,
  migration: null,
};

/** Marks a commit in the log; no path holds these control characters. */
export const MARK = "\u0001";
export const FIELD = "\u0002";

/**
 * The commit that brought each file, followed over renames, from one pass of `git log` however many files there are. `root` is absolute,
 * `paths` are relative to it with `/`. No git, no repository, no commit: nothing is known, which is no error.
 */
export async function readGitProvenance(root: string, paths: readonly string[]): Promise<GitHistory> {
  if (paths.length === 0) return NOTHING;
  const git = openGit(root);
  const top = await ask(git, ["rev-parse", "--show-toplevel"]);
  if (top === null) return NOTHING;
  const shallow = (await ask(git, ["rev-parse", "--is-shallow-repository"])) === "true";
  const prefix = relative(realpathSync(top), realpathSync(root)).split(sep).join("/");
  // A partial clone lacks the contents that similar names are found by; equal contents are told by their hashes alone.
  const log = (await ask(git, logCommand("60%"))) ?? (await ask(git, logCommand("100%")));
  if (log === null) return NOTHING;
  const files = followRenames({ log, prefix }, paths);
  const rest = paths.filter((path) => !files.has(path));
  // A file added on both sides of a merge, or only by it, stands in no ordinary commit.
  const merges = rest.length === 0 ? null : await ask(git, MERGES);
  const merged = merges === null ? new Map<string, GitProvenance>() : followRenames({ log: merges, prefix }, rest);
  return { files: new Map([...files, ...merged]), findings: shallow && files.size > 0 ? [SHALLOW] : [] };
}

/** The name that git would commit with in a folder (`user.name`); `null` where there is none. */
export async function readGitUser(root: string): Promise<string | null> {
  const name = await ask(openGit(root), ["config", "user.name"]);
  return name === null || name.trim() === "" ? null : name.trim();
}

/** Git in a folder, with nothing of the user's environment that could change what it says or have it fetch anything. */
export function openGit(root: string): SimpleGit {
  return simpleGit({ baseDir: root, allowEnvironment: ["GIT_NO_LAZY_FETCH"] }).env(gitEnvironment());
}

/** What git needs to find itself and its settings; the rest of the user's environment must not change what is read, or fetch anything. */
function gitEnvironment(): Record<string, string> {
  const kept = ["PATH", "Path", "HOME", "USERPROFILE", "SYSTEMROOT", "SystemRoot", "XDG_CONFIG_HOME", "TMPDIR", "TEMP"];
  const values = kept.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(values), LC_ALL: "C", GIT_NO_LAZY_FETCH: "1" };
}

const LOG = [
  "log",
  "--no-show-signature",
  "--use-mailmap",
  `--format=${MARK}%H${FIELD}%aN <%aE>${FIELD}%aI`,
  "--name-status",
  "-z",
  "--topo-order",
];
const MERGES = [...LOG, "--merges", "--diff-merges=combined", "--no-renames", "HEAD"];

function logCommand(similarity: string): readonly string[] {
  return [...LOG, "--no-merges", "--diff-filter=ARC", `--find-renames=${similarity}`, "-l2000", "HEAD"];
}

/** One answer of git, or `null` where git says no (no repository, no commit, no git on this machine, a folder it does not trust). */
export async function ask(git: SimpleGit, command: readonly string[]): Promise<string | null> {
  try {
    return (await git.raw([...command])).trim();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

interface Log {
  readonly log: string;
  /** The root's place in its repository. */
  readonly prefix: string;
}

/** Walks from the newest commit to the oldest: a rename moves the search to the old name, an addition ends it. */
function followRenames({ log, prefix }: Log, paths: readonly string[]): ReadonlyMap<string, GitProvenance> {
  const wanted = new Map<string, string[]>();
  for (const path of paths) wanted.set(prefix === "" ? path : `${prefix}/${path}`, [path]);
  const found = new Map<string, GitProvenance>();
  let provenance: GitProvenance | null = null;
  const fields = log.split("\0");
  for (let at = 0; at < fields.length; at++) {
    let field = (fields[at] ?? "").replace(/^\n+/, "");
    if (field.startsWith(MARK)) {
      const [commit = "", author = "", rest = ""] = field.slice(1).split(FIELD);
      const [date = "", ...status] = rest.split("\n");
      provenance = { commit, author, date };
      field = status.join("").trim();
    }
    if (field === "" || provenance === null) continue;
    if (/^A+$/.test(field)) {
      const path = fields[++at] ?? "";
      for (const asked of wanted.get(path) ?? []) found.set(asked, provenance);
      wanted.delete(path);
    } else if (/^[RC]\d+$/.test(field)) {
      const from = fields[++at] ?? "";
      const to = fields[++at] ?? "";
      const moved = wanted.get(to);
      if (moved === undefined) continue;
      wanted.delete(to);
      // A copy is a file of its own: whoever copied it wrote it.
      if (field.startsWith("C")) for (const asked of moved) found.set(asked, provenance);
      else wanted.set(from, [...(wanted.get(from) ?? []), ...moved]);
    }
  }
  return found;
}
