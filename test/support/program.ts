import { spawn, type ChildProcessByStdio } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import { type Files, writeFiles } from "./project-files.ts";

/** The built program. */
export const programPath = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
/** How Node starts it in tests: their histories are short, so nothing compiled is optimized (src/database/wasm-compiler.ts), PostgreSQL's parser neither. */
export const nodeFlags: readonly string[] = ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"];
const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** What a run of the built program left behind. */
export interface ProgramRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and as whom the program runs. */
export interface ProgramPlace {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another user, which only root may become. */
  readonly uid?: number;
}

/** Starts the built program in a folder, as a user would; without a terminal. Its end is there when its output is closed too. */
export function startProgram(
  args: readonly string[],
  { cwd, env, uid }: ProgramPlace,
): { readonly process: ChildProcessByStdio<null, Readable, Readable>; readonly ended: Promise<ProgramRun> } {
  const child = spawn(process.execPath, [...nodeFlags, programPath, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const ended = new Promise<ProgramRun>((resolve, reject) => {
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === null) reject(new Error(`ended by ${signal}`));
      else resolve({ code, ...output });
    });
  });
  return { process: child, ended };
}

/** Runs the built program to its end. */
export function runProgram(args: readonly string[], at: ProgramPlace): Promise<ProgramRun> {
  return startProgram(args, at).ended;
}

/** A temporary project that is removed after the test. */
export interface TemporaryProject {
  readonly root: string;
  /** Writes files by their path relative to the root. */
  write(files: Files): void;
  /** Copies a folder of `fixtures/` into the root. */
  copyFixture(path: string): void;
}

/** Gives a maker of temporary projects to a test file. */
export function useProjects(): () => TemporaryProject {
  const made: string[] = [];
  afterEach(() => {
    for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
  });
  return () => {
    const root = mkdtempSync(join(tmpdir(), "pggit-project-"));
    made.push(root);
    return {
      root,
      write(files) {
        writeFiles(root, files);
      },
      copyFixture(path) {
        cpSync(join(fixtures, path), root, { recursive: true });
      },
    };
  };
}
