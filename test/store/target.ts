import { Pool } from "pg";
import { openSession } from "../../src/database/pooled-session.ts";
import type { Session } from "../../src/database/session.ts";
import type { Conversion } from "../../src/pipeline.ts";

/** A database of its own on a server, with a session of its owner. Has a lifetime: `close` drops it. */
export interface TargetDatabase {
  readonly session: Session;
  /** Of the server's superuser, in the same database. */
  readonly superuser: Session;
  readonly close: () => Promise<void>;
}

/** Makes a database that `pggit_test_owner` owns, a role without any further right; `owner: null` has the superuser own it. Names are those of the test file. */
export async function openTarget(
  url: string,
  { name, owner }: { readonly name: string; readonly owner: "pggit_test_owner" | null },
): Promise<TargetDatabase> {
  const connect = (database: string, user: string | null): Pool => {
    const place = new URL(url);
    place.pathname = `/${database}`;
    if (user !== null) [place.username, place.password] = [user, "owner"];
    return new Pool({ connectionString: place.href, max: 1, idleTimeoutMillis: 0 });
  };
  const maintenance = connect("postgres", null);
  await maintenance.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'${owner === null ? "" : ` OWNER ${owner}`}`);
  const own = await openSession(connect(name, owner), false);
  const superuser = await openSession(connect(name, null), false);
  return {
    session: own.session,
    superuser: superuser.session,
    async close() {
      await own.disconnect();
      await superuser.disconnect();
      await maintenance.query(`DROP DATABASE ${name}`);
      await maintenance.end();
    },
  };
}

/** Runs the statements of these migrations, as `apply` will. */
export async function runUp(session: Session, conversion: Conversion, ids: readonly string[]): Promise<void> {
  for (const { migration, statements } of conversion.replays) {
    if (!ids.includes(migration.id)) continue;
    for (const { step } of statements) if (step.kind === "statement") await session.run(step.sql);
  }
}

/** Runs their ways back, newest first. */
export async function runDown(session: Session, conversion: Conversion, ids: readonly string[]): Promise<void> {
  for (const [index, { migration }] of [...conversion.replays.entries()].toReversed()) {
    if (!ids.includes(migration.id)) continue;
    for (const { sql } of conversion.rollbacks[index]?.statements ?? []) await session.run(sql);
  }
}

/** Work in one transaction. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.run("BEGIN");
  try {
    const result = await work();
    await session.run("COMMIT");
    return result;
  } catch (error) {
    await session.run("ROLLBACK");
    throw error;
  }
}
