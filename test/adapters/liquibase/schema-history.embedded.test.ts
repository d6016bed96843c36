import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { liquibase } from "../../../adapters/liquibase/index.ts";
import { schemaHistory } from "../../../adapters/liquibase/schema-history/index.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { tool } from "../../../scripts/conformance/liquibase.js";
import { readRecording } from "../../../scripts/conformance/recording.js";
import { matchApplied } from "../../../src/analysis/match-applied.ts";
import type { AppliedHistory } from "../../../src/model/applied.ts";
import type { History, Migration } from "../../../src/model/history.ts";
import { useShadow } from "../../support/shadow.ts";
import { changeSet, readOk, xml } from "./project.ts";

const shadow = useShadow();
const TABLE = "public.databasechangelog";

afterEach(() =>
  run(["DROP TABLE IF EXISTS public.databasechangelog, public.databasechangeloglock", "DROP SCHEMA IF EXISTS elsewhere CASCADE"]),
);

async function run(statements: readonly string[]): Promise<void> {
  for (const sql of statements) await shadow().session.run(sql);
}

async function stamp(migrations: readonly Migration[], table = TABLE): Promise<void> {
  for (const migration of migrations) await run(schemaHistory.stamp({ migration, location: "db", table, by: null, executionMs: 1 }));
}

async function found(history: History): Promise<AppliedHistory | null> {
  const result = await schemaHistory.read(shadow().session, history);
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  return result.value;
}

test.each(["changes", "data", "rollback", "types"])("the rows that are entered for %s are those of liquibase update", async (name) => {
  const { read } = JSON.parse(readFileSync(resolve(`fixtures/liquibase/${name}.conformance.json`), "utf8")) as { read: object };
  const result = await liquibase.read(readOptions(resolve("fixtures/liquibase", name), read));
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  const history = result.value;
  await run(schemaHistory.create(TABLE));
  await stamp(history.migrations);
  const recorded = readRecording(readFileSync(resolve("fixtures/liquibase", `${name}.recorded.txt`), "utf8"));
  // Which preconditions fail only a run says.
  const executed = (lines: readonly string[] | undefined) => lines?.map((line) => line.replace(/^MARK_RAN/, "EXECUTED"));
  expect(await tool.applied((sql: string) => shadow().session.rows(sql))).toEqual(executed(recorded.get("applied")));
  const match = matchApplied(history, await found(history));
  expect([match.pending, match.missing, match.changed, match.questions]).toEqual([[], [], [], []]);
});

const table = (name: string): string => `<createTable tableName="${name}"><column name="id" type="int"/></createTable>`;

test("changeSets that were edited, are gone, failed, came in another order, or were taken back", async () => {
  const before = await readOk({
    "c.xml": xml(
      ...["a", "b", "gone", "c"].map((id) => changeSet(`set-${id}`, table(id))),
      changeSet("again", "<sql>select 1</sql>", 'runOnChange="true"'),
    ),
  });
  await run(schemaHistory.create(TABLE));
  const [a, b, gone, c, again] = before.migrations;
  if (!a || !b || !gone || !c || !again) throw new Error("a changeSet is missing");
  await stamp([b, a, gone, again]);
  const now = await readOk({
    "c.xml": xml(
      changeSet("set-a", table("a")),
      changeSet("set-b", table("other")),
      changeSet("again", "<sql>select 2</sql>", 'runOnChange="true"'),
      changeSet("set-c", table("c")),
    ),
  });
  const match = matchApplied(now, await found(now));
  expect(match.changed.map(({ migration }) => migration.id)).toEqual(["set-b"]);
  expect(match.missing.map(({ script, checksum }) => [script, checksum])).toEqual([["c.xml", gone.checksum]]);
  expect(match.outOfOrder.map(({ migration }) => migration.id)).toEqual(["set-a"]);
  expect(match.pending).toEqual(["again", "set-c"]);
  expect(match.questions.every(({ draft }) => draft.kind === "history-mismatch")).toBe(true);

  await stamp(now.migrations.filter(({ id }) => id === "again"));
  expect(await shadow().session.rows("select exectype from databasechangelog where id = 'again'")).toEqual([{ exectype: "RERAN" }]);
  expect(matchApplied(now, await found(now)).pending).toEqual(["set-c"]);
  await run(["UPDATE databasechangelog SET exectype = 'FAILED' WHERE id = 'set-b'"]);
  expect(matchApplied(now, await found(now)).failed.map(({ migration }) => migration)).toEqual(["set-b"]);
  await run(schemaHistory.unstamp({ migration: a, table: TABLE }));
  expect(matchApplied(now, await found(now)).pending).toContain("set-a");
});

