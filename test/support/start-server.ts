import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../scripts/start-postgres.js";

declare module "vitest" {
  interface ProvidedContext {
    serverUrl: string;
    /** A folder for conversions that several test files begin with. */
    conversions: string;
  }
}

/** With characters that a URL must quote. */
const password = "a secret/with: odd@characters";

const conversions = mkdtempSync(join(tmpdir(), "pggit-conversions-"));
let running: Awaited<ReturnType<typeof startPostgres>> | null = null;

/**
 * Starts one native PostgreSQL for the whole run of the server tests; gives its URL (a superuser's) as `serverUrl`; stops and removes it afterwards.
 * `PGGIT_TEST_SERVER` names another server to run them on, of an older major for one.
 */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env["PGGIT_TEST_SERVER"];
  if (given === undefined) running = await startPostgres({ password });
  const url = given ?? running?.url("postgres") ?? "";
  await makeRoles(url);
  project.provide("serverUrl", url);
  project.provide("conversions", conversions);
}

/**
 * Roles of the server are seen by whoever reads the catalogs of any database on it, so a test that makes one disturbs the proofs that run at the same time: here are a
 * plain role that may own databases, and one without any right.
 */
async function makeRoles(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    for (const role of ["pggit_test_owner", "pggit_test_stranger"]) {
      const { rowCount } = await client.query("select from pg_roles where rolname = $1", [role]);
      if (rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'owner'`);
    }
  } finally {
    await client.end();
  }
}

export async function teardown(): Promise<void> {
  rmSync(conversions, { recursive: true, force: true });
  await running?.stop();
}
