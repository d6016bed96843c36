import { beforeAll, expect, test } from "vitest";
import { checkBaseline, type BaselineVerdict } from "../../src/baseline/check-baseline.ts";
import { installCatalogReader } from "../../src/catalog/install.ts";
import { extractState } from "../../src/catalog/pg-delta.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import { openShadow } from "../../src/database/shadow.ts";
import type { Shadow } from "../../src/database/session.ts";
import type { Baseline } from "../../src/model/history.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { historyOf } from "../rollback/history-of.ts";
import { useServer } from "../support/server.ts";
import { valueOf } from "../support/target.ts";

const server = useServer();
const excludeFromReads = [] as const;
const made = "create table readers (id int, name text, joined date)";
let opened = 0;

beforeAll(() => loadParser());

async function onShadow<T>(work: (shadow: Shadow) => Promise<T>): Promise<T> {
  opened += 1;
  const id = `baseline${process.pid}n${opened}`;
  const shadow = valueOf(await openShadow({ server: { url: server, disposable: false }, extensions: [], statementTimeoutMs: 60_000, id }));
  try {
    return await work(shadow);
  } finally {
    await shadow.close();
  }
}

async function verdict(kind: Baseline["kind"], sql: string): Promise<BaselineVerdict> {
  const expected = await onShadow(async (shadow) => {
    await installCatalogReader(shadow.session, { excludeFromReads });
    await shadow.session.run(made);
    return {
      snapshot: await readWholeCatalog(shadow.session, { excludeFromReads }),
      state: await extractState(shadow, { excludeFromReads }),
    };
  });
  const history = historyOf([{ up: sql }]);
  const [migration] = history.migrations;
  if (migration === undefined) throw new Error("no migration");
  const baseline: Baseline = { kind, id: kind === "dump" ? "db/structure.sql" : "B1", through: "V1", migration };
  return onShadow((shadow) => checkBaseline(baseline, expected, { history, shadow, excludeFromReads, clock: () => 0 }));
}

test("a dump is a witness: the order of columns is told, a missing column asked as drift", async () => {
  expect(await verdict("dump", made)).toMatchObject({ kind: "equal", finding: { code: "dump-equal" } });
  const reordered = await verdict("dump", "create table readers (id int, joined date, name text)");
  expect(reordered).toMatchObject({
    kind: "equal",
    finding: { code: "dump-equal", message: expect.stringContaining("Only in rows of the catalog they differ") },
  });
  expect(await verdict("dump", "create table readers (id int, name text)")).toMatchObject({
    kind: "different",
    question: { kind: "drift", risk: "MEDIUM", question: expect.stringContaining("readers") },
  });
});

test("what new databases begin with must give the same rows of the catalog too", async () => {
  expect(await verdict("start", "create table readers (id int, joined date, name text)")).toMatchObject({
    kind: "different",
    question: { kind: "squash-difference", risk: "HIGH" },
  });
});
