import { posix } from "node:path";
import type { Frame, Run } from "./run.ts";
import { resolveInside } from "./source-text.ts";

/** Where a script asks for a file. */
interface Asking {
  readonly run: Run;
  readonly frame: Frame;
  /** The folder that the path counts from, relative to the root. */
  readonly folder: string;
}

/**
 * The project's path of a file that a script names. Where psql was started is not known: the folder comes first, and beside the script
 * is taken, and noted as assumed, where only there such a file is. A path outside the root comes back as one: reading it fails.
 */
export function findFile({ run, frame, folder }: Asking, path: string): string {
  const asked = posix.normalize(posix.join(folder, path));
  if (posix.isAbsolute(path)) return inProject(run.root, path);
  if (resolveInside(run.root, asked).kind === "ok") return asked;
  const beside = posix.normalize(posix.join(posix.dirname(frame.path), path));
  if (beside === asked || resolveInside(run.root, beside).kind === "failed") return asked;
  run.assumptions.add(`psql is taken to be started in ${posix.dirname(frame.path)}, where \\i finds ${path}`);
  return beside;
}

/** An absolute path under the root as a path of the project; another is left to fail as being outside. */
function inProject(root: string, path: string): string {
  const prefix = root.endsWith("/") ? root : `${root}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : posix.join(...root.split("/").map(() => ".."), path);
}

/** `\i "a file"`: psql takes the quotes off. */
export function unquote(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}
