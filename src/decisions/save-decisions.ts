import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { failed, type Failure, type Result } from "../model/failure.ts";
import { decisionFileName, decisionsChanged, parseDecisions, type DecisionFile } from "./decision-file.ts";

/**
 * Writes `decisions.yaml` so that a reader, and whoever looks after a crash, sees the old text or the new one. Fails (exit 6) where the file has another text
 * than the one that was read: somebody else decided meanwhile, and nothing is overwritten. Gives the file as it is then.
 */
export async function saveDecisions(
  folder: string,
  { was, text }: { readonly was: DecisionFile; readonly text: string },
): Promise<Result<DecisionFile>> {
  if (await decisionsChanged(folder, was)) return failed(changedMeanwhile(was));
  const parsed = parseDecisions(text, was.path);
  if (parsed.kind === "failed") return parsed;
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, decisionFileName), text);
    return parsed;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return failed(notSaved(was, String(error.code)));
  }
}

/** Somebody else wrote the decisions after they were read. */
export function changedMeanwhile({ path }: DecisionFile): Failure {
  return {
    kind: "failure",
    code: "decisions-changed",
    message: "The decisions were changed while this ran; nothing was written.",
    location: path,
    hint: "Run the same command again.",
    exitCode: 6,
  };
}

function notSaved({ path }: DecisionFile, reason: string): Failure {
  return {
    kind: "failure",
    code: "cannot-write",
    message: `The decision cannot be saved: ${reason}. The file is as it was.`,
    location: path,
    hint: "Make room or give yourself the permission, then decide again.",
    exitCode: 1,
  };
}
