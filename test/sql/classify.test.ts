import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Change } from "../../src/model/change.ts";
import type { ObjectRef } from "../../src/model/object.ts";
import { objectKey } from "../../src/model/object.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { parseStatement } from "../../src/sql/statement.ts";
import { STATEMENTS } from "./statements.ts";

beforeAll(loadParser);

const keys = (refs: readonly ObjectRef[]): string[] => refs.map(objectKey);
const changesOf = (sql: string): readonly Change[] => parseStatement(sql).changes;

function only(sql: string): Change {
  const [change, ...more] = changesOf(sql);
  if (change === undefined || more.length > 0) throw new Error(`not one change: ${sql}`);
  return change;
}

test.each(STATEMENTS)("%s", (sql, expected) => {
  const found = changesOf(sql).map((change) => (change.object === null ? change.kind : `${change.kind} ${objectKey(change.object)}`));
  expect(found.join(", ")).toBe(expected);
});

describe("the table of statements", () => {
  const source = readFileSync(new URL("../../src/model/change.ts", import.meta.url), "utf8");
  const declared = source.slice(source.indexOf("export type ChangeKind"), source.indexOf("export type ChangeEffect"));
  const kinds = [...declared.matchAll(/\| "([\w-]+)"/g)].map((match) => match[1] ?? "");

  test("reaches every kind of change that the model has", () => {
    const reached = new Set(STATEMENTS.flatMap(([sql]) => changesOf(sql).map((change) => change.kind as string)));
    // ALTER LARGE OBJECT knows OWNER TO only, which is `alter-owner`.
    expect(kinds.filter((kind) => !reached.has(kind))).toEqual(["alter-large-object"]);
  });

  test("reaches every subcommand that ALTER TABLE can be given", () => {
    const types = readFileSync(new URL("../../node_modules/@pgsql/types/enums.d.ts", import.meta.url), "utf8");
    const line = /type AlterTableType = (.*);/.exec(types)?.[1] ?? "";
    const all = [...line.matchAll(/"(AT_\w+)"/g)].map((match) => match[1] ?? "");
    const reached = new Set(STATEMENTS.flatMap(([sql]) => changesOf(sql).map((change) => change.details.subcommand)));
    expect(all.length).toBeGreaterThan(60);
    // These only PostgreSQL makes for itself while it runs another one.
    expect(all.filter((name) => !reached.has(name))).toEqual([
      "AT_AddColumnToView",
      "AT_CookedColumnDefault",
      "AT_AddIndex",
      "AT_ReAddIndex",
      "AT_ReAddConstraint",
      "AT_ReAddDomainConstraint",
      "AT_AddIndexConstraint",
      "AT_ReAddComment",
      "AT_ReplaceRelOptions",
      "AT_ReAddStatistics",
    ]);
  });
});

