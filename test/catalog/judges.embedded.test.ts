import { afterEach, describe, expect, test } from "vitest";
import { compareStates, extractState, planBetween, unmodelledObjects } from "../../src/catalog/pg-delta.ts";
import { compareRows, readRows } from "../../src/catalog/rows.ts";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import { useShadow } from "../support/shadow.ts";

const TRIGGER =
  "create table j (); create function j() returns trigger language plpgsql as $$begin return new; end$$; create trigger t before insert on j for each row execute function j()";

const shadow = useShadow();
const run = (sql: string): Promise<unknown> => shadow().session.run(sql);

afterEach(() => run("drop schema public cascade; create schema public; reset all"));

/** What the judge says of two ways to the same (or not the same) schema. */
async function judge(one: string, other: string): Promise<string[]> {
  await run(`create schema s; set search_path = s; ${one}`);
  const expected = await readWholeCatalog(shadow().session);
  await run(`drop schema s cascade; create schema s; ${other}`);
  const found = await readWholeCatalog(shadow().session);
  await run("drop schema s cascade");
  return compareSnapshots(expected, found).map((difference) => `${difference.what} ${difference.identity}: ${difference.aspect}`);
}

describe("the row-by-row judge", () => {
  test("does not mind how a schema came about", async () => {
    expect(
      await judge(
        `create table a (gone int, id int); alter table a drop column gone; alter table a add column name text not null default 'x'; alter table a add primary key (id);
         create table b (id int primary key, a_id int); alter table b add constraint fk foreign key (a_id) references a (id);
         create index i on a (name); comment on column a.name is 'n'; grant select on a to public; revoke select on a from public;
         create type mood as enum ('sad'); alter type mood add value 'ok'; create view v as select id, name from a; create or replace function f() returns int language sql as 'select 1';
         alter table b rename to c; alter table a rename column name to title; alter table a add column long text; alter table a drop column long;`,
        `create type mood as enum ('sad', 'ok'); create table a (id int primary key, title text not null default 'x');
         create table c (id int, a_id int, constraint b_pkey primary key (id), constraint fk foreign key (a_id) references a);
         alter table c rename constraint b_id_not_null to c_tmp; alter table c rename constraint c_tmp to b_id_not_null;
         create index i on a (title); comment on column a.title is 'n'; create view v as select id, title as name from a; create function f() returns int language sql as 'select 1';`
          .replace("id int, a_id int, constraint b_pkey", "id int constraint b_id_not_null not null, a_id int, constraint b_pkey")
          .replace(/alter table c rename constraint [^;]*;/g, "")
          .replace("title text not null", "title text constraint a_name_not_null not null"),
      ),
    ).toEqual([]);
  });

  test("sees every aspect, and nothing else", async () => {
    const pairs: [one: string, other: string, difference: string][] = [
      ["create table a (x int, y int)", "create table a (y int, x int)", "different pg_attribute s.a.x: position"],
      ["create table b (x int default 1)", "create table b (x int default 2)", "different pg_attrdef s.b.x: adbin"],
      ["create table c (x int constraint n not null)", "create table c (x int not null)", "missing pg_constraint s.c.n: row"],
      ["create table d (); grant select on d to public", "create table d ()", "different pg_class s.d: relacl"],
      ["create sequence q; select nextval('q')", "create sequence q", "different pg_sequence s.q: position"],
      ["create sequence r", "create sequence r; select setval('r', 5, false)", "different pg_sequence s.r: position"],
      ["create type e as enum ('a', 'b')", "create type e as enum ('b', 'a')", "different pg_enum s.e.a: enumsortorder"],
      [
        "create type f as (x int); create cast (f as text) with inout",
        "create type f as (x int)",
        "missing pg_cast s.f.pg_catalog.text: row",
      ],
      ["create view v as select 1 as x", "create view v as select 2 as x", "different pg_rewrite s.v._RETURN: ev_action"],
      ["create table g (x text) with (toast.autovacuum_enabled = off)", "create table g (x text)", "different pg_class s.g: toastOptions"],
      [
        "create table h (x int, y int); create statistics t on x, y from h",
        "create table h (x int, y int)",
        "missing pg_statistic_ext s.t: row",
      ],
      ["create table i (x int); comment on column i.x is 'c'", "create table i (x int)", "missing pg_description pg_class.s.i.x: row"],
      [TRIGGER, `${TRIGGER}; alter table j disable trigger t`, "different pg_trigger s.j.t: tgenabled"],
      [
        "create table k (x text); alter table k alter x set storage external",
        "create table k (x text)",
        "different pg_attribute s.k.x: attstorage",
      ],
      [
        "create table l (x int check (x > 0))",
        "create table l (x int); alter table l add check (x > 0) not valid",
        "different pg_constraint s.l.l_x_check: convalidated",
      ],
      [
        "create role jj; create table m (); alter table m owner to jj",
        "create role jj; create table m ()",
        "different pg_class s.m: relowner",
      ],
      [
        "create table o (x int); create unique index oi on o (x)",
        "create table o (x int unique); alter index o_x_key rename to oi",
        "extra pg_constraint s.o.oi: row",
      ],
    ];
    const found = await judge(pairs.map(([one]) => one).join(";\n"), `drop role jj; ${pairs.map(([, other]) => other).join(";\n")}`);
    await run("drop role jj");
    const consequences = [
      "different pg_attribute s.a.y: position",
      "different pg_class s.m: relacl",
      "different pg_constraint s.l.l_x_check: conbin",
      "extra pg_constraint s.c.c_x_not_null: row",
      "missing pg_depend pg_constraint.s.c.n.pg_class.s.c.x.a: row",
      "missing pg_depend pg_cast.s.f.pg_catalog.text.pg_type.s.f.n: row",
      "missing pg_depend pg_statistic_ext.s.t.pg_class.s.h.x.a: row",
      "missing pg_depend pg_statistic_ext.s.t.pg_class.s.h.y.a: row",
      "missing pg_depend pg_statistic_ext.s.t.pg_namespace.s.n: row",
      "missing pg_depend pg_class.s.oi.pg_class.s.o.x.a: row",
      "extra pg_depend pg_constraint.s.c.c_x_not_null.pg_class.s.c.x.a: row",
      "extra pg_depend pg_constraint.s.o.oi.pg_class.s.o.x.a: row",
      "extra pg_depend pg_class.s.oi.pg_constraint.s.o.oi.i: row",
      "different pg_enum s.e.b: enumsortorder",
      "missing pg_shdepend pg_class.s.m.pg_authid.jj.o: row",
      "different pg_type s.m: typowner",
      "different pg_type s.m: typacl",
      "different pg_type s.m[]: typowner",
      "different pg_type s.m[]: typacl",
    ];
    expect(found.toSorted()).toEqual([...pairs.map(([, , difference]) => difference), ...consequences].sort());
  });

  test("leaves the tool's own tables out", async () => {
    const options = { excludeFromReads: [{ schema: null, name: "flyway_schema_history" }] };
    const before = await readWholeCatalog(shadow().session, options);
    await run(
      "create table flyway_schema_history (rank serial primary key, success boolean not null, note text); create index on flyway_schema_history (success)",
    );
    expect(compareSnapshots(before, await readWholeCatalog(shadow().session, options))).toEqual([]);
  });

  test("refuses to read inside a transaction", async () => {
    await run("begin; create table x ()");
    await expect(readWholeCatalog(shadow().session)).rejects.toThrow("inside a transaction");
    await run("rollback");
  });
});

