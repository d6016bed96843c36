import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgsStringToArgv } from "string-argv";
import { failed, inputFailure, ok, type Result } from "../model/failure.ts";

const mark = "-- pggit: ";

/** What is edited, and what stands over it for whoever edits. */
export interface EditedText {
  /** Of the file, for the editor's title and colours. */
  readonly name: string;
  readonly text: string;
  readonly heading: readonly string[];
}

/**
 * Has a text edited in `$VISUAL`, else `$EDITOR`, else vi. The command is split into words as a shell would, and started without one. Gives the text without
 * its heading, `null` where it was left as it was; fails where the editor cannot be started or ends with an error, and then nothing counts.
 */
export async function editText(
  { name, text, heading }: EditedText,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<string | null>> {
  const command = [env["VISUAL"], env["EDITOR"]].find((one) => one !== undefined && one.trim() !== "") ?? "vi";
  const [program = "vi", ...words] = parseArgsStringToArgv(command);
  const folder = await mkdtemp(join(tmpdir(), "pggit-edit-"));
  const file = join(folder, name.replaceAll(/[^\p{L}\p{N}_.-]/gu, "_"));
  try {
    const before = [...heading.map((line) => `${mark}${line}`), text].join("\n");
    await writeFile(file, before, { mode: 0o600 });
    const ended = await run(program, [...words, file]);
    if (ended !== null)
      return failed(
        inputFailure("editor-failed", `The editor "${command}" ${ended}; nothing was decided.`, {
          location: "$EDITOR",
          hint: 'Set EDITOR to an editor that waits, for example EDITOR=vi or EDITOR="code --wait".',
        }),
      );
    const after = await readFile(file, "utf8");
    if (after === before) return ok(null);
    return ok(
      after
        .split("\n")
        .filter((line) => !line.startsWith(mark))
        .join("\n"),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs an editor on this terminal; gives why it counts as failed, or `null`. */
function run(program: string, words: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: "inherit", shell: false });
    child.once("error", (error: NodeJS.ErrnoException) => resolve(`cannot be started (${error.code ?? error.message})`));
    child.once("close", (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? String(code)}`));
  });
}
