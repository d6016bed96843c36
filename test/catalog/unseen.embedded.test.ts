import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { compareSlices } from "../../src/catalog/compare.ts";
import { installCatalogReader } from "../../src/catalog/install.ts";
import type { CatalogReader, Slices } from "../../src/catalog/reader.ts";
import type { ReadScope, Touched } from "../../src/catalog/touched.ts";
import { useShadow } from "../support/shadow.ts";

const shadow = useShadow();
let reader: CatalogReader;
const run = (sql: string): Promise<unknown> => shadow().session.run(sql);

beforeAll(async () => {
  await run("create role app; create role other");
  reader = await installCatalogReader(shadow().session);
});
afterEach(async () => {
  await migrate("reset all; reset role; drop schema public cascade; create schema public");
});

interface Migrated extends Slices {
  readonly touched: Touched;
  /** `kind identity: aspect` of everything that the migration changed. */
  readonly changes: readonly string[];
}

async function migrate(sql: string, scope: ReadScope = "rows"): Promise<Migrated> {
  await run("BEGIN");
  await reader.begin();
  await run(sql);
  const touched = await reader.end(scope);
  const slices = await reader.slices(touched);
  await run("COMMIT");
  reader.accept(slices);
  return { ...slices, touched, changes: describeChanges(slices) };
}

function describeChanges({ before, after }: Slices): readonly string[] {
  return compareSlices(before, after)
    .map(({ kind, identity, what, aspect }) => (what === "different" ? `${kind} ${identity}: ${aspect}` : `${kind} ${identity}: ${what}`))
    .sort();
}

/** The changes that `sql` makes after `setup`; both scopes must see the same, and what is remembered must be what stands. */
async function changes(setup: string, sql: string, scope: ReadScope = "rows"): Promise<readonly string[]> {
  if (setup !== "") await migrate(setup);
  const { changes: found } = await migrate(sql, scope);
  const all = reader.all();
  const now = await reader.read([...all.values()].map((object) => object.address));
  expect(compareSlices(all, now)).toEqual([]);
  return found;
}

