import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Files of a project by their path, relative to its root. */
export type Files = Readonly<Record<string, string | Buffer>>;

export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** A project on disk with these files, removed after the test that makes it; gives its root. Inside tests only. */
export function temporaryProject(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), "pggit-project-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFiles(root, files);
  return root;
}
