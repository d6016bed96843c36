import type { Slices } from "../catalog/reader.ts";
import { addressKey, type CatalogObject, type CatalogSlice } from "../model/catalog.ts";
import type { History, Migration } from "../model/history.ts";
import type { MigrationReplay, TableRows } from "../model/replay.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { type Attempt, attemptMigration } from "./attempt.ts";
import type { ReplayContext } from "./context.ts";
import { createFailureLog, type FailureLog } from "./failures.ts";
import { createRowMemory, isTable, type RowMemory } from "./row-memory.ts";
import { joinTouched } from "./transaction.ts";
import { verificationFailure, verifyMigration } from "./verify.ts";

/** Roles that a history takes for granted are made so that it can run; more than this is no history of one database. */
const MOST_ASSUMED_ROLES = 100;

interface Tools {
  readonly history: History;
  readonly context: ReplayContext;
  readonly failures: FailureLog;
  readonly rows: RowMemory;
}

/**
 * Runs a history on a shadow, one migration at a time, each as its tool would: yields what a migration did while the shadow stands right
 * after it, outside of any transaction, so that the consumer can prove its way back there before it asks for the next. A failing
 * migration is undone and run again without the statements that fail, each of which becomes a question. Throws `StatementError` only
 * where the shadow itself is lost (connection gone, statement timeout of the embedded database).
 */
export async function* replayHistory(history: History, context: ReplayContext): AsyncGenerator<MigrationReplay> {
  const { session, reader } = context;
  const tools: Tools = {
    history,
    context,
    failures: createFailureLog(session.engine),
    rows: createRowMemory(session, (address) => reader.remembered([address]).get(addressKey(address))),
  };
  const from = context.from ?? 0;
  if (from === 0) await prepare(tools);
  else await tools.rows.learn(reader.all());
  await context.prepared?.();
  for (const migration of history.migrations.slice(from)) yield await replayMigration(migration, tools);
}

/** What stands before the first migration: the tool's schemas and its own tables. */
async function prepare({ history, context }: Tools): Promise<void> {
  const { session, reader } = context;
  const statements = [...history.preparation, ...history.bookkeepingSql];
  if (statements.length === 0) return;
  await reader.begin();
  for (const statement of statements) await session.run(statement);
  reader.accept(await reader.slices(await reader.end("thorough")));
}

async function replayMigration(migration: Migration, tools: Tools): Promise<MigrationReplay> {
  const { context } = tools;
  const started = context.clock();
  const assumedRoles: string[] = [];
  let attempt = await tryMigration(migration, tools, "stop");
  while (attempt.stopped !== null) {
    const role = missingRole(attempt);
    if (role === null || !context.session.engine.ownsCluster || assumedRoles.length >= MOST_ASSUMED_ROLES) {
      attempt = await tryMigration(migration, tools, "skip");
      break;
    }
    await assumeRole(role, context);
    assumedRoles.push(role);
    attempt = await tryMigration(migration, tools, "stop");
  }
  // Undone as a whole by a check at its end: nothing of it stands.
  const slices = await readSlices(attempt, context);
  const touched = joinTouched(attempt.touched);
  const rowsBefore = rememberedRows(
    tools.rows,
    slices,
    touched.rows.map(({ table }) => addressKey(table)),
  );
  const truncated = truncatedTables(attempt);
  const rows = touched.rows.map((row) => (truncated(row.identity) ? { ...row, truncated: true } : row));
  context.reader.accept(slices);
  await tools.rows.update({ ...slices, rows: touched.rows });
  const explained = tools.failures.explain(attempt.statements, migration);
  const verification = await verifyMigration(migration, attempt.statements, { context, resetBetween: tools.history.resetBetween });
  const refused = verification?.kind === "failed" ? [verificationFailure(verification, migration)] : [];
  const observed = migration.observed?.();
  return {
    migration,
    statements: explained.statements,
    ...withoutUnchanged(slices),
    rows,
    sequences: touched.sequences,
    rowsBefore,
    assumptions: assumedRoles.map((role) => `the role ${role} exists (made on the shadow without login)`),
    assumedRoles,
    ...(verification === null ? {} : { verification }),
    transactional: attempt.transactional,
    seconds: (context.clock() - started) / 1000,
    edgeCases: [...explained.edgeCases, ...(observed?.edgeCases ?? []), ...refused],
    ...(observed === undefined || observed.findings.length === 0 ? {} : { findings: observed.findings }),
    ...(observed?.entry === undefined ? {} : { entry: observed.entry }),
  };
}

async function tryMigration(migration: Migration, { history, context }: Tools, tolerance: "stop" | "skip"): Promise<Attempt> {
  return attemptMigration(migration, history, { context, tolerance, settings: history.resetBetween });
}

async function readSlices(attempt: Attempt, { reader }: ReplayContext): Promise<Slices> {
  return reader.slices(joinTouched(attempt.touched));
}

/** Objects that were looked at and are as they were. */
function withoutUnchanged({ before, after }: Slices): Slices {
  const changed = ([key, object]: [string, CatalogObject], other: CatalogSlice): boolean => {
    const twin = other.get(key);
    return twin === undefined || JSON.stringify(twin) !== JSON.stringify(object);
  };
  return {
    before: new Map([...before].filter((entry) => changed(entry, after))),
    after: new Map([...after].filter((entry) => changed(entry, before))),
  };
}

/** The rows of the touched tables as they were: remembered, so read before this migration changed them. */
function rememberedRows(memory: RowMemory, { before }: Slices, written: readonly string[]): readonly TableRows[] {
  const keys = new Set([...[...before].filter(([, object]) => isTable(object)).map(([key]) => key), ...written]);
  return [...keys].flatMap((key) => {
    const [catalog = "", oid = ""] = key.split("/");
    const rows = memory.get({ catalog, oid: Number(oid) });
    return rows === undefined ? [] : [rows];
  });
}

function truncatedTables({ statements }: Attempt): (identity: string) => boolean {
  const names = statements.flatMap(({ parsed, outcome }) =>
    outcome.kind === "done" ? (parsed?.changes ?? []).flatMap((change) => (change.kind === "truncate" ? change.writes : [])) : [],
  );
  const bare = new Set(names.map(({ name }) => quoteIdentifier(name)));
  return (identity) => bare.has(identity.replace(/^(?:"(?:[^"]|"")+"|[^.]+)\./, ""));
}

const ROLE_MISSING = /^role "(.*)" does not exist$/;

function missingRole({ stopped, statements }: Attempt): string | null {
  const error = stopped?.error.error ?? statements.map(({ outcome }) => outcome).find((outcome) => outcome.kind === "failed")?.error;
  return error?.code === "42704" ? (ROLE_MISSING.exec(error.message)?.[1] ?? null) : null;
}

async function assumeRole(role: string, { session, reader }: ReplayContext): Promise<void> {
  const create = `CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`;
  await session.run("BEGIN");
  await reader.begin();
  await session.run(create);
  const slices = await reader.slices(await reader.end("catalog"));
  await session.run("COMMIT");
  reader.accept(slices);
}
