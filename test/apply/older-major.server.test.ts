import { afterAll, beforeAll, expect, test } from "vitest";
import { installPostgres } from "../../scripts/install-postgres.js";
import { startPostgres } from "../../scripts/start-postgres.js";
import {
  applyTo,
  ask,
  attended,
  failureOf,
  migrateTo,
  takeBackFrom,
  useConversion,
  valueOf,
  type TestDatabase,
} from "../support/target.ts";
import { shop } from "./shop.ts";

const conversion = useConversion(shop);
/** 14, or whatever scripts/every-major.js runs this on. */
let server: { readonly url: string; readonly stop: () => Promise<void> };
let major = 14;
beforeAll(async () => {
  const given = process.env["PGGIT_TEST_SERVER"];
  if (given === undefined) {
    const started = await startPostgres({ module: installPostgres(14) });
    server = { url: started.url("postgres"), stop: started.stop };
  } else server = { url: given, stop: () => Promise.resolve() };
  const [found] = await ask<{ major: number }>(server.url, "SELECT current_setting('server_version_num')::int / 10000 AS major");
  major = found?.major ?? 0;
});
afterAll(() => server?.stop());

async function newDatabase(name: string): Promise<TestDatabase> {
  await ask(server.url, `DROP DATABASE IF EXISTS ${name}`);
  await ask(server.url, `CREATE DATABASE ${name}`);
  const url = server.url.replace(/\/postgres$/, `/${name}`);
  return { name, url, query: (sql) => ask(url, sql) };
}

test("an older PostgreSQL beside a shadow of 18: compared cross-major, built, recorded, run, told apart, and taken back", async () => {
  const built = await newDatabase("built");
  expect(valueOf(await applyTo(built.url, conversion(), { confirmation: "never" }))).toMatchObject({
    failure: null,
    after: "head",
    recorded: 14,
  });
  const again = valueOf(await applyTo(built.url, conversion()));
  expect(again).toMatchObject({
    recorded: 0,
    server: expect.stringMatching(`^PostgreSQL ${major}\\.`),
    assessment: { state: "head", crossMajor: major !== 18, drift: [] },
  });
  const strict = await applyTo(built.url, conversion(), { sameMajor: true });
  expect(strict).toMatchObject(major === 18 ? { kind: "ok" } : { kind: "failed", failures: [{ code: "other-major", exitCode: 4 }] });
  expect(valueOf(await applyTo(built.url, conversion(), { sameMajor: true, request: { shadowUrl: server.url } }))).toMatchObject({
    failure: null,
    assessment: { crossMajor: false, state: "head" },
  });

  const partial = await newDatabase("partial");
  await migrateTo(partial, conversion(), 9);
  expect(valueOf(await applyTo(partial.url, conversion(), { confirmation: "never" }))).toMatchObject({
    failure: null,
    recorded: 9,
    after: "head",
    executed: expect.objectContaining({ length: 5 }),
  });
  await partial.query("ALTER TABLE orders ADD COLUMN hotfix int; ALTER TABLE customers ALTER COLUMN email DROP NOT NULL");
  const drifted = failureOf(await applyTo(partial.url, conversion()));
  expect(drifted).toMatchObject({
    code: "drift",
    message: expect.stringMatching(/column public\.customers\.email: allows NULL; column public\.orders\.hotfix is there/),
  });
  await partial.query("ALTER TABLE orders DROP COLUMN hotfix; ALTER TABLE customers ALTER COLUMN email SET NOT NULL");
  const { surroundings } = attended("yes");
  const back = await takeBackFrom(partial.url, conversion(), { kind: "migration", id: "V9" }, { request: { surroundings } });
  expect(valueOf(back)).toMatchObject({ failure: null, executed: expect.objectContaining({ length: 5 }) });
}, 300_000);