describe("what event triggers do not say", () => {
  test("roles, memberships and settings of roles and databases", async () => {
    expect(await changes("", "create role fresh login")).toEqual(["role fresh: extra"]);
    expect(await changes("", "grant app to fresh")).toEqual(["role fresh: create"]);
    expect(await changes("", "alter role fresh set work_mem = '8MB'")).toEqual(["role fresh: create"]);
    expect(await changes("", "alter database postgres set work_mem = '8MB'")).toEqual(["database postgres: create"]);
    expect(await changes("", "alter database postgres reset all; drop role fresh")).toEqual([
      "database postgres: create",
      "role fresh: missing",
    ]);
  });

  test("comments and grants on shared objects", async () => {
    expect(await changes("", "comment on role app is 'the application'")).toEqual(["role app: comment"]);
    expect(await changes("", "comment on database postgres is 'here'; grant create on database postgres to app")).toEqual([
      "database postgres: acl",
      "database postgres: comment",
    ]);
    expect(
      await changes("", "comment on role app is null; comment on database postgres is null; revoke create on database postgres from app"),
    ).toHaveLength(3);
  });

  test("GRANT, REVOKE and ALTER DEFAULT PRIVILEGES, in a DO block too", async () => {
    const setup =
      "create table t (a int, b int); create function f() returns int language sql as 'select 1'; create type e as enum (); create schema s";
    expect(await changes(setup, "do $$begin execute 'grant select on t to app'; end$$", "catalog")).toEqual(["table public.t: acl"]);
    expect(await changes("", "grant select (b) on t to app", "catalog")).toEqual(["table public.t: columns[b].acl"]);
    expect(
      await changes(
        "",
        "revoke execute on function f() from public; grant usage on type e to app; grant usage on schema s to app",
        "catalog",
      ),
    ).toEqual(["enum public.e: acl", "function public.f(): acl", "schema s: acl"]);
    expect(await changes("", "alter default privileges in schema s grant select on tables to app", "catalog")).toEqual([
      "default-privileges FOR ROLE postgres IN SCHEMA s ON TABLES: extra",
    ]);
    expect(await changes("", "drop schema s", "catalog")).toEqual([
      "default-privileges FOR ROLE postgres IN SCHEMA s ON TABLES: missing",
      "schema s: missing",
    ]);
  });

  test("GRANT then REVOKE leaves what was there before", async () => {
    expect(await changes("create table t ()", "grant select on t to app; revoke select on t from app")).toEqual([]);
  });

  test("session_replication_role = replica", async () => {
    expect(await changes("", "set session_replication_role = replica; create table t (a int)", "catalog")).toEqual([
      "table public.t: extra",
    ]);
  });

  test("event_triggers = off", async () => {
    expect(
      await changes(
        "create table t (a int); create table u ()",
        "set event_triggers = off; alter table t add b int; drop table u",
        "catalog",
      ),
    ).toEqual(["table public.t: columns[b]", "table public.u: missing"]);
    await run("reset event_triggers");
    expect(await changes("", "set event_triggers = off; alter table t add c int; set event_triggers = on", "catalog")).toEqual([
      "table public.t: columns[c]",
    ]);
    expect(await changes("", "set event_triggers = off; drop table t; set event_triggers = on", "catalog")).toEqual([
      "table public.t: missing",
    ]);
  });

  test("UPDATE of pg_catalog", async () => {
    const setup = "create table t (a varchar(10)); create function f() returns int language sql as 'select 1'";
    expect(await changes(setup, "update pg_attribute set atttypmod = 24 where attrelid = 't'::regclass and attname = 'a'")).toEqual([
      "table public.t: columns[a].type",
    ]);
    expect(await changes("", "update pg_proc set prosrc = 'select 2' where oid = 'f'::regproc; create table other ()")).toEqual([
      "function public.f(): definition",
      "table public.other: extra",
    ]);
    expect(
      await changes("create type e as enum ('a', 'b')", "delete from pg_enum where enumlabel = 'b'; create table more ()", "thorough"),
    ).toEqual(["enum public.e: labels", "table public.more: extra"]);
  });

  test("a change of what PostgreSQL brings is said", async () => {
    const { touched } = await migrate("revoke execute on function pg_catalog.pg_sleep(double precision) from public", "catalog");
    expect(touched.notes).toEqual([
      "a built-in object was changed, and only the whole-catalog read compares it: function pg_sleep(double precision)",
    ]);
    expect((await migrate("create table t (a int)")).touched.notes).toEqual([]);
  });

  test("event triggers and large objects", async () => {
    const setup = "create function ev() returns event_trigger language plpgsql as $$begin end$$; select lo_create(77)";
    expect(await changes(setup, "create event trigger mine on ddl_command_end execute function ev()", "catalog")).toEqual([
      "event-trigger mine: extra",
    ]);
    expect(await changes("", "alter event trigger mine disable", "catalog")).toEqual(["event-trigger mine: create"]);
    expect(await changes("", "select lo_put(77, 0, 'abc'); drop event trigger mine", "catalog")).toEqual([
      "event-trigger mine: missing",
      "large-object 77: create",
      "large-object 77: more.md5",
    ]);
    expect(await changes("", "select lo_unlink(77)", "catalog")).toEqual(["large-object 77: missing"]);
  });

  test("index, trigger, policy, rule and constraint are their table's, also when dropped", async () => {
    const setup = `create table t (a int constraint positive check (a > 0)); create index i on t (a); create policy p on t; create rule r as on delete to t do instead nothing;
      create function g() returns trigger language plpgsql as $$begin return new; end$$; create trigger g before insert on t for each row execute function g()`;
    expect(
      await changes(
        setup,
        "alter index i set (fillfactor = 50); comment on policy p on t is 'p'; alter trigger g on t rename to h",
        "catalog",
      ),
    ).toEqual([
      "table public.t: indexes[i].definition",
      "table public.t: policies[p].comment",
      "table public.t: triggers[g]",
      "table public.t: triggers[h]",
    ]);
    expect(
      await changes(
        "",
        "drop index i; drop policy p on t; drop rule r on t; drop function g() cascade; alter table t drop constraint positive",
        "catalog",
      ),
    ).toEqual([
      "function public.g(): missing",
      "table public.t: constraints[positive]",
      "table public.t: indexes[i]",
      "table public.t: policies[p]",
      "table public.t: rules[r]",
      "table public.t: triggers[h]",
    ]);
  });

  test("inheritance and partitions: only the parent is named", async () => {
    const setup = "create table parent (a int); create table child () inherits (parent); create table grandchild () inherits (child)";
    expect(await changes(setup, "alter table parent add b int", "catalog")).toEqual([
      "table public.child: columns[b]",
      "table public.grandchild: columns[b]",
      "table public.parent: columns[b]",
    ]);
    const partitioned = "create table p (a int) partition by list (a); create table p1 (a int)";
    expect(await changes(partitioned, "alter table p attach partition p1 for values in (1); create index pi on p (a)", "catalog")).toEqual([
      "table public.p1: columns[a].inheritCount",
      "table public.p1: columns[a].isLocal",
      "table public.p1: indexes[p1_a_idx]",
      "table public.p1: inherits",
      "table public.p1: partitionBound",
      "table public.p: indexes[pi]",
    ]);
    expect(await changes("", "alter table p detach partition p1", "catalog")).toContain("table public.p1: partitionBound");
    expect(await changes("", "drop table parent cascade", "catalog")).toEqual([
      "table public.child: missing",
      "table public.grandchild: missing",
      "table public.parent: missing",
    ]);
  });

  test("renames change the text of what depends on them", async () => {
    const setup = `create type mood as enum ('sad', 'ok'); create table t (id int primary key, m mood default 'ok'); create table u (t_id int references t (id));
      create view v as select id, m from t where m = 'sad'; create sequence q; create table w (n int default nextval('q'))`;
    expect(await changes(setup, "alter table t rename column id to key", "catalog")).toEqual(
      [
        "table public.t: columns[id]",
        "table public.t: columns[key]",
        "table public.t: constraints[t_id_not_null].definition",
        "table public.t: constraints[t_pkey].definition",
        "table public.t: indexes[t_pkey].definition",
        "table public.u: constraints[u_t_id_fkey].definition",
        "view public.v: viewDefinition",
      ].filter((change) => !change.includes("not_null")),
    );
    expect(await changes("", "alter type mood rename value 'sad' to 'low'", "catalog")).toEqual([
      "enum public.mood: labels",
      "view public.v: viewDefinition",
    ]);
    expect(await changes("", "alter type mood rename to feeling", "catalog")).toEqual(
      [
        "enum public.feeling: identity",
        "table public.t: columns[m].default",
        "table public.t: columns[m].type",
        "view public.v: columns[m].type",
        "view public.v: viewDefinition",
      ].map((change) => change.replace("enum public.feeling: identity", "enum public.mood: identity")),
    );
    expect(await changes("", "alter sequence q rename to r; alter table t rename to tt", "catalog")).toEqual([
      "sequence public.q: identity",
      "table public.t: identity",
      "table public.t: indexes[t_pkey].definition",
      "table public.u: constraints[u_t_id_fkey].definition",
      "table public.u: constraints[u_t_id_fkey].references",
      "table public.w: columns[n].default",
      "view public.v: viewDefinition",
    ]);
  });

  test("a renamed schema or role stands in every text", async () => {
    const setup =
      "create schema s; create table s.t (id int primary key); create table u (id int references s.t); create view v as select * from s.t; alter table u owner to other";
    expect(await changes(setup, "alter schema s rename to s2", "catalog")).toEqual([
      "schema s: create",
      "schema s: drop",
      "schema s: identity",
    ]);
    expect(await changes("", "alter role other rename to another", "catalog")).toEqual([
      "role other: create",
      "role other: drop",
      "role other: identity",
    ]);
    expect(await changes("", "alter table u owner to postgres; alter role another rename to other; drop schema s2 cascade")).toContain(
      "table public.u: owner",
    );
  });

  test("owned sequences follow their table", async () => {
    expect(
      await changes("create table t (id serial); create schema s", "alter table t owner to app; alter table t set schema s", "catalog"),
    ).toEqual(
      [
        "sequence public.t_id_seq: identity",
        "sequence public.t_id_seq: owner",
        "sequence public.t_id_seq: acl",
        "sequence public.t_id_seq: ownedBy",
        "table public.t: acl",
        "table public.t: columns[id].default",
        "table public.t: identity",
        "table public.t: owner",
      ].sort(),
    );
    await migrate("drop schema s cascade");
  });

  test("sequence positions, which no rollback undoes", async () => {
    await migrate("create sequence q; create table t (id serial)");
    const { touched, changes: found } = await migrate("do $$begin perform nextval('q'); end$$; insert into t default values");
    expect(touched.sequences.map(({ identity, before, after }) => [identity, before, after])).toEqual([
      ["public.q", null, "1"],
      ["public.t_id_seq", null, "1"],
    ]);
    expect(found).toEqual(["sequence public.q: lastValue", "sequence public.t_id_seq: lastValue"]);
    await run("begin; select nextval('q'); select setval('t_id_seq', 40, false); rollback");
    const all = reader.all();
    const addresses = [...all.values()].map((object) => object.address);
    const moved = compareSlices(all, await reader.read(addresses)).map(({ identity, aspect }) => `${identity} ${aspect}`);
    expect(moved.sort()).toEqual(["public.q lastValue", "public.t_id_seq lastValue", "public.t_id_seq waitingAt"]);
    await reader.restoreSequences(all);
    expect(compareSlices(all, await reader.read(addresses))).toEqual([]);
    expect(await changes("", "select setval('q', 9, false)")).toEqual(["sequence public.q: lastValue", "sequence public.q: waitingAt"]);
  });

  test("rows changed by triggers and cascades", async () => {
    await migrate(`create table a (id int primary key); create table b (id int references a on delete cascade); create table log (x int);
      create function l() returns trigger language plpgsql as $$begin insert into log values (1); return null; end$$; create trigger l after delete on a for each row execute function l();
      insert into a values (1), (2); insert into b values (1), (1), (2)`);
    const { touched } = await migrate("delete from a where id = 1");
    expect(touched.rows.map(({ identity, inserted, updated, deleted }) => [identity, inserted, updated, deleted])).toEqual([
      ["public.a", 0, 0, 1],
      ["public.b", 0, 0, 2],
      ["public.log", 1, 0, 0],
    ]);
  });

  test("rows that a savepoint took back are counted, and no table is missed", async () => {
    await migrate("create table a (id int)");
    const { touched } = await migrate("insert into a values (1); savepoint s; insert into a values (2); rollback to s");
    expect(touched.rows).toMatchObject([{ identity: "public.a", existedBefore: true, deleted: 0 }]);
  });

  test("TRUNCATE, and a rewrite that is none", async () => {
    await migrate(
      "create table a (id int primary key); create table b (id int references a); create table c (x int); insert into a values (1); insert into c values (1)",
    );
    const { touched, changes: found } = await migrate("truncate a cascade; alter table c alter x type bigint");
    expect(touched.rows.map(({ identity, truncated }) => [identity, truncated])).toContainEqual(["public.a", true]);
    expect(touched.rows.filter((row) => row.truncated).map((row) => row.identity)).toEqual(["public.a", "public.b"]);
    expect(found).toEqual(["table public.c: columns[x].type"]);
    expect((await migrate("insert into a values (1)")).touched.rows).toMatchObject([
      { identity: "public.a", inserted: 1, truncated: false },
    ]);
  });

  test("REFRESH MATERIALIZED VIEW counts only where it was not populated", async () => {
    expect(await changes("create materialized view m as select 1 as x with no data", "refresh materialized view m", "catalog")).toEqual([
      "materialized-view public.m: populated",
    ]);
    expect(await changes("", "refresh materialized view m", "catalog")).toEqual([]);
  });

  test("NOT NULL has a name on 18", async () => {
    expect(
      await changes(
        "create table t (a int not null); alter table t rename a to b",
        "alter table t alter b drop not null; alter table t alter b set not null",
        "catalog",
      ),
    ).toEqual(["table public.t: columns[b].notNullConstraint.name"]);
  });

  test("a file that commits, and a procedure that does", async () => {
    await migrate("create table t (a int); insert into t values (1)");
    await reader.begin("unwrapped");
    await run("begin");
    await run("insert into t values (2), (3)");
    await run("create table u (a int)");
    await run("grant select on t to app");
    await run("commit");
    await run("delete from t where a = 1");
    const touched = await reader.end();
    const slices = await reader.slices(touched);
    reader.accept(slices);
    expect(touched.ownTransactionEnded).toBe(true);
    expect(describeChanges(slices)).toEqual(["table public.t: acl", "table public.u: extra"]);
    expect(touched.rows.map(({ identity, inserted, deleted }) => [identity, inserted, deleted])).toEqual([["public.t", 2, 1]]);

    await migrate("create procedure p() language plpgsql as $$begin create table x (); commit; insert into t values (9); end$$");
    await reader.begin("unwrapped");
    await run("call p()");
    const called = await reader.end();
    const calledSlices = await reader.slices(called);
    reader.accept(calledSlices);
    expect(describeChanges(calledSlices)).toEqual(["table public.x: extra"]);
    expect(called.rows).toMatchObject([{ identity: "public.t", inserted: 1 }]);
  });

  test("SET ROLE, search_path, quoting and date style of the history", async () => {
    expect(
      await changes(
        "create schema s; grant all on schema s to app; create table t (d date default '2020-02-01', i interval default '1 day')",
        "set search_path = s; set quote_all_identifiers = on; set datestyle = 'German'; set intervalstyle = iso_8601; set role app; create table own (a int)",
        "catalog",
      ),
    ).toEqual(["table s.own: extra"]);
    await migrate("reset all; reset role; drop schema s cascade");
    await run("discard all");
    expect(await changes("", "comment on table t is 'still there'", "catalog")).toEqual(["table public.t: comment"]);
  });

  test("tables named like catalogs, operators of the user's", async () => {
    expect(
      await changes(
        "create schema s; create table s.pg_class (oid int, relkind text); create function s.eq(oid, oid) returns bool language sql as 'select false'; create operator s.= (function = s.eq, leftarg = oid, rightarg = oid)",
        "set search_path = s, pg_catalog; create table plain (a int); comment on table s.pg_class is 'mine'; insert into s.pg_class values (1)",
      ),
    ).toEqual(["table s.pg_class: comment", "table s.plain: extra"]);
    await migrate("reset all; drop schema s cascade");
  });

  test("temporary objects leave no trace", async () => {
    const { touched, changes: found } = await migrate(
      "create temp table t (id serial primary key, x int); insert into t (x) values (1); create temp view v as select * from t",
    );
    expect(found).toEqual([]);
    expect(touched.rows).toEqual([]);
    expect(await changes("", "discard temp; create temp table t (a int); drop table t", "rows")).toEqual([]);
  });

  test("nothing of a proof that was rolled back is remembered", async () => {
    await migrate("create table t (a int)");
    const known = reader.all();
    await run("begin");
    await reader.begin();
    await run("alter table t add b int; drop table t; create table t (z text)");
    const touched = await reader.end();
    const now = await reader.read(touched.addresses);
    expect([...now.values()].map((object) => object.identity)).toEqual(["public.t"]);
    await run("rollback");
    expect(reader.all()).toEqual(known);
    expect(await changes("", "alter table t add c int", "catalog")).toEqual(["table public.t: columns[c]"]);
  });

  test("members of extensions and tables of the tool are left out", async () => {
    const other = await installOn("flyway_schema_history");
    await run("begin");
    await other.begin();
    await run(
      "create table flyway_schema_history (rank serial primary key); create index on flyway_schema_history (rank); insert into flyway_schema_history default values; create table t ()",
    );
    const touched = await other.end();
    const slices = await other.slices(touched);
    await run("rollback");
    expect(describeChanges(slices)).toEqual(["table public.t: extra"]);
    expect(touched.rows).toEqual([]);
    expect(touched.sequences).toEqual([]);
  });
});

/** A second reader on the same shadow. */
async function installOn(name: string): Promise<CatalogReader> {
  await run(
    "drop event trigger pggit_shadow_commands; drop event trigger pggit_shadow_drops; drop event trigger pggit_shadow_rewrites; drop schema pggit_shadow cascade",
  );
  return installCatalogReader(shadow().session, { excludeFromReads: [{ schema: null, name }] });
}