test("sums that Liquibase accepts: of version 8, older ones, none, and those that are declared valid", async () => {
  const files = (valid: string) => ({ "c.xml": xml(changeSet("set", `${valid}${table("t")}`)) });
  const history = await readOk(files(""));
  await run(schemaHistory.create(TABLE));
  await stamp(history.migrations);
  const changed = async (of: History): Promise<number> => matchApplied(of, await found(of)).changed.length;
  const put = (sum: string): Promise<void> => run([`UPDATE databasechangelog SET md5sum = ${sum}`]);
  for (const sum of [`'${history.migrations[0]?.entry?.["oldSum"]}'`, "'7:0123456789abcdef0123456789abcdef'", "NULL"]) {
    await put(sum);
    expect([sum, await changed(history)]).toEqual([sum, 0]);
  }
  await put("'8:0123456789abcdef0123456789abcdef'");
  expect(await changed(history)).toBe(1);
  expect(await changed(await readOk(files("<validCheckSum>8:0123456789abcdef0123456789abcdef</validCheckSum>")))).toBe(0);
  expect(await changed(await readOk(files("<validCheckSum>ANY</validCheckSum>")))).toBe(0);
});

test("the table of this changelog is found in another schema, and its rows by paths of other versions", async () => {
  const history = await readOk({ "c.xml": xml(changeSet("set", table("t"))) });
  expect(await found(history)).toBe(null);
  await run(["CREATE SCHEMA elsewhere", ...schemaHistory.create("elsewhere.databasechangelog")]);
  expect(await found(history)).toBe(null);
  await stamp(history.migrations, "elsewhere.databasechangelog");
  await run(["UPDATE elsewhere.databasechangelog SET filename = 'classpath:/C.xml', author = 'T'"]);
  const read = await found(history);
  expect([read?.table, read?.rows.map(({ migration }) => migration)]).toEqual(["elsewhere.databasechangelog", ["set"]]);
});

test("the lock: who holds it is told, and what pggit enters takes it for its transaction and fails where it is held", async () => {
  const tables = { table: TABLE, bookkeeping: ["public.databasechangelog", "public.databasechangeloglock"] };
  const holder = (): Promise<string | null> | undefined => schemaHistory.lockHolder?.(shadow().session, tables);
  const take = (): Promise<void> => run(schemaHistory.takeLock?.(tables) ?? []);
  expect(await holder()).toBeNull();
  await take();
  await run(schemaHistory.create(TABLE));
  expect(await holder()).toBeNull();
  await run(["INSERT INTO databasechangeloglock VALUES (1, true, '2026-11-20 10:00', 'build-7 (10.0.0.7)')"]);
  expect(await holder()).toBe("build-7 (10.0.0.7) since 2026-11-20 10:00:00");
  await expect(take()).rejects.toMatchObject({ error: { code: "55P03", message: expect.stringContaining("build-7 (10.0.0.7)") } });
  await run(["UPDATE databasechangeloglock SET locked = false, lockedby = NULL"]);
  await run(["BEGIN"]);
  await take();
  const held = await shadow().session.rows(
    "SELECT mode FROM pg_locks WHERE relation = 'databasechangeloglock'::regclass AND mode = 'RowShareLock'",
  );
  await run(["ROLLBACK"]);
  expect(held).toHaveLength(1);
});
