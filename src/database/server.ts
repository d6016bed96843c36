import { Client, DatabaseError, Pool, type ClientConfig } from "pg";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { connectionFailure, reach, thisProcess } from "./connect.ts";
import { announceShadow, removeLeftoverShadows } from "./leftover-shadows.ts";
import { openSession } from "./pooled-session.ts";
import type { Shadow } from "./session.ts";
import type { ShadowRequest } from "./shadow.ts";
import { describeTarget, readTarget, type Target } from "./target.ts";

/** PostgreSQL 13: the oldest supported major, and the first with DROP DATABASE … WITH (FORCE). */
const oldestMajor = 13;

type ServerShadowRequest = ShadowRequest & { readonly server: NonNullable<ShadowRequest["server"]> };

/**
 * Makes a database `pggit_shadow_<id>` on the server and opens a session in it; `close` drops it again. The database is made from
 * template0 in UTF8 with the collation `C`, so that every shadow sorts alike. Shadows that killed runs left are removed; nothing else on the server is touched.
 */
export async function openServerShadow(request: ServerShadowRequest): Promise<Result<Shadow>> {
  const target = readTarget(request.server.url, thisProcess());
  if (target.kind === "failed") return target;
  const reached = await reach(target.value);
  if (reached.kind === "failed") return reached;
  const name = `pggit_shadow_${request.id}`;
  return refusable(target.value, () =>
    onMaintenance(reached.value, async (client) => {
      await announceShadow(client);
      const created = await createDatabase(client, name, target.value);
      return created.kind === "failed" ? created : openDatabase(name, { request, config: reached.value, target: target.value });
    }),
  );
}

async function openDatabase(
  name: string,
  { request, config, target }: { readonly request: ServerShadowRequest; readonly config: ClientConfig; readonly target: Target },
): Promise<Result<Shadow>> {
  const remove = (): Promise<void> =>
    onMaintenance(config, (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)).then(() => undefined);
  const pool = new Pool({
    ...config,
    database: name,
    max: 1,
    idleTimeoutMillis: 0,
    options: startOptions(config.options, request.statementTimeoutMs),
  });
  try {
    const pooled = await openSession(pool, { embedded: false, ownsCluster: request.server.disposable });
    const available = await pooled.session.rows<{ name: string }>("select name from pg_catalog.pg_available_extensions");
    const names = new Set(available.map((row) => row.name));
    let closing: Promise<void> | null = null;
    return ok({
      session: pooled.session,
      unavailableExtensions: request.extensions.filter((extension) => !names.has(extension)),
      withPool: pooled.withPool,
      close: () => (closing ??= pooled.disconnect().then(remove)),
    });
  } catch (error) {
    await remove().catch(() => undefined);
    return failed(connectionFailure(error, { ...target, database: name }));
  }
}

/** What every shadow has alike. Given at the start, so that RESET ALL and DISCARD ALL return to it and no catalog row says it. */
function startOptions(given: string | undefined, statementTimeoutMs: number | null): string {
  const settings = ["TimeZone=UTC", "DateStyle=ISO,MDY", "IntervalStyle=postgres", "client_encoding=UTF8", "client_min_messages=notice"];
  if (statementTimeoutMs !== null) settings.push(`statement_timeout=${statementTimeoutMs}`);
  return [given ?? "", ...settings.map((setting) => `-c ${setting}`)].join(" ").trim();
}

async function createDatabase(client: Client, name: string, target: Target): Promise<Result<void>> {
  const { rows } = await client.query<{ number: string; version: string }>(
    "select current_setting('server_version_num') as number, current_setting('server_version') as version",
  );
  if (Math.floor(Number(rows[0]?.number) / 10_000) < oldestMajor) {
    return failed({
      kind: "failure",
      code: "server-too-old",
      message: `The server is PostgreSQL ${rows[0]?.version}.`,
      location: describeTarget(target),
      hint: `A shadow needs PostgreSQL ${oldestMajor} or newer.`,
      exitCode: 1,
    });
  }
  await removeLeftoverShadows(client);
  await client.query(`CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'`);
  return ok(undefined);
}

/** Does it, and tells what the server has against a shadow. */
async function refusable<T>(target: Target, work: () => Promise<Result<T>>): Promise<Result<T>> {
  const failure = (code: string, message: string, hint: string): Failure => ({
    kind: "failure",
    code,
    message,
    location: describeTarget(target),
    hint,
    exitCode: 1,
  });
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseError)) return failed(connectionFailure(error, target));
    if (error.code === "42501") {
      return failed(
        failure(
          "no-createdb-right",
          `A shadow database cannot be created: ${error.message}.`,
          `ALTER ROLE "${target.user}" CREATEDB, or name another server with --shadow-url.`,
        ),
      );
    }
    if (error.code === "42P04") {
      return failed(
        failure(
          "shadow-exists",
          `A shadow of this name is there already: ${error.message}.`,
          "If no other run uses it, drop that database.",
        ),
      );
    }
    return failed(
      failure(
        "shadow-start",
        `A shadow database cannot be created: ${error.message}.`,
        "Name another server with --shadow-url, or leave it out for the embedded one.",
      ),
    );
  }
}

/** A short connection to the database that the user named, for CREATE and DROP DATABASE. */
async function onMaintenance<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