describe("what a change reads", () => {
  test.each<[string, string[]]>([
    [
      `create table t (id int primary key, m app.mood default app.start(), o bigint references app.orgs (id), s int default nextval('app.seq'),
         check (o > 0), foreign key (s) references x (y))`,
      ["type:app.mood", "function:app.start", "table:app.orgs", "column:app.orgs.id", "sequence:app.seq", "table:x", "column:x.y"],
    ],
    ["create table t1 (like a) inherits (app.p)", ["table:app.p", "table:a"]],
    [
      "create index on app.t (lower(a), b) include (c) where d",
      ["table:app.t", "column:app.t.a", "column:app.t.b", "column:app.t.c", "column:app.t.d"],
    ],
    [
      "create view v as with c as (select * from a) select app.f(c.x) from c join b.d on true where exists (select from e)",
      ["table:a", "table:b.d", "table:e", "function:app.f"],
    ],
    ["create view v as with recursive r as (select 1 union select * from r) select * from r", []],
    ["create view v as with a as (select * from a) select * from a", ["table:a"]],
    ["create view v as select * from a for update of a", ["table:a"]],
    ["insert into t select * from u where x in (select y from z)", ["table:u", "table:z"]],
    ["update t set a = b.c from b where t.id = b.id", ["table:b"]],
    ["delete from t using u where true", ["table:u"]],
    ["alter table t add foreign key (a) references app.o (b)", ["table:app.o", "column:app.o.b", "column:t.a"]],
    ["alter table t alter a type app.mood using b::app.mood", ["type:app.mood", "column:t.b"]],
    [
      "create trigger g after update of a on t for each row when (new.b) execute function app.f()",
      ["table:t", "function:app.f", "column:t.a", "column:t.b"],
    ],
    [
      "create function f(m app.mood) returns setof app.t language sql as $$ select * from app.u; delete from w $$",
      ["type:app.t", "type:app.mood", "table:app.u", "table:w"],
    ],
    ["create function f() returns int begin atomic select count(*) from t; end", ["table:t"]],
    [
      `create function f() returns void language plpgsql as $$ declare r record; n int := (select max(i) from a);
         begin for r in select * from b loop perform g(r.x); end loop; if exists (select from c) then n := (select 1 from d); end if; execute 'select * from e'; execute 'select * from x' || n; end $$`,
      ["table:a", "table:b", "table:c", "table:d", "table:e", "function:g"],
    ],
    // A loop variable that is not declared: PL/pgSQL refuses the body, its queries are found all the same.
    [
      "create function f() returns void language plpgsql as $$ begin for r in select * from b loop update c set x = 1; end loop; end $$",
      ["table:b", "table:c"],
    ],
    ["do $$ begin insert into a select * from b; end $$", ["table:b", "table:a"]],
    ["comment on table t is 'x'", []],
    ["select 'app.t'::regclass", ["table:app.t"]],
    ["alter sequence s owned by app.t.id", ["table:app.t", "column:app.t.id"]],
    ["create policy p on t using (owner = current_user and app.ok(x))", ["table:t", "column:t.owner", "column:t.x", "function:app.ok"]],
    ["alter table t attach partition p default", []],
  ])("%s", (sql, reads) => {
    expect(keys(only(sql).reads).sort()).toEqual(reads.sort());
  });
});

describe("what a change writes", () => {
  test.each<[string, string[]]>([
    ["alter table app.t add column a int", ["column:app.t.a", "table:app.t"]],
    ["alter table app.t rename a to b", ["column:app.t.a", "table:app.t", "column:app.t.b"]],
    ["alter table t rename to u", ["table:t", "table:u"]],
    ["alter table t set schema app", ["table:t", "table:app.t"]],
    ["alter table t attach partition app.p default", ["table:t", "table:app.p"]],
    ["create index i on app.t (a)", ["index:app.i", "table:app.t"]],
    ["with d as (delete from a returning *) insert into b select * from d", ["table:b", "table:a"]],
    ["select nextval('app.s')", ["sequence:app.s"]],
    ["drop trigger g on t", ["trigger:t.g", "table:t"]],
    [
      "do $$ begin create table app.t (id int); execute 'create index i on app.t (id)'; execute 'drop table ' || x; end $$",
      ["table:app.t", "index:app.i"],
    ],
    ["create rule r as on insert to t do also insert into log values (new.id)", ["rule:t.r", "table:t"]],
    ["lock t", []],
  ])("%s", (sql, writes) => {
    expect(keys(only(sql).writes)).toEqual(writes);
  });
});

