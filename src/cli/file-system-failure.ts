import type { Failure } from "../model/failure.ts";

/** By the names that the system gives them (errno(3)): what happened, and what to do about it. */
const reasons: Readonly<Record<string, readonly [what: string, next: string]>> = {
  EACCES: ["permission denied", "Check its permissions, then run the same command again."],
  EPERM: ["permission denied", "Check its permissions, then run the same command again."],
  ENOENT: ["it went away while it was read", "Run the same command again."],
  ELOOP: ["its symbolic links lead around in a circle", "Remove the link, then run the same command again."],
  EIO: ["the disk reports an error", "Check the disk, then run the same command again."],
  ENOSPC: ["the disk is full", "Make room, then run the same command again."],
  EMFILE: ["too many files are open", "Raise the limit of open files (ulimit -n), then run the same command again."],
};

/** What the file system refused, as a failure with the path concerned; `null` for every other error. */
export function fileSystemFailure(error: unknown): Failure | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("path" in error) || typeof error.path !== "string") return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
  const [what, hint] = reasons[code] ?? [code, "Check the path, then run the same command again."];
  const reads = ["open", "scandir", "stat", "lstat", "read", "realpath"].includes(String(error.syscall));
  return {
    kind: "failure",
    code: reads ? "cannot-read" : "file-system-error",
    message: `${reads ? "Cannot read a file or folder" : "The file system refused"}: ${what}.`,
    location: error.path,
    hint,
    exitCode: reads && code !== "EIO" && code !== "EMFILE" ? 2 : 1,
  };
}
