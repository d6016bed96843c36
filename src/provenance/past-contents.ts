import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { ask, FIELD, MARK, openGit } from "./git.ts";

/** One content that a file had in some commit. */
export interface PastContent {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly commit: string;
  /** `Name <address>`. */
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
  read(): Promise<Uint8Array | null>;
}

/** How many contents of one file name are looked at, newest first. */
const mostPerName = 200;

/**
 * Every content that files of these names had in any commit of any branch, below the root, newest first; by file name without folders. One pass of
 * `git log`; contents are read only when asked for. No git, no repository: nothing.
 */
export async function findPastContents(root: string, names: readonly string[]): Promise<ReadonlyMap<string, readonly PastContent[]>> {
  const found = new Map<string, PastContent[]>();
  if (names.length === 0) return found;
  const git = openGit(root);
  const top = await ask(git, ["rev-parse", "--show-toplevel"]);
  if (top === null) return found;
  const prefix = relative(realpathSync(top), realpathSync(root)).split(sep).join("/");
  const log = await ask(git, [
    "log",
    "--all",
    "--no-show-signature",
    "--use-mailmap",
    `--format=${MARK}%H${FIELD}%aN <%aE>${FIELD}%aI`,
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--diff-merges=first-parent",
    "-z",
    "--",
    ...names.map((name) => `:(top,glob)**/${name.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}`),
  ]);
  const seen = new Set<string>();
  for (const { path, blob, ...commit } of log === null ? [] : readLog(log)) {
    const within = prefix === "" ? path : path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : null;
    if (within === null || seen.has(`${blob} ${within}`)) continue;
    seen.add(`${blob} ${within}`);
    const name = within.slice(within.lastIndexOf("/") + 1);
    const list = found.get(name) ?? [];
    if (list.length < mostPerName) list.push({ ...commit, path: within, read: () => readBlob(git, blob) });
    found.set(name, list);
  }
  return found;
}

interface Logged extends Omit<PastContent, "read"> {
  readonly blob: string;
}

/** `:<mode> <mode> <old blob> <new blob> <status>`, then the path (git-diff, "Raw output format"). */
function readLog(log: string): readonly Logged[] {
  const logged: Logged[] = [];
  let commit = { commit: "", author: "", date: "" };
  const fields = log.split("\0");
  for (let at = 0; at < fields.length; at++) {
    let field = (fields[at] ?? "").replace(/^\n+/, "");
    if (field.startsWith(MARK)) {
      const [hash = "", author = "", rest = ""] = field.slice(1).split(FIELD);
      const [date = "", ...more] = rest.split("\n");
      commit = { commit: hash, author, date };
      field = more.join("").trim();
    }
    const change = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(field);
    if (change === null) continue;
    const path = fields[++at] ?? "";
    // Deletions have no new blob, links and submodules no text.
    if (change[1]?.startsWith("100") === true && path !== "") logged.push({ ...commit, path, blob: change[2] ?? "" });
  }
  return logged;
}

/** The bytes of a blob; `null` where git does not have it (a partial clone). */
async function readBlob(git: ReturnType<typeof openGit>, blob: string): Promise<Uint8Array | null> {
  try {
    const bytes: unknown = await git.binaryCatFile(["blob", blob]);
    return Buffer.isBuffer(bytes) ? bytes : null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
