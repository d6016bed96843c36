import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRows, readRows } from "../../src/catalog/rows.ts";
import type { RowReadOptions } from "../../src/catalog/rows.ts";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import { StatementError } from "../../src/database/session.ts";
import type { Session, Shadow } from "../../src/database/session.ts";
import { openShadow } from "../../src/database/shadow.ts";
import type { CatalogDifference } from "../../src/model/catalog.ts";
import { BREAKAGES, RIGHT } from "./broken.ts";

/**
 * All broken schemas stand in one database beside each other, each with a right copy of itself: the judges then read twice and not
 * two hundred times. `app` is renamed per case.
 */
const cases = BREAKAGES.map((breakage, index) => ({ ...breakage, schema: `app_${String(index).padStart(3, "0")}_` }));
const control = "app_control_";
const reading: RowReadOptions = {
  excludeFromReads: [],
  nondeterministic: [...cases.map((each) => each.schema), control].map((schema) => ({ schema, table: "users", columns: ["created"] })),
};

function inSchema(sql: string, schema: string): string {
  return sql.replaceAll(/\bapp\b/g, schema);
}

async function open(): Promise<Shadow> {
  const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs: null, id: "broken" });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  return opened.value;
}

const shadows: Shadow[] = [];
const rejected = new Map<string, CatalogDifference[]>();

/** A breakage that PostgreSQL itself refuses leaves nothing behind, which the judges see too. */
async function runBroken(session: Session, each: (typeof cases)[number]): Promise<void> {
  try {
    await session.run(
      inSchema(
        RIGHT.replace(each.find, () => each.replace),
        each.schema,
      ),
    );
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
  }
}

beforeAll(async () => {
  const [right, broken] = [await open(), await open()];
  shadows.push(right, broken);
  for (const schema of [...cases.map((each) => each.schema), control]) await right.session.run(inSchema(RIGHT, schema));
  for (const each of cases) await runBroken(broken.session, each);
  await broken.session.run(inSchema(RIGHT, control));
  const catalog = compareSnapshots(await readWholeCatalog(right.session), await readWholeCatalog(broken.session));
  const rows = compareRows(await readRows(right.session, reading), await readRows(broken.session, reading));
  for (const difference of [...catalog, ...rows]) {
    const schema = /app_(?:\d+|control)_/.exec(JSON.stringify(difference))?.[0] ?? "";
    rejected.set(schema, [...(rejected.get(schema) ?? []), difference]);
  }
});

afterAll(async () => {
  for (const shadow of shadows) await shadow.close();
});

test("there are a hundred ways to be wrong", () => {
  expect(BREAKAGES.length).toBeGreaterThanOrEqual(100);
});

test.each(cases)("the proof rejects: $name", ({ schema, find }) => {
  expect(RIGHT).toContain(find);
  expect(rejected.get(schema)?.length ?? 0).toBeGreaterThan(0);
});

test("the proof accepts what is right", () => {
  expect(rejected.get(control) ?? []).toEqual([]);
  expect(rejected.get("") ?? []).toEqual([]);
});