describe("details", () => {
  test.each<[string, Change["details"]]>([
    [
      "alter table t add column if not exists a varchar(20) not null default 'x'",
      { subcommand: "AT_AddColumn", column: "a", dataType: "character varying(20)", notNull: true, default: "constant", ifNotExists: true },
    ],
    [
      "alter table t add a timestamptz(3) default now()",
      { subcommand: "AT_AddColumn", column: "a", dataType: "timestamp(3) with time zone", default: "stable" },
    ],
    [
      "alter table t add a uuid default gen_random_uuid()",
      { subcommand: "AT_AddColumn", column: "a", dataType: "uuid", default: "volatile" },
    ],
    ["alter table t add a int default app.f()", { subcommand: "AT_AddColumn", column: "a", dataType: "integer", default: "volatile" }],
    ["alter table t add a serial", { subcommand: "AT_AddColumn", column: "a", dataType: "serial", notNull: true, default: "volatile" }],
    ["alter table t add a text default upper('x')", { subcommand: "AT_AddColumn", column: "a", dataType: "text", default: "constant" }],
    [
      "alter table t add a int generated always as (b) virtual",
      { subcommand: "AT_AddColumn", column: "a", dataType: "integer", generated: "virtual" },
    ],
    [
      "alter table t add a int constraint u unique",
      { subcommand: "AT_AddColumn", column: "a", dataType: "integer", constraintType: "unique", constraintName: "u" },
    ],
    ["alter table t drop a cascade", { subcommand: "AT_DropColumn", column: "a", cascade: true }],
    [
      "alter table t alter a type numeric(10,2) using a::numeric",
      { subcommand: "AT_AlterColumnType", column: "a", dataType: "numeric(10,2)", using: true },
    ],
    [
      "alter table t add constraint c foreign key (a) references o not valid",
      { subcommand: "AT_AddConstraint", constraintType: "foreign-key", constraintName: "c", columns: ["a"], notValid: true },
    ],
    ["alter table t drop constraint if exists c", { subcommand: "AT_DropConstraint", constraintName: "c", ifExists: true }],
    [
      "create unique index concurrently if not exists i on t (a, lower(b))",
      { unique: true, concurrently: true, ifNotExists: true, columns: ["a", "b"], method: "btree" },
    ],
    ["create temp table x (a int) partition by list (a)", { columns: ["a"], temporary: true, partitioned: true }],
    ['create table x partition of "P" default', { columns: [], parents: ['"P"'], subcommand: "PARTITION OF" }],
    ["create type m as enum ('a', 'b')", { labels: ["a", "b"] }],
    ["alter type m add value if not exists 'c' before 'a'", { label: "c", ifNotExists: true, subcommand: "BEFORE", value: "a" }],
    [
      "insert into t (a, b) values (now(), random()) on conflict do nothing",
      { columns: ["a", "b"], nondeterministic: ["now", "random"], subcommand: "ONCONFLICT_NOTHING" },
    ],
    ["insert into t values ('now'::timestamptz, current_date)", { nondeterministic: ["now", "current_date"] }],
    ["update t set a = 1", { columns: ["a"], allRows: true }],
    ["delete from t where a", {}],
    [
      "do $$ begin if not exists (select from pg_roles) then create role joe password 'x'; end if; end $$",
      { language: "plpgsql", clusterWide: true, secret: true },
    ],
    ["create role joe password 'x'", { clusterWide: true, secret: true, subcommand: "ROLESTMT_ROLE" }],
    ["alter role joe password null", { clusterWide: true, subcommand: "password" }],
    ["copy t from program 'x'", { clusterWide: true, subcommand: "PROGRAM" }],
    ["create server s foreign data wrapper w options (host 'h', password 'p')", { secret: true }],
    ["create subscription s connection 'host=h password=p' publication p", { clusterWide: true, secret: true }],
    ["select dblink_exec('password=x', 'y')", { clusterWide: true, secret: true }],
    [
      'set local search_path to "$user", app, "B"',
      { setting: "search_path", value: '"$user", app, "B"', local: true, subcommand: "VAR_SET_VALUE" },
    ],
    ["set statement_timeout = 0", { setting: "statement_timeout", value: "0", subcommand: "VAR_SET_VALUE" }],
    ["lock table t in share row exclusive mode", { lockMode: "SHARE ROW EXCLUSIVE" }],
    ["rollback to savepoint a", { subcommand: "ROLLBACK TO", value: "a" }],
    ["alter table t rename a to b", { newName: "b", column: "a", subcommand: "RENAME" }],
    ["grant select (a), update on t to public, joe", { roles: ["public", "joe"], privileges: ["select", "update"], columns: ["a"] }],
  ])("%s", (sql, details) => {
    expect(only(sql).details).toEqual(details);
  });
});

test.each([
  ["select 1", "session"],
  ["select lower(a) from t", "session"],
  ["select app.do_it()", "unknown"],
  ["select pg_notify('a', 'b')", "unknown"],
  ["select nextval('s')", "data"],
  ["with d as (delete from t returning 1) select * from d", "data"],
  ["insert into t values (1)", "data"],
  ["do $$ begin end $$", "unknown"],
  ["vacuum", "session"],
  ["drop table t", "catalog"],
])("%s has the effect %s", (sql, effect) => {
  expect(only(sql).effect).toBe(effect);
});