describe("pg-delta", () => {
  test("answers as it did when it was chosen", async () => {
    const empty = await extractState(shadow());
    await run(
      "create table a (id int primary key, name text not null default 'x'); create view v as select id from a; comment on table a is 'A'",
    );
    const full = await extractState(shadow());
    expect(compareStates(full, full)).toEqual([]);
    expect(planBetween(empty, full)).toEqual({
      statements: [
        `CREATE TABLE "public"."a" ("id" integer NOT NULL, "name" text NOT NULL DEFAULT 'x'::text, CONSTRAINT "a_pkey" PRIMARY KEY (id))`,
        `ALTER TABLE "public"."a" OWNER TO "postgres"`,
        `CREATE VIEW "public"."v" AS  SELECT id\n   FROM public.a`,
        `ALTER VIEW "public"."v" OWNER TO "postgres"`,
        `COMMENT ON TABLE "public"."a" IS 'A'`,
      ],
      destructive: false,
      transactional: true,
    });
    expect(planBetween(full, empty)).toEqual({
      statements: ['DROP VIEW "public"."v"', 'DROP TABLE "public"."a"'],
      destructive: true,
      transactional: true,
    });
    const extra = compareStates(empty, full).filter((difference) => difference.what === "extra");
    expect(extra.map((difference) => difference.identity).sort()).toEqual([
      "acl:(table:public.a).postgres",
      "acl:(view:public.v).postgres",
      "column:public.a.id",
      "column:public.a.name",
      "comment:(table:public.a)",
      "constraint:public.a.a_pkey",
      "default:public.a.name",
      "table:public.a",
      "view:public.v",
    ]);
  });

  test("says what it does not model", async () => {
    await run(
      "create type c as (x int); create cast (c as text) with inout; create table t (x int, y int); create statistics st on x, y from t",
    );
    expect(unmodelledObjects(await extractState(shadow()))).toEqual([
      '1 unmodeled "cast" object not managed by this engine (e.g. public.c AS text) — v1 detects but does not model this kind',
      '1 unmodeled "statistics object" object not managed by this engine (e.g. st) — v1 detects but does not model this kind',
    ]);
  });
});

