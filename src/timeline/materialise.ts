import { executeOnShadow, resetShadow } from "../apply/execute-script.ts";
import { extensionsOf } from "../apply/extensions-of.ts";
import { refusalOf } from "../apply/connection-lost.ts";
import { runQuietly } from "../apply/expectations.ts";
import type { RunnablePlan } from "../apply/runnable.ts";
import type { ServedDatabase } from "../database/serve-embedded.ts";
import { StatementError, type Session } from "../database/session.ts";
import { openEmbeddedShadow } from "../database/shadow.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";

/** What of a plan is to be built. */
export interface Materialisation {
  readonly runnable: RunnablePlan;
  /** So many migrations. */
  readonly count: number;
  readonly progress: (done: number) => void;
}

/** Everything that is not the server's own, members of extensions left out. */
const isUsed = `
select (select count(*) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
           and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'))
     + (select count(*) from pg_catalog.pg_namespace n where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public'))
     + (select count(*) from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
           and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e')) > 0 as used`;

/**
 * Builds a past state, rows included, in an empty database by running the migrations up to it, each in its transaction. No record is written. Refuses (exit 4) a database
 * that holds anything; fails (exit 1) where a migration does not run there.
 */
export async function materialiseInto(session: Session, what: Materialisation & { readonly location: string }): Promise<Result<null>> {
  const [row] = await session.rows<{ used: boolean }>(isUsed);
  if (row?.used !== false) return failed(notEmpty(what.location));
  const failure = await build(session, what);
  return failure === null ? ok(null) : failed({ ...failure, location: what.location });
}

/** Builds a past state in an embedded database and serves it on a port of this machine, 0 for any that is free. */
export async function materialiseEmbedded(what: Materialisation, port: number): Promise<Result<ServedDatabase>> {
  const opened = await openEmbeddedShadow({ extensions: extensionsOf(what.runnable), statementTimeoutMs: null });
  if (opened.kind === "failed") return opened;
  const shadow = opened.value;
  const failure = await build(shadow.session, what);
  if (failure !== null) {
    await shadow.close();
    return failed(failure);
  }
  try {
    const served = await shadow.serve(port);
    return ok({ port: served.port, close: () => served.close().then(shadow.close) });
  } catch (error) {
    await shadow.close();
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EADDRINUSE") throw error;
    return failed(portTaken(port));
  }
}

async function build(session: Session, { runnable, count, progress }: Materialisation): Promise<Failure | null> {
  const { resetBetween, bookkeepingSql } = runnable.plan.surroundings;
  for (const sql of bookkeepingSql) await runQuietly({ session }, sql);
  for (const [index, migration] of runnable.migrations.slice(0, count).entries()) {
    try {
      await executeOnShadow(session, migration, { resetBetween, disposable: session.engine.ownsCluster });
      progress(index + 1);
    } catch (error) {
      return doesNotBuild(refusalOf(error), migration.plan.id);
    }
  }
  await resetShadow(session);
  return null;
}

function notEmpty(location: string): Failure {
  return {
    kind: "failure",
    code: "database-not-empty",
    message: "A past state is built in an empty database only, and this one holds something.",
    location,
    hint: "Name another one (createdb shop_then), or leave --database out for an embedded one.",
    exitCode: 4,
  };
}

function doesNotBuild(error: StatementError, migration: string): Failure {
  return {
    kind: "failure",
    code: "migration-failed",
    message: `${migration} does not run there: ${error.message} (SQLSTATE ${error.error.code})`,
    location: migration,
    hint: "What was built before it stands; drop the database, correct the cause (a role or extension that is missing?) and run the same command again.",
    exitCode: 1,
  };
}

function portTaken(port: number): Failure {
  return {
    kind: "failure",
    code: "port-taken",
    message: `Port ${port} is taken.`,
    location: "--port",
    hint: "Give another one, or leave --port out for any that is free.",
    exitCode: 2,
  };
}
