import { beforeAll, describe, expect, test } from "vitest";
import { compareSlices } from "../../src/catalog/compare.ts";
import { installCatalogReader } from "../../src/catalog/install.ts";
import type { CatalogReader } from "../../src/catalog/reader.ts";
import type { CatalogObject } from "../../src/model/catalog.ts";
import type { ObjectKind } from "../../src/model/object.ts";
import { useShadow } from "../support/shadow.ts";

const shadow = useShadow();
let reader: CatalogReader;

beforeAll(async () => {
  reader = await installCatalogReader(shadow().session);
});

const CAST = "create type c as (x int);";
const WRAPPER =
  "create foreign data wrapper w options (a 'it''s', \"B\" ''); create server sv type 't' version '1' foreign data wrapper w options (host 'h');";

/** What makes an object, its kind and identity, and the statements that must describe it. */
const CASES: readonly (readonly [kind: ObjectKind, sql: string, identity: string, create: readonly string[]])[] = [
  ["schema", `create schema "My Schema"`, `"My Schema"`, [`CREATE SCHEMA "My Schema"`]],
  [
    "statistics",
    "create table t (a int, b int); create statistics st (ndistinct, mcv) on a, b, (a + b) from t; alter statistics st set statistics 50",
    "public.st",
    ["CREATE STATISTICS public.st (ndistinct, mcv) ON a, b, (a + b) FROM public.t", "ALTER STATISTICS public.st SET STATISTICS 50"],
  ],
  [
    "publication",
    "create schema s; create table t (a int, b text); create publication p for table t where (a > 1), tables in schema s with (publish = 'insert, update', publish_via_partition_root)",
    "p",
    [],
  ],
  [
    "publication",
    "create table t (a int, b text); create publication p for table t (b, a)",
    "p",
    ["CREATE PUBLICATION p WITH (publish = 'insert, update, delete, truncate')", "ALTER PUBLICATION p ADD TABLE ONLY public.t (a, b)"],
  ],
  [
    "event-trigger",
    "create function ev() returns event_trigger language plpgsql as $$begin end$$; create event trigger et on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function ev(); alter event trigger et enable always",
    "et",
    [
      "CREATE EVENT TRIGGER et ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION public.ev()",
      "ALTER EVENT TRIGGER et ENABLE ALWAYS",
    ],
  ],
  [
    "default-privileges",
    "create role r; alter default privileges in schema public grant select, insert on tables to r with grant option",
    "FOR ROLE postgres IN SCHEMA public ON TABLES",
    ["ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT INSERT, SELECT ON TABLES TO r WITH GRANT OPTION"],
  ],
  [
    "default-privileges",
    "alter default privileges revoke execute on functions from public",
    "FOR ROLE postgres ON FUNCTIONS",
    ["ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"],
  ],
  ["large-object", "select lo_from_bytea(4711, '\\xdeadbeef')", "4711", ["SELECT lo_from_bytea(4711, decode('deadbeef', 'hex'))"]],
  [
    "role",
    "create role r1; create role r2 login connection limit 3 valid until '2030-01-01' password 'x'; grant r1 to r2 with admin option; alter role r2 set search_path to a, \"B c\"; alter role r2 in database postgres set work_mem = '1MB'",
    "r2",
    [],
  ],
  [
    "foreign-data-wrapper",
    WRAPPER.slice(0, WRAPPER.indexOf("create server")),
    "w",
    [`CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'it''s', "B" '')`],
  ],
  ["server", WRAPPER, "sv", ["CREATE SERVER sv TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h')"]],
  [
    "user-mapping",
    `${WRAPPER} create user mapping for public server sv options (user 'u')`,
    "FOR PUBLIC SERVER sv",
    [`CREATE USER MAPPING FOR PUBLIC SERVER sv OPTIONS ("user" 'u')`],
  ],
  [
    "operator",
    "create function ne(int, text) returns bool language sql as 'select false'; create operator === (function = ne, leftarg = int, rightarg = text, restrict = eqsel, join = eqjoinsel, hashes)",
    "public.=== (integer, text)",
    [],
  ],
  [
    "operator-class",
    "create operator class oc for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int)",
    "public.oc USING btree",
    [],
  ],
  [
    "operator-family",
    "create operator family f using btree; alter operator family f using btree add operator 1 < (int4, int8), function 1 (int4, int8) btint48cmp(int4, int8)",
    "public.f USING btree",
    [],
  ],
  [
    "cast",
    `${CAST} create function cf(c) returns int language sql as 'select 1'; create cast (c as int) with function cf(c) as assignment`,
    "(public.c AS integer)",
    [],
  ],
  [
    "cast",
    `${CAST} create cast (c as text) with inout as implicit`,
    "(public.c AS text)",
    ["CREATE CAST (public.c AS text) WITH INOUT AS IMPLICIT"],
  ],
  ["conversion", "create conversion cv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1", "public.cv", []],
  ["collation", `create collation co (provider = builtin, locale = 'C.UTF-8')`, "public.co", []],
  ["collation", `create collation co2 (provider = libc, locale = 'C')`, "public.co2", []],
  [
    "language",
    "create trusted language lg handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator",
    "lg",
    [],
  ],
  [
    "transform",
    "create function tf(internal) returns internal language internal immutable as 'textregexsubstr'; create transform for int language sql (from sql with function tf(internal))",
    "FOR integer LANGUAGE sql",
    [],
  ],
  [
    "access-method",
    "create access method am type table handler heap_tableam_handler",
    "am",
    ["CREATE ACCESS METHOD am TYPE TABLE HANDLER pg_catalog.heap_tableam_handler"],
  ],
  [
    "text-search-parser",
    "create text search parser tp (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline)",
    "public.tp",
    [],
  ],
  ["text-search-template", "create text search template tt (init = dsimple_init, lexize = dsimple_lexize)", "public.tt", []],
  ["text-search-dictionary", "create text search dictionary td (template = simple, accept = false)", "public.td", []],
  [
    "text-search-configuration",
    'create text search configuration tc (parser = "default"); alter text search configuration tc add mapping for word, asciiword with simple, english_stem',
    "public.tc",
    [],
  ],
];

function find(objects: Iterable<CatalogObject>, kind: ObjectKind, identity: string): CatalogObject {
  const all = [...objects];
  const found = all.find((object) => object.kind === kind && object.identity === identity);
  if (found === undefined)
    throw new Error(`no ${kind} ${identity} among ${all.map((object) => `${object.kind} ${object.identity}`).join(", ")}`);
  return found;
}

describe("objects described by the statements that make them", () => {
  test.each(CASES)("%s: %s", async (kind, sql, identity, create) => {
    const { session } = shadow();
    const look = async (statements: string): Promise<CatalogObject[]> => {
      await reader.begin();
      await session.run(statements);
      return [...(await reader.slices(await reader.end("catalog"))).after.values()];
    };
    await session.run("BEGIN");
    try {
      const made = find(await look(sql), kind, identity);
      if (made.facts.kind !== "plain") throw new Error(`${identity} is described otherwise`);
      expect(create.length === 0 ? [] : made.facts.create).toEqual(create);
      const gone = await look(made.facts.drop.join(";"));
      expect(gone.some((object) => object.kind === kind && object.identity === identity)).toBe(false);
      const again = find(await look(made.facts.create.join(";")), kind, identity);
      const expected = kind === "role" ? { ...made, facts: { ...made.facts, more: { password: false } } } : made;
      expect(compareSlices(new Map([["", expected]]), new Map([["other", again]]))).toEqual([]);
    } finally {
      await session.run("ROLLBACK");
    }
  });
});