describe("rows", () => {
  test("compared without order, with number", async () => {
    await run("create table a (x int, y text, z timestamptz); insert into a values (1, 'a', now()), (2, null, now()), (2, null, now())");
    const first = await readRows(shadow().session);
    await run("set timezone = 'Asia/Tokyo'");
    expect(compareRows(first, await readRows(shadow().session))).toEqual([]);
    await run("update a set y = 'b' where x = 1");
    expect(compareRows(first, await readRows(shadow().session))).toMatchObject([{ kind: "row", identity: "public.a", aspect: "values" }]);
    await run("update a set y = 'a' where x = 1; delete from a where ctid = (select max(ctid) from a)");
    expect(compareRows(first, await readRows(shadow().session))).toMatchObject([{ aspect: "count", expected: "3", found: "2" }]);
    await run("insert into a values (1, 'a', now())");
    expect(compareRows(first, await readRows(shadow().session))).toMatchObject([{ aspect: "values" }]);
    await run("delete from a");
    expect(compareRows(first, await readRows(shadow().session))).toMatchObject([{ aspect: "count", expected: "3", found: "0" }]);
  });

  test("values that differ by themselves are compared by whether they are there", async () => {
    const nondeterministic = [{ schema: "public", table: "a", columns: ["at"] }];
    await run("create table a (x int, at timestamptz); insert into a values (1, clock_timestamp())");
    const first = await readRows(shadow().session, { excludeFromReads: [], nondeterministic });
    expect(first.get("public.a")?.nondeterministic).toEqual(["at timestamp with time zone"]);
    await run("update a set at = clock_timestamp()");
    expect(compareRows(first, await readRows(shadow().session, { excludeFromReads: [], nondeterministic }))).toEqual([]);
    await run("update a set at = null");
    expect(compareRows(first, await readRows(shadow().session, { excludeFromReads: [], nondeterministic }))).toHaveLength(1);
  });
});
