import { expect, test } from "vitest";
import type { CatalogDifference } from "../../src/model/catalog.ts";
import { listDifferences, sayDifferences } from "../../src/model/say-difference.ts";

const table = (aspect: string, expected: string | null, found: string | null): CatalogDifference => ({
  identity: 'public."customers"',
  kind: "table",
  what: "different",
  aspect,
  expected,
  found,
});

test("a difference is a sentence, and structures and long texts are not printed", () => {
  expect(
    sayDifferences([
      table("columns[full_name].notNull", "true", "false"),
      table("columns[full_name].notNullConstraint", '{"name":"customers_full_name_not_null","noInherit":false}', null),
      table("columnOrder", '["id","full_name"]', '["full_name","id"]'),
      table("columns[id].default", "1", null),
      table("columns[id].default", null, "2"),
      table("columns[n].type", "integer", "bigint"),
      table("columns[gone]", '{"name":"gone"}', null),
      table("indexes[late]", null, '{"name":"late"}'),
      table("viewDefinition", " SELECT 1", " SELECT 2"),
      table("acl", '["a=r/a"]', "[]"),
      table("comment", "x".repeat(300), null),
    ]),
  ).toEqual([
    "column customers.full_name allows NULL",
    "the columns of customers come in another order",
    "column customers.id has no default instead of 1",
    "column customers.id has default 2, and had none",
    "column customers.n has type bigint instead of integer",
    "column customers.gone is missing",
    "index late of customers is there, and was not",
    "table customers: its definition differs",
    "table customers: its list of privileges differs",
    "table customers: its comment differs",
  ]);
});

test("a NOT NULL constraint that alone differs is told, whole objects are named with their kind, and more than a few are counted", () => {
  const object = (name: string, what: "missing" | "extra"): CatalogDifference => ({
    identity: `public.${name}`,
    kind: "materialized-view",
    what,
    aspect: "object",
    expected: null,
    found: null,
  });
  const said = sayDifferences([
    table("columns[id].notNullConstraint.name", "a", "b"),
    object("m", "missing"),
    object("n", "extra"),
    object("n", "extra"),
  ]);
  expect(said).toEqual([
    "column customers.id has not null constraint name b instead of a",
    "materialized view m is missing",
    "materialized view n is there, and was not",
  ]);
  expect(listDifferences(said, 2)).toBe(`${said[0]}; ${said[1]}; and 1 more difference`);
});
