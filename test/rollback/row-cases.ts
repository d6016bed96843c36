import type { RollbackOrigin, RollbackStatus } from "../../src/model/rollback.ts";

/** A migration with the verdict that a person who thinks it through gives. */
export interface RowCase {
  readonly name: string;
  readonly setup: string;
  readonly up: string;
  readonly down?: string;
  readonly status: RollbackStatus;
  readonly origin?: RollbackOrigin;
  /** `table: column, column` of what the way back does not restore, column order left out; a table alone where rows are lost. */
  readonly loses?: readonly string[];
  /** Part of the query that must return no row. */
  readonly check?: string;
}

const people = `create table people (id int primary key, name text not null, email varchar(60) unique, age int check (age between 0 and 150), joined timestamptz default now(), note text);`;
const orders = `${people} create type state as enum ('new', 'paid', 'sent'); create table orders (id bigserial primary key, person_id int not null references people, status state not null default 'new', total numeric(10,2) not null check (total >= 0), placed date);`;

/** What the catalog alone cannot tell: every one of these restores all definitions on empty tables. */
export const ROW_CASES: readonly RowCase[] = [
  // Additions: rows that were there stay as they are.
  {
    name: "a new table beside full ones",
    setup: people,
    up: "create table pets (id int primary key, owner int references people)",
    status: "proven",
  },
  { name: "a column that may be NULL", setup: people, up: "alter table people add column phone text", status: "proven" },
  {
    name: "a column with a default",
    setup: people,
    up: "alter table people add column active boolean not null default true",
    status: "proven",
  },
  {
    name: "a column with a volatile default",
    setup: people,
    up: "alter table people add column token uuid not null default gen_random_uuid()",
    status: "proven",
  },
  {
    name: "a required column without a default, which full tables refuse",
    setup: people,
    up: "alter table people add column code text not null",
    status: "proven",
  },
  {
    name: "an identity column beside rows",
    setup: "create table t (a text)",
    up: "alter table t add column id bigint generated always as identity",
    status: "proven",
  },
  {
    name: "a generated column",
    setup: people,
    up: "alter table people add column shout text generated always as (upper(name)) stored",
    status: "proven",
  },
  { name: "an index", setup: people, up: "create index people_name on people (name)", status: "proven" },
  { name: "a unique index that some rows break", setup: people, up: "create unique index people_age on people (age)", status: "proven" },
  {
    name: "a CHECK that some rows break",
    setup: people,
    up: "alter table people add constraint named check (length(name) > 2)",
    status: "proven",
  },
  { name: "NOT NULL that some rows break", setup: people, up: "alter table people alter column note set not null", status: "proven" },
  {
    name: "a foreign key to another table",
    setup: `${people} create table pets (id int primary key, owner int);`,
    up: "alter table pets add foreign key (owner) references people",
    status: "proven",
  },
  {
    name: "a new column, filled from others",
    setup: people,
    up: "alter table people add column shout text; update people set shout = upper(name); alter table people alter column shout set not null",
    status: "proven",
  },
  {
    name: "defaults, comments and storage",
    setup: people,
    up: "alter table people alter column note set default 'x', alter column name set storage external; comment on column people.note is 'n'",
    status: "proven",
  },
  {
    name: "renames",
    setup: orders,
    up: "alter table people rename column name to full_name; alter table orders rename to purchases",
    status: "proven",
  },
  { name: "another schema", setup: people, up: "create schema app; alter table people set schema app", status: "proven" },
  {
    name: "a trigger that is not at work in the migration",
    setup: people,
    up: "create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before update on people for each row execute function f()",
    status: "proven",
  },
  {
    name: "wider text",
    setup: people,
    up: "alter table people alter column email type varchar(200)",
    status: "proven-conditional",
    check: "length(email) > 60",
  },
  {
    name: "a table that others refer to, by its authors",
    setup: "",
    up: "create table a (id int primary key); create table b (id int references a)",
    down: "drop table b; drop table a",
    status: "proven",
    origin: "authored",
  },
  {
    name: "tables in a circle",
    setup: "",
    up: "create table a (id int primary key, b int); create table b (id int primary key, a int not null references a); alter table a add foreign key (b) references b",
    status: "proven",
  },
  {
    name: "partitions",
    setup:
      "create table m (id int, day date not null) partition by range (day); create table m24 partition of m for values from ('2024-01-01') to ('2025-01-01');",
    up: "alter table m add column note text",
    status: "proven",
  },
  {
    name: "a partition more",
    setup: "create table m (id int, kind text not null) partition by list (kind); create table ma partition of m for values in ('a');",
    up: "create table mb partition of m for values in ('b', 'c')",
    status: "proven",
  },
  {
    name: "a domain that checks",
    setup: "create domain mail as text check (value like '%@%'); create table t (id int primary key, m mail not null);",
    up: "alter table t add column n int",
    status: "proven",
  },
  {
    name: "an exclusion constraint stays",
    setup: "create table r (during tsrange not null, exclude using gist (during with &&));",
    up: "alter table r add column note text",
    status: "proven",
  },

  // Values that a conversion ruins although the definitions come back.
  {
    name: "text to its length and back",
    setup: people,
    up: "alter table people alter column note type int using length(note)",
    status: "proven-lossy",
    loses: ["public.people: note"],
  },
  {
    name: "a number to text of another form",
    setup: people,
    up: "alter table people alter column age drop default; alter table people drop constraint people_age_check; alter table people alter column age type text using 'n/a'",
    down: "alter table people alter column age type int using null; alter table people add constraint people_age_check check (age between 0 and 150)",
    status: "proven-lossy",
    loses: ["public.people: age"],
  },
  {
    name: "a moment cut to its day",
    setup: people,
    up: "alter table people alter column joined drop default; alter table people alter column joined type date",
    status: "proven-lossy",
    loses: ["public.people: joined"],
  },
  {
    name: "text trimmed in passing",
    setup: "create table t (id int primary key, v varchar(40));",
    up: "alter table t alter column v type text using left(v, 3)",
    status: "proven-lossy",
    loses: ["public.t: v"],
  },
  {
    name: "lower case in passing",
    setup: "create table t (id int primary key, v text);",
    up: "alter table t alter column v type varchar(400) using lower(v)",
    status: "proven-lossy",
    loses: ["public.t: v"],
  },
  {
    name: "numeric rounded",
    setup: orders,
    up: "alter table orders alter column total type numeric(10,0)",
    status: "proven-lossy",
    loses: ["public.orders: total"],
  },
  {
    name: "json to jsonb",
    setup: "create table t (id int primary key, v json);",
    up: "alter table t alter column v type jsonb using v::jsonb",
    status: "proven-lossy",
    loses: ["public.t: v"],
  },

  // What the migration destroys.
  {
    name: "a dropped column",
    setup: people,
    up: "alter table people drop column note",
    status: "proven-lossy",
    loses: ["public.people: note"],
  },
  { name: "a dropped table", setup: orders, up: "drop table orders", status: "proven-lossy", loses: ["public.orders"] },
  {
    name: "an update with a new column, and a trigger that writes more than it",
    setup: `create function touch() returns trigger language plpgsql as 'begin new.touched := ''2030-01-01''; return new; end'; create table t (id int primary key, v text, touched date); create trigger t before update on t for each row execute function touch();`,
    up: "alter table t add column w text; update t set w = upper(v)",
    status: "proven-lossy",
    loses: ["public.t: touched"],
  },
  {
    name: "an update of an old column beside a definition",
    setup: people,
    up: "alter table people add column x int; update people set note = coalesce(note, 'none')",
    status: "proven-lossy",
    loses: ["public.people: note"],
  },
  {
    name: "deleted duplicates before a key",
    setup: "create table t (id int primary key, v text);",
    up: "delete from t a using t b where a.id > b.id and a.v = b.v; alter table t add unique (v)",
    status: "proven-lossy",
    loses: ["public.t"],
  },
  {
    name: "a column made anew under its old name",
    setup: people,
    up: "alter table people drop column age; alter table people add column age int check (age between 0 and 150)",
    status: "proven-lossy",
    loses: ["public.people: age"],
  },
  {
    name: "truncate beside a definition",
    setup: "create table t (id int primary key, v text);",
    up: "truncate t; alter table t add column w int not null",
    status: "proven-lossy",
    loses: ["public.t"],
  },

  // Data alone.
  { name: "data overwritten", setup: people, up: "update people set name = upper(name)", status: "irreversible" },
  { name: "data deleted", setup: people, up: "delete from people where age > 100", status: "irreversible" },
  {
    name: "arithmetic that is undone",
    setup: "create table t (id int primary key, n int);",
    up: "update t set n = n + 1",
    down: "update t set n = n - 1",
    status: "proven",
    origin: "authored",
  },
  {
    name: "arithmetic that is not",
    setup: "create table t (id int primary key, n int);",
    up: "update t set n = n / 2",
    down: "update t set n = n * 2",
    status: "irreversible",
  },
  {
    name: "a rename of values that merges them",
    setup: "create table t (id int primary key, kind text);",
    up: "update t set kind = 'b' where kind = 'a'",
    down: "update t set kind = 'a' where kind = 'b'",
    status: "irreversible",
  },
  {
    name: "a swap of two values",
    setup: "create table t (id int primary key, kind text);",
    up: "update t set kind = case kind when 'a' then 'b' when 'b' then 'a' else kind end where kind = 'a' or kind = 'b'",
    down: "update t set kind = case kind when 'a' then 'b' when 'b' then 'a' else kind end where kind = 'a' or kind = 'b'",
    status: "proven",
    origin: "authored",
  },
  { name: "seeds by key", setup: people, up: "insert into people (id, name) values (1, 'a'), (2, 'b')", status: "proven" },
  {
    name: "seeds whose way back deletes by name",
    setup: "create table t (id serial primary key, v text);",
    up: "insert into t (v) values ('x')",
    status: "proven-conditional",
    check: "count(*)",
  },
  {
    name: "seeds whose way back deletes everything",
    setup: people,
    up: "insert into people (id, name) values (1, 'a')",
    down: "delete from people",
    status: "proven",
    origin: "derived",
  },
  {
    name: "nobody knows what it writes",
    setup: people,
    up: "insert into people (id, name) select 5000 + id, name from people where name like '%nobody%'",
    status: "unproven",
  },

  // Authored ways back that work on empty tables only.
  {
    name: "a required column comes back without a default",
    setup: people,
    up: "alter table people drop column name",
    down: "alter table people add column name text not null",
    status: "proven-lossy",
    loses: ["public.people: name"],
    check: "SELECT 1 FROM public.people",
  },
  {
    name: "a column filled again before it is required",
    setup: people,
    up: "alter table people drop column name",
    down: "alter table people add column name text; update people set name = ''; alter table people alter column name set not null",
    status: "proven-lossy",
    origin: "authored",
    loses: ["public.people: name"],
  },
  {
    name: "the authors' way back forgets the values, the derived one does not",
    setup: people,
    up: "alter table people rename column note to remark",
    down: "alter table people drop column remark; alter table people add column note text",
    status: "proven",
    origin: "derived",
  },
  {
    name: "a split table put together again",
    setup: people,
    up: "create table notes (person int primary key references people, note text); insert into notes select id, note from people; alter table people drop column note",
    down: "alter table people add column note text; update people p set note = n.note from notes n where n.person = p.id; drop table notes",
    status: "proven",
    origin: "authored",
    loses: [],
  },
  {
    name: "a copy by the authors that loses the rest",
    setup: "create table t (id int primary key, v text, w text);",
    up: "alter table t add column x text",
    down: "create table t2 (id int primary key, v text, w text); insert into t2 (id, v) select id, v from t; drop table t; alter table t2 rename to t; alter table t rename constraint t2_pkey to t_pkey",
    status: "proven",
    origin: "derived",
  },

  // What only the new state allows.
  {
    name: "NOT NULL dropped",
    setup: people,
    up: "alter table people alter column name drop not null",
    status: "proven-conditional",
    check: "name IS NULL",
  },
  {
    name: "UNIQUE dropped",
    setup: people,
    up: "alter table people drop constraint people_email_key",
    status: "proven-conditional",
    check: "GROUP BY email",
  },
  {
    name: "a unique index dropped",
    setup: `${people} create unique index people_note on people (note);`,
    up: "drop index people_note",
    status: "proven-conditional",
    check: "GROUP BY note",
  },
  {
    name: "CHECK dropped",
    setup: people,
    up: "alter table people drop constraint people_age_check",
    status: "proven-conditional",
    check: "age",
  },
  {
    name: "a foreign key dropped",
    setup: orders,
    up: "alter table orders drop constraint orders_person_id_fkey",
    status: "proven-conditional",
    check: "NOT EXISTS",
  },
  { name: "a label more", setup: orders, up: "alter type state add value 'lost'", status: "proven-conditional", check: "'lost'" },
  {
    name: "int to bigint",
    setup: "create table t (id int primary key, n int);",
    up: "alter table t alter column n type bigint",
    status: "proven-conditional",
    check: "BETWEEN",
  },
  {
    name: "an exclusion constraint dropped",
    setup: "create table r (id int primary key, during tsrange not null, exclude using gist (during with &&));",
    up: "alter table r drop constraint r_during_excl",
    status: "proven-conditional",
    check: "one.during && other.during",
  },
  {
    name: "a key on an expression dropped",
    setup: "create table t (id int primary key, v text); create unique index t_v on t (lower(v));",
    up: "drop index t_v",
    status: "proven-conditional",
    check: "GROUP BY lower(v)",
  },
  {
    name: "NOT NULL dropped, and the authors clean up first",
    setup: people,
    up: "alter table people alter column name drop not null",
    down: "delete from people where name is null; alter table people alter column name set not null",
    status: "proven",
    origin: "authored",
  },
  {
    name: "wider text, and the authors cut first",
    setup: "create table t (id int primary key, v varchar(60));",
    up: "alter table t alter column v type text",
    down: "alter table t alter column v type varchar(60) using left(v, 60)",
    status: "proven",
    origin: "authored",
  },
  {
    name: "wider text in a key, where cutting makes twins",
    setup: people,
    up: "alter table people alter column email type text",
    down: "alter table people alter column email type varchar(60) using left(email, 60)",
    status: "proven-conditional",
    check: "length(email) > 60",
  },
];
