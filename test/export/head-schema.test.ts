import { beforeAll, expect, test } from "vitest";
import { readHeadSchema } from "../../src/export/head-schema.ts";
import type { Plan } from "../../src/model/plan.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { samplePlan } from "./sample-plan.ts";

beforeAll(loadParser);

/** A plan whose tool sets a schema of its own between its migrations, with these objects and this squash. */
function planWith(resetBetween: readonly string[], tables: readonly string[], statements: readonly string[]): Plan {
  const plan = samplePlan();
  return {
    ...plan,
    surroundings: { ...plan.surroundings, resetBetween },
    objects: tables.map((identity) => ({ kind: "table", identity, version: "1.0.0", dropped: false, history: [] })),
    squash: { ...plan.squash, statements: statements.map((sql) => ({ sql, data: null, migrations: ["V1"], transactional: true })) },
  };
}

test("names of the squash are meant in public until it sets another search_path, whatever the tool sets between migrations", () => {
  const relations = readHeadSchema(
    planWith(
      ['SET search_path TO "shop"'],
      ["public.orders", "shop.orders"],
      ["CREATE TABLE orders (id integer)", "SET search_path = shop", "CREATE TABLE orders (number text)"],
    ),
  );
  expect(relations.map(({ identity, columns }) => [identity, columns.map(({ name }) => name)])).toEqual([
    ["public.orders", ["id"]],
    ["shop.orders", ["number"]],
  ]);
});

test("a table of a schema with a dot in its name is found behind the first schema of the search_path", () => {
  const relations = readHeadSchema(
    planWith(
      [],
      ['"shop.old"."Order items"'],
      [
        'CREATE TABLE "shop.old"."Order items" (id integer)',
        'SET search_path = app, "shop.old"',
        'ALTER TABLE "Order items" ADD n integer',
      ],
    ),
  );
  expect(relations.map(({ identity, schema, columns }) => [identity, schema, columns.length])).toEqual([
    ['"shop.old"."Order items"', "shop.old", 2],
  ]);
});
