import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { applyToDatabase, shadowOpener, withTarget, type DatabaseRequest } from "../../src/apply/apply-to-database.ts";
import { rollbackTo, type Destination, type RollbackOutcome } from "../../src/apply/rollback.ts";
import type { ApplyOptions, ApplySurroundings, DatabaseOutcome } from "../../src/apply/apply-types.ts";
import { loadRunnable, type RunnablePlan } from "../../src/apply/runnable.ts";
import { noStamp } from "../../src/apply/store-recorder.ts";
import type { TargetHistory } from "../../src/apply/target-history.ts";
import type { Failure, Result } from "../../src/model/failure.ts";
import { ok } from "../../src/model/failure.ts";
import { runProgram } from "./program.ts";
import { writeFiles } from "./project-files.ts";

/** A project that was converted once for a whole test file. */
export interface Conversion {
  readonly root: string;
  /** Absolute. */
  readonly plan: string;
  readonly runnable: RunnablePlan;
}

export function useConversion(files: Readonly<Record<string, string>>): () => Conversion {
  let conversion: Conversion | null = null;
  beforeAll(async () => {
    conversion = await convertProject(files);
  });
  afterAll(() => {
    if (conversion !== null) rmSync(conversion.root, { recursive: true, force: true });
  });
  return () => {
    if (conversion === null) throw new Error("the conversion is there inside tests and hooks only");
    return conversion;
  };
}

/** Converts a project with the built program, once for all test files of a run that begin with the same; each gets a copy of its own. */
async function convertProject(files: Readonly<Record<string, string>>): Promise<Conversion> {
  const root = mkdtempSync(join(tmpdir(), "pggit-target-"));
  // Only the run of the server tests has a folder for that.
  const folder: string | undefined = inject("conversions");
  const shared = folder === undefined ? null : join(folder, createHash("sha256").update(JSON.stringify(files)).digest("hex"));
  if (shared !== null && existsSync(shared)) cpSync(shared, root, { recursive: true });
  else {
    writeFiles(root, files);
    const run = await runProgram(["migrate", ".", "--quiet"], { cwd: root });
    if (run.code !== 0 && run.code !== 3) throw new Error(`the conversion failed: ${run.stderr}`);
    if (shared !== null) share(root, shared);
  }
  const plan = join(root, "pggit", readdirSync(join(root, "pggit")).find((name) => name.startsWith("migration_plan_")) ?? "");
  return { root, plan, runnable: valueOf(await loadRunnable({ file: plan, cwd: root, roots: [], secrets: {} })) };
}

/** Whoever is first gives it; who converted the same meanwhile throws its copy away. */
function share(root: string, shared: string): void {
  const draft = mkdtempSync(`${shared}.`);
  cpSync(root, draft, { recursive: true });
  try {
    renameSync(draft, shared);
  } catch (error) {
    if (!existsSync(shared)) throw error;
    rmSync(draft, { recursive: true });
  }
}

/** A database for one test. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Runs statements as the superuser; gives the rows of the last. */
  query<R = Record<string, unknown>>(sql: string): Promise<R[]>;
}

/** Gives a maker of databases, which are dropped after the test file. */
export function useDatabases(server: string): (name: string, options?: string) => Promise<TestDatabase> {
  const made: string[] = [];
  afterAll(async () => {
    for (const name of made) await ask(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  });
  return async (name, options = "") => {
    await ask(server, `CREATE DATABASE "${name}" ${options}`);
    made.push(name);
    const url = server.replace(/\/postgres$/, `/${encodeURIComponent(name)}`);
    return { name, url, query: (sql) => ask(url, sql) };
  };
}

/** Runs statements on a server. */
export async function ask<R = Record<string, unknown>>(url: string, sql: string): Promise<R[]> {
  const client = new Client(url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    const result = (await client.query(sql)) as unknown as { rows: R[] } | { rows: R[] }[];
    return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [];
  } finally {
    await client.end();
  }
}

/** Brings a database to where the first `count` migrations of a plan lead, as the source tool would have. */
export async function migrateTo(database: TestDatabase, { runnable }: Pick<Conversion, "runnable">, count: number): Promise<void> {
  const client = new Client(database.url);
  await client.connect();
  try {
    for (const { up } of runnable.migrations.slice(0, count)) for (const { sql } of up.statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

/** As the commands have it without flags. */
export const standard: ApplyOptions = {
  dryRun: false,
  confirmation: "default",
  recordOnly: false,
  expect: null,
  sameMajor: false,
  drift: { schemas: [], ignore: [] },
  limits: { lockTimeoutMs: 500, statementTimeoutMs: 0, lockRetries: 2 },
  backup: { limitBytes: 1_000_000_000, batchRows: 50_000 },
  alerts: {},
  disposable: false,
};

/** Where a tool keeps no table of its own. */
export const noHistory: TargetHistory = {
  read: () =>
    Promise.resolve(ok({ known: null, facts: new Map(), warnings: [], questions: [], outdated: [], stamp: noStamp, lockedBy: null })),
};

/** Surroundings that answer every question alike and remember what was asked and warned. */
export function attended(answer: "yes" | "no" | "no-terminal", signal: AbortSignal = new AbortController().signal) {
  const questions: string[] = [];
  const warnings: string[] = [];
  const surroundings: Omit<ApplySurroundings, "openShadow"> = {
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answer);
    },
    progress: { begin: () => undefined, advance: () => undefined, warn: (message) => warnings.push(message) },
    witness: () => undefined,
    signal,
    now: () => performance.now() / 1000,
    clock: () => "2026-11-20T10:00:00.000Z",
    programVersion: "0.0.0-test",
    host: "testing",
  };
  return { surroundings, questions, warnings };
}

/** Applies a plan as the commands do. `shadowUrl` is the test server: its databases are made faster than embedded ones start. */
export function applyTo(
  url: string,
  { runnable }: Pick<Conversion, "runnable">,
  given: Partial<ApplyOptions> & { readonly request?: Partial<DatabaseRequest> } = {},
): Promise<Result<DatabaseOutcome>> {
  const { request, ...options } = given;
  return applyToDatabase({
    runnable,
    database: url,
    options: { ...standard, ...options },
    where: "target",
    shadowUrl: null,
    history: noHistory,
    surroundings: attended("no-terminal").surroundings,
    ...request,
  });
}

/** Takes migrations back as the command does; `request` as for `applyTo`. */
export function takeBackFrom(
  url: string,
  { runnable }: Pick<Conversion, "runnable">,
  destination: Destination,
  given: Parameters<typeof applyTo>[2] = {},
): Promise<Result<RollbackOutcome>> {
  const { request = {}, ...options } = given;
  const { shadowUrl = null, history = noHistory, surroundings = attended("no-terminal").surroundings } = request;
  const openShadow = shadowOpener({ runnable, shadowUrl, disposable: false, warn: () => undefined });
  const access = given.dryRun === true ? "read-only" : "read-write";
  return withTarget({ database: url, access, signal: surroundings.signal }, (target) =>
    rollbackTo(
      { runnable, target, history, options: { ...standard, ...options }, surroundings: { ...surroundings, openShadow } },
      destination,
    ),
  );
}

export function valueOf<T>(result: Result<T>): T {
  if (result.kind === "failed") throw new Error(result.failures.map(({ message }) => message).join("\n"));
  return result.value;
}

/** The failure of a result that has one, whether it came alone or with an outcome. */
export function failureOf(result: Result<{ readonly failure: Failure | null }>): Failure {
  const failure = result.kind === "failed" ? result.failures[0] : result.value.failure;
  if (failure === null || failure === undefined) throw new Error("it did not fail");
  return failure;
}
