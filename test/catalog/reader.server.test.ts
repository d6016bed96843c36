import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSlices } from "../../src/catalog/compare.ts";
import { installCatalogReader } from "../../src/catalog/install.ts";
import type { CatalogReader } from "../../src/catalog/reader.ts";
import { compareRows, readRows } from "../../src/catalog/rows.ts";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import { openShadow } from "../../src/database/shadow.ts";
import type { Shadow } from "../../src/database/session.ts";
import { useServer } from "../support/server.ts";

const url = useServer();

async function open(server: string, id: string): Promise<Shadow> {
  const opened = await openShadow({ server: { url: server, disposable: false }, extensions: [], statementTimeoutMs: 60_000, id });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  return opened.value;
}

/** What runs between `begin` and `end`, and what the reader must say that it changed. */
const STEPS: readonly (readonly [sql: string, changes: readonly string[]])[] = [
  [
    "create table t (id serial primary key, name varchar(10) default 'x'); create view v as select id, name from t; create function f() returns int language sql as 'select 1'",
    ["function public.f(): extra", "sequence public.t_id_seq: extra", "table public.t: extra", "view public.v: extra"],
  ],
  ["alter table t add extra int; create index i on t (name)", ["table public.t: columns[extra]", "table public.t: indexes[i]"]],
  ["grant select on t to public", ["table public.t: acl"]],
  ["drop index i; alter table t drop extra", ["table public.t: columns[extra]", "table public.t: indexes[i]"]],
  ["insert into t default values", ["sequence public.t_id_seq: lastValue"]],
  [
    "alter table t rename name to title",
    ["table public.t: columns[name]", "table public.t: columns[title]", "view public.v: viewDefinition"],
  ],
  ["create or replace function f() returns int language sql as 'select 2'", ["function public.f(): definition"]],
  [
    "comment on column t.title is 'c'; alter default privileges grant select on tables to public",
    ["default-privileges", "table public.t: columns[title].comment"],
  ],
  ["drop view v; drop function f()", ["function public.f(): missing", "view public.v: missing"]],
];

describe.each(["superuser", "plain owner without event triggers"])("on a server, as %s", (who) => {
  const name = who === "superuser" ? "catalogsuper" : "catalogplain";
  let admin: Shadow | null = null;
  let shadow: Shadow | null = null;
  let reader: CatalogReader | null = null;

  beforeAll(async () => {
    admin = await open(url, `${name}admin`);
    await admin.session.run(`create role ${name} login createdb password 'pw'`);
    const own = new URL(url);
    if (who !== "superuser") {
      own.username = name;
      own.password = "pw";
    }
    shadow = await open(own.href, name);
    reader = await installCatalogReader(shadow.session);
  });
  afterAll(async () => {
    await shadow?.close();
    await admin?.session.run(`drop role ${name}`);
    await admin?.close();
  });
  const opened = (): { shadow: Shadow; reader: CatalogReader } => {
    if (shadow === null || reader === null) throw new Error("not open");
    return { shadow, reader };
  };

  test("says what each step changed", async () => {
    const { shadow, reader } = opened();
    for (const [sql, expected] of STEPS) {
      await shadow.session.run("BEGIN");
      await reader.begin();
      await shadow.session.run(sql);
      const touched = await reader.end("rows");
      const slices = await reader.slices(touched);
      await shadow.session.run("COMMIT");
      reader.accept(slices);
      const found = compareSlices(slices.before, slices.after).map(({ kind, identity, what, aspect }) =>
        kind === "default-privileges" ? kind : `${kind} ${identity}: ${what === "different" ? aspect : what}`,
      );
      expect(found.sort()).toEqual([...expected].sort());
    }
    const all = reader.all();
    expect(compareSlices(all, await reader.read([...all.values()].map((object) => object.address)))).toEqual([]);
  });

  test("reads the whole catalog and the rows", async () => {
    const { session } = opened().shadow;
    const before = await readWholeCatalog(session);
    const rows = await readRows(session);
    expect(compareSnapshots(before, await readWholeCatalog(session))).toEqual([]);
    await session.run("alter table t alter title set statistics 7; insert into t default values");
    expect(compareSnapshots(before, await readWholeCatalog(session)).map(({ identity, aspect }) => `${identity}: ${aspect}`)).toEqual([
      "pg_attribute public.t.title: attstattarget",
      "pg_sequence public.t_id_seq: position",
    ]);
    expect(compareRows(rows, await readRows(session))).toMatchObject([
      { identity: "public.t", aspect: "count", expected: "1", found: "2" },
    ]);
  });
});
