import type { Migration, Step } from "../../../src/model/history.ts";
import type { ExecutedStatement, MigrationReplay, StatementOutcome } from "../../../src/model/replay.ts";
import { installCatalogReader } from "../../../src/catalog/install.ts";
import type { CatalogReader } from "../../../src/catalog/reader.ts";
import { StatementError, type Session } from "../../../src/database/session.ts";
import { parseStatement } from "../../../src/sql/statement.ts";
import { splitStatements } from "../../../src/sql/split.ts";

/** A migration of SQL text, as an adapter would give it. */
export function migrationOf(id: string, sql: string, more: Partial<Migration> = {}): Migration {
  const steps: Step[] = splitStatements(sql).map((part) => ({
    kind: "statement",
    sql: part.sql,
    location: { file: `${id}.sql`, line: part.line },
  }));
  return {
    kind: "migration",
    id,
    type: "versioned",
    version: id.slice(1),
    name: id,
    author: null,
    date: null,
    files: [{ path: `${id}.sql`, role: "up", sha256: "0".repeat(64) }],
    checksum: null,
    transaction: "one",
    environment: null,
    assumptions: [],
    edgeCases: [],
    async *up() {
      yield* steps;
    },
    ...more,
  };
}

/** Runs migrations on one shadow, one after the other, and tells what each did: the analysis' input without the replay room. */
export interface Bench {
  run(id: string, sql: string): Promise<MigrationReplay>;
  /** Runs it and takes it back; what cannot run in a transaction stays. */
  tryOut(id: string, sql: string): Promise<MigrationReplay>;
  history(sources: readonly string[]): Promise<readonly MigrationReplay[]>;
}

async function execute(session: Session, step: Step, transactional: boolean): Promise<ExecutedStatement> {
  if (step.kind !== "statement") throw new Error("the bench runs statements only");
  const parsed = parseStatement(step.sql);
  let outcome: StatementOutcome;
  if (transactional) await session.run("SAVEPOINT bench");
  try {
    const [result] = await session.run(step.sql);
    outcome = { kind: "done", rows: result?.rows ?? null };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    if (transactional) await session.run("ROLLBACK TO SAVEPOINT bench");
    outcome = { kind: "failed", error: error.error };
  }
  return { step, parsed, outcome };
}

interface Run {
  readonly migration: Migration;
  readonly end: "COMMIT" | "ROLLBACK";
}

async function runOne(session: Session, reader: CatalogReader, { migration, end }: Run): Promise<MigrationReplay> {
  const statements: ExecutedStatement[] = [];
  const inspector = { rows: (sql: string) => session.rows(sql) };
  const all: Step[] = [];
  for await (const step of migration.up(inspector)) all.push(step);
  const transactional = all.every((step) => step.kind !== "statement" || parseStatement(step.sql).transactional);
  // The row counters of a session run on until its statistics are flushed: at once, so that each migration counts its own rows.
  await session.run("SELECT pg_stat_force_next_flush()");
  if (transactional) await session.run("BEGIN");
  await reader.begin();
  for (const step of all) statements.push(await execute(session, step, transactional));
  const touched = await reader.end();
  const slices = await reader.slices(touched);
  if (transactional) await session.run(end);
  if (!transactional || end === "COMMIT") reader.accept(slices);
  const { rows, sequences } = touched;
  return { migration, statements, ...slices, rows, sequences, transactional, seconds: 0, edgeCases: [] };
}

/** Puts a catalog reader on a shadow. `history` begins every time with an empty schema `public`. */
export async function openBench(session: Session): Promise<Bench> {
  const reader = await installCatalogReader(session);
  let runs = 0;
  const run = async (id: string, sql: string): Promise<MigrationReplay> =>
    await runOne(session, reader, { migration: migrationOf(id, sql), end: "COMMIT" });
  return {
    run,
    tryOut: async (id, sql) => await runOne(session, reader, { migration: migrationOf(id, sql), end: "ROLLBACK" }),
    async history(sources) {
      runs += 1;
      await run(`clean${runs}`, "DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
      const replays: MigrationReplay[] = [];
      for (const [at, sql] of sources.entries()) replays.push(await run(`V${at + 1}`, sql));
      return replays;
    },
  };
}
