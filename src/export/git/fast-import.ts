import { spawn } from "node:child_process";
import { once } from "node:events";
import type { PlannedCommit } from "./commits.ts";

/** Files that a commit changes: their text, or `null` where they go. */
export type FileChanges = ReadonlyMap<string, string | null>;

/** Writes commits into a repository by `git fast-import` (git-fast-import(1)). Has a lifetime: `finish` or `abandon` ends it. */
export interface FastImport {
  /** Commits become reachable by `branch`, and by what else points to them. */
  commit(branch: string, commit: PlannedCommit, changes: FileChanges): Promise<void>;
  /** Points a ref at a commit, by its chain. */
  point(ref: string, chain: string): Promise<void>;
  /** Rejects with what git said where it did not take it. Until then no ref has moved. */
  finish(): Promise<void>;
  abandon(): void;
}

/** `known` are the commits that the repository has already: their hashes by their chains. */
export function startFastImport(
  folder: string,
  { known, environment }: { readonly known: ReadonlyMap<string, string>; readonly environment: Readonly<Record<string, string>> },
): FastImport {
  const git = spawn("git", ["fast-import", "--quiet", "--done", "--date-format=raw"], {
    cwd: folder,
    env: { ...environment },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  git.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = new Promise<void>((resolve, reject) => {
    git.once("error", reject);
    git.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`git fast-import failed: ${said.trim() || `code ${code}`}`))));
  });
  // Looked at by `finish`; a write to a git that is gone fails there too.
  ended.catch(() => {});
  git.stdin.on("error", () => {});

  const marks = new Map<string, string>(known);
  let next = 1;
  const write = async (text: string): Promise<void> => {
    if (!git.stdin.write(text)) await Promise.race([once(git.stdin, "drain"), ended]);
  };
  const nameOf = (chain: string): string => {
    const name = marks.get(chain);
    if (name === undefined) throw new Error(`the commit ${chain} was not written yet`);
    return name;
  };
  return {
    async commit(branch, { chain, parents, author, date, message }, changes) {
      const mark = `:${next}`;
      next += 1;
      const [first, ...merged] = parents.map(nameOf);
      const lines = [
        `commit refs/heads/${branch}`,
        `mark ${mark}`,
        `author ${author} ${date}`,
        `committer pggit <> ${date}`,
        dataOf(message),
        ...(first === undefined ? [] : [`from ${first}`]),
        ...merged.map((parent) => `merge ${parent}`),
        ...[...changes].flatMap(([path, text]) => (text === null ? [`D ${quotePath(path)}`] : [])),
        ...[...changes].flatMap(([path, text]) => (text === null ? [] : [`M 100644 inline ${quotePath(path)}`, dataOf(text)])),
      ];
      marks.set(chain, mark);
      await write(`${lines.join("\n")}\n\n`);
    },
    point: (ref, chain) => write(`reset ${ref}\nfrom ${nameOf(chain)}\n\n`),
    async finish() {
      git.stdin.end("done\n");
      await ended;
    },
    abandon() {
      git.kill();
    },
  };
}

function dataOf(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

/** C-style quotes where a path needs them. */
function quotePath(path: string): string {
  return /^["\s]|[\n"\\]/.test(path) ? `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"` : path;
}
