import { beforeAll, describe, expect, test } from "vitest";
import { installCatalogReader } from "../../src/catalog/install.ts";
import type { CatalogReader, Slices } from "../../src/catalog/reader.ts";
import type { ReadScope, Touched } from "../../src/catalog/touched.ts";
import type { CatalogSlice, RelationFacts } from "../../src/model/catalog.ts";
import { useShadow } from "../support/shadow.ts";

const shadow = useShadow();
let reader: CatalogReader;

beforeAll(async () => {
  reader = await installCatalogReader(shadow().session);
});

async function migrate(sql: string, scope: ReadScope = "rows"): Promise<Slices & { touched: Touched }> {
  const { session } = shadow();
  await session.run("BEGIN");
  await reader.begin();
  await session.run(sql);
  const touched = await reader.end(scope);
  const slices = await reader.slices(touched);
  await session.run("COMMIT");
  reader.accept(slices);
  return { ...slices, touched };
}

const names = (slice: CatalogSlice): string[] => [...slice.values()].map((object) => `${object.kind} ${object.identity}`).sort();

function relation(slice: CatalogSlice, identity: string): RelationFacts {
  const facts = [...slice.values()].find((object) => object.identity === identity)?.facts;
  if (facts?.kind !== "relation") throw new Error(`no relation ${identity}`);
  return facts;
}

describe("what a migration touched", () => {
  test("a new table with everything on it", async () => {
    const { before, after } = await migrate(`
      create table a (id serial primary key, name varchar(20) not null default 'x', constraint positive check (id > 0));
      create index a_name on a (name); comment on table a is 'A'; alter table a enable row level security;
      create policy p on a for select using (id > 1);`);
    expect(names(before)).toEqual([]);
    expect(names(after)).toEqual(["sequence public.a_id_seq", "table public.a"]);
    const a = relation(after, "public.a");
    expect(a.columns.map((column) => [column.name, column.type, column.default, column.notNullConstraint?.name])).toEqual([
      ["id", "integer", "nextval('public.a_id_seq'::regclass)", "a_id_not_null"],
      ["name", "character varying(20)", "'x'::character varying", "a_name_not_null"],
    ]);
    expect(a.constraints.map((constraint) => [constraint.name, constraint.definition])).toEqual([
      ["a_pkey", "PRIMARY KEY (id)"],
      ["positive", "CHECK ((id > 0))"],
    ]);
    expect(a.indexes.map((index) => index.definition)).toEqual([
      "CREATE INDEX a_name ON public.a USING btree (name)",
      "CREATE UNIQUE INDEX a_pkey ON public.a USING btree (id)",
    ]);
    expect(a.policies[0]?.definition).toBe("CREATE POLICY p ON public.a FOR SELECT TO PUBLIC USING ((id > 1))");
    expect(a.comment).toBe("A");
  });

  test("a dropped index is its table's change", async () => {
    const { before, after } = await migrate("drop index a_name");
    expect(names(before)).toEqual(["sequence public.a_id_seq", "table public.a"]);
    expect(relation(before, "public.a").indexes).toHaveLength(2);
    expect(relation(after, "public.a").indexes).toHaveLength(1);
  });

  test("views, functions, types and schemas", async () => {
    const { after } = await migrate(`
      create schema s; create type s.mood as enum ('sad', 'ok'); create domain s.d as text check (value <> '');
      create type s.pair as (x int, y text); create type s.r as range (subtype = int4);
      create view v as select id, name from a; create function f(x int, out y int) language sql as 'select x';
      create aggregate total(int) (sfunc = int4pl, stype = int); create materialized view m as select 1 as one;`);
    expect(names(after)).toEqual([
      "aggregate public.total(integer)",
      "composite-type s.pair",
      "domain s.d",
      "enum s.mood",
      "function public.f(integer)",
      "materialized-view public.m",
      "range-type s.r",
      "schema s",
      "view public.v",
    ]);
  });

  test("a rename shows in the view that reads it", async () => {
    const { before, after } = await migrate("alter table a rename column name to title");
    expect(names(after)).toContain("view public.v");
    expect(relation(before, "public.v").viewDefinition).not.toBe(relation(after, "public.v").viewDefinition);
  });

  test("a drop", async () => {
    const { before, after } = await migrate("drop table a cascade");
    expect(names(before)).toEqual(["sequence public.a_id_seq", "table public.a", "view public.v"]);
    expect(names(after)).toEqual([]);
  });

  test("rows and sequences", async () => {
    await migrate("create table b (id serial primary key)");
    const { touched } = await migrate("insert into b default values; insert into b default values; delete from b where id = 1");
    expect(touched.rows).toMatchObject([{ identity: "public.b", inserted: 2, updated: 0, deleted: 1, existedBefore: true }]);
    expect(touched.sequences).toMatchObject([{ identity: "public.b_id_seq", before: null, after: "2" }]);
  });

  test("GRANT, which tells no oid", async () => {
    const { before, after } = await migrate("grant select on b to public");
    expect(relation(before, "public.b").isDefault).toBe(true);
    expect(relation(after, "public.b").acl).toEqual(["=r/postgres", "postgres=arwdDxtm/postgres"]);
  });
});
