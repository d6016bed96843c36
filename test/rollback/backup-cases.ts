import type { RollbackStatus } from "../../src/model/rollback.ts";

/** A migration whose rows are to be saved, with the verdict that a person who thinks it through gives. */
export interface BackupCase {
  readonly name: string;
  readonly setup: string;
  readonly up: string;
  readonly down?: string;
  readonly status: RollbackStatus;
  /** Without the backup. */
  readonly without: RollbackStatus;
  /** `table: column, …` saved; `null` where nothing can be, for this reason. */
  readonly saved?: readonly string[];
  readonly refused?: string;
  /** Tables whose saved rows were not seen to come back. */
  readonly unseen?: readonly string[];
  readonly check?: string;
}

const people = `create table people (id int primary key, name text not null, email varchar(60) unique, age int check (age between 0 and 150), joined timestamptz default now(), note text);`;
const orders = `${people} create type state as enum ('new', 'paid', 'sent'); create table orders (id bigserial primary key, person_id int not null references people on delete cascade, status state not null default 'new', total numeric(10,2) not null check (total >= 0), placed date);`;

/** What a prior backup can bring back, and what it cannot. */
export const BACKUP_CASES: readonly BackupCase[] = [
  {
    name: "the last column",
    setup: people,
    up: "alter table people drop column note",
    status: "proven",
    without: "proven-lossy",
    saved: ["public.people: note"],
  },
  {
    name: "a column in the middle, which comes back at the end",
    setup: people,
    up: "alter table people drop column age",
    status: "proven-lossy",
    without: "proven-lossy",
    saved: ["public.people: age"],
  },
  {
    name: "a required column without a default: rows that came later have no value for it",
    setup: "create table t (id int primary key, code text not null)",
    up: "alter table t drop column code",
    status: "proven-conditional",
    without: "proven-lossy",
    check: "NOT EXISTS (SELECT 1 FROM pggit_migrate.backup_v2_t_",
  },
  {
    name: "a unique column",
    setup: people,
    up: "alter table people drop column email; alter table people add column mail text; alter table people drop column mail",
    status: "proven-lossy",
    without: "proven-lossy",
    saved: ["public.people: email"],
  },
  {
    name: "a whole table with an enum, and its type",
    setup: orders,
    up: "drop table orders; drop type state",
    status: "proven",
    without: "proven-lossy",
    saved: ["public.orders: person_id, status, total, placed"],
  },
  {
    name: "two tables that refer to each other's rows",
    setup: orders,
    up: "drop table orders, people",
    status: "proven",
    without: "proven-lossy",
  },
  {
    name: "a table without a key",
    setup: "create table log (at timestamptz, what text, extra json)",
    up: "drop table log",
    status: "proven",
    without: "proven-lossy",
  },
  {
    name: "a type that keeps no value",
    setup: "create table t (id int primary key, a text)",
    up: "alter table t alter column a type int using length(a)",
    status: "proven",
    without: "proven-lossy",
    saved: ["public.t: a"],
  },
  {
    name: "an enum made a number, to which nothing leads back",
    setup: "create type mood as enum ('calm', 'cross'); create table t (id int primary key, a mood not null, b mood)",
    up: "alter table t alter column a type int using length(a::text), alter column b type int using length(b::text); drop type mood",
    status: "proven-conditional",
    without: "unproven",
    saved: ["public.t: a, b"],
  },
  {
    name: "an UPDATE",
    setup: people,
    up: "update people set note = 'x' where age > 3",
    status: "proven",
    without: "irreversible",
    saved: ["public.people: note"],
  },
  {
    name: "an UPDATE of what now() gives",
    setup: people,
    up: "update people set joined = now()",
    status: "proven",
    without: "irreversible",
  },
  {
    name: "an UPDATE beside a trigger that writes another column",
    setup: `create table t (id int primary key, a text, b text); create function touch() returns trigger language plpgsql as $$ begin new.b := 'touched'; return new; end $$; create trigger touch before update on t for each row execute function touch()`,
    up: "update t set a = 'x'",
    status: "proven",
    without: "irreversible",
    saved: ["public.t: a, b"],
  },
  {
    name: "a DELETE, with the rows that go with it",
    setup: orders,
    up: "delete from people where age is null or age >= 0",
    status: "proven-conditional",
    without: "irreversible",
    check: "b.pggit_change = 'd'",
  },
  {
    name: "a TRUNCATE with generated and identity columns",
    setup: "create table t (id int generated always as identity primary key, a text, b text generated always as (upper(a)) stored)",
    up: "truncate t",
    status: "proven-conditional",
    without: "irreversible",
  },
  {
    name: "an INSERT of rows that come from rows",
    setup: `${people} create table mails (person text primary key, mail text)`,
    up: "insert into mails select 'person ' || id, email from people",
    status: "proven",
    without: "unproven",
    saved: ["public.mails: "],
  },
  {
    name: "an UPDATE in code",
    setup: people,
    up: "do $$ begin update people set note = 'x', name = upper(name); end $$",
    status: "proven",
    without: "irreversible",
  },
  {
    name: "an UPDATE of the key",
    setup: "create table t (id int primary key, a text)",
    up: "update t set id = id + 1000000",
    status: "proven-conditional",
    without: "irreversible",
  },
  {
    name: "a key of two columns, quoted names, and an upsert",
    setup: `create schema "My Shop"; create table "My Shop"."Order Line" ("order" int, "Line No" int, "what's" text, primary key ("order", "Line No"))`,
    up: `insert into "My Shop"."Order Line" values (1, 1, 'x'), (2, 2, 'y') on conflict ("order", "Line No") do update set "what's" = 'z'; update "My Shop"."Order Line" set "what's" = upper("what's")`,
    status: "proven",
    without: "irreversible",
  },
  {
    name: "partitions",
    setup: `create table m (id int, day date not null, note text, primary key (id, day)) partition by range (day); create table m1 partition of m for values from ('1900-01-01') to ('2050-01-01'); create table m2 partition of m default`,
    up: "update m set note = 'x'; alter table m drop column note",
    status: "proven",
    without: "proven-lossy",
    saved: ["public.m: note"],
  },
  {
    name: "a table that another inherits from",
    setup: `create table a (id int primary key, note text); create table b (primary key (id)) inherits (a)`,
    up: "update a set note = 'x'",
    status: "proven",
    without: "irreversible",
    saved: ["public.a: note", "public.b: note"],
  },
  {
    name: "a renamed table and key whose column is dropped",
    setup: "create table t (id int primary key, a text)",
    up: "alter table t rename to u; alter table u rename column id to number; update u set a = upper(a); alter table u drop column a",
    status: "proven",
    without: "proven-lossy",
    saved: ["public.t: a"],
  },
  {
    name: "values that became NULL where NOT NULL is asked again",
    setup: "create table t (id int primary key, a text not null)",
    up: "alter table t alter column a drop not null; update t set a = null",
    status: "proven-conditional",
    without: "proven-lossy",
  },
  {
    name: "no key",
    setup: "create table t (a int, b text)",
    up: "update t set b = 'x'",
    status: "irreversible",
    without: "irreversible",
    refused: "no primary key",
  },
  {
    name: "a key of columns that may be NULL",
    setup: "create table t (a int unique, b text)",
    up: "update t set b = 'x'",
    status: "irreversible",
    without: "irreversible",
    refused: "no primary key",
  },
  {
    name: "a unique key of required columns",
    setup: "create table t (a int not null unique, b text)",
    up: "update t set b = 'x'",
    status: "proven",
    without: "irreversible",
  },
  {
    name: "nothing is lost, so nothing is saved",
    setup: people,
    up: "alter table people add column x int; update people set x = 1",
    status: "proven",
    without: "proven",
    saved: [],
  },
  {
    name: "a column, beside a data change that meets no row",
    setup: "create table t (id int primary key, a text, b text); create table u (id int primary key, x text)",
    up: "insert into u select t.id, t.a from t where t.a ~ 'no such text'; alter table t drop column b",
    status: "proven-lossy",
    without: "proven-lossy",
    saved: ["public.u: ", "public.t: b"],
    unseen: ["public.u"],
  },
  {
    name: "the authors' own way back, with the values",
    setup: people,
    up: "alter table people drop column note",
    down: "alter table people add column note text",
    status: "proven",
    without: "proven-lossy",
  },
];
