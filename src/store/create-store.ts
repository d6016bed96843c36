import type { Session } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { findStore } from "./find-store.ts";
import { firstOwnFile, readSchemaFiles, type SchemaFile } from "./schema-files.ts";
import type { ReadyStore, Store } from "./store.ts";
import { withoutRecording } from "./without-recording.ts";

/**
 * Makes the record complete: all of our DDL where there is none, beside the pgGit extension's tables only `pggit_migrate`, and nothing where nothing is missing.
 * Runs within the caller's transaction, needs CREATE on the database and no superuser. Fails (exit code 1) where the role may not create schemas.
 */
export async function createStore(session: Session, store: Store): Promise<Result<ReadyStore>> {
  if (store.kind !== "none" && store.missing.length === 0) return ok(store);
  const refusal = await mayNotCreate(session);
  if (refusal !== null) return failed(refusal);
  const wanted = await missingFiles(session, store);
  await withoutRecording(session, store, async () => {
    for (const file of wanted) await session.run(file.sql);
  });
  const rows = wanted.map(({ number, name, sha256 }) => ({ number, name, sha256 }));
  await session.rows(
    `insert into pggit_migrate.schema_files (number, name, sha256)
     select number, name, sha256 from json_to_recordset($1::json) as f(number integer, name text, sha256 text)`,
    [JSON.stringify(rows)],
  );
  const made = await findStore(session);
  if (made.kind === "failed") return made;
  if (made.value.kind === "none") throw new Error("the schema files did not make a store");
  return ok(made.value);
}

async function missingFiles(session: Session, store: Store): Promise<readonly SchemaFile[]> {
  const files = readSchemaFiles();
  if (store.kind !== "none") return files.filter(({ number }) => store.missing.includes(number));
  const [left] = await session.rows<{ there: boolean }>(
    `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'pggit_migrate' and c.relname = 'schema_files') as there`,
  );
  if (left?.there !== true) return files;
  // Somebody dropped pggit alone: what it held is gone, the audit trail is not.
  await session.run(`delete from pggit_migrate.ledger; delete from pggit_migrate.edge_cases; delete from pggit_migrate.migrations;
    delete from pggit_migrate.schema_files where number < ${firstOwnFile}`);
  const done = await session.rows<{ number: number }>("select number from pggit_migrate.schema_files");
  return files.filter(({ number }) => done.every((one) => one.number !== number));
}

async function mayNotCreate(session: Session): Promise<Failure | null> {
  const [may] = await session.rows<{ create: boolean; role: string; database: string }>(
    `select pg_catalog.has_database_privilege(current_database(), 'CREATE') as create, current_user as role, current_database() as database`,
  );
  if (may === undefined) throw new Error("the server did not say who asks");
  if (may.create) return null;
  return {
    kind: "failure",
    code: "no-create-right",
    message: `The role ${may.role} may not create the schemas of the record in this database.`,
    location: `database ${may.database}`,
    hint: `As the owner of the database: GRANT CREATE ON DATABASE ${quoteIdentifier(may.database)} TO ${quoteIdentifier(may.role)};`,
    exitCode: 1,
  };
}
