import { expect, test } from "vitest";
import { joinChecks, splitCheck } from "../../src/sql/row-check.ts";

test.each([
  [["SELECT 1 FROM shop.orders WHERE note IS NULL"]],
  [["SELECT 1 FROM shop.orders AS o WHERE NOT EXISTS (SELECT 1 FROM shop.users LIMIT 1)", "SELECT 1 FROM shop.users"]],
  [['SELECT 1 FROM shop."Order items" GROUP BY sku\nHAVING count(*) > 1', "SELECT 1 FROM shop.stock WHERE sku = ') LIMIT 1)'", "SELECT 1"]],
])("a check is taken apart into the queries that it was made of: %j", (queries) => {
  expect(splitCheck(joinChecks(queries))).toEqual(queries);
});

test("a check has one query for each, ended at its first row", () => {
  expect(joinChecks(["SELECT 1 FROM a.b", "SELECT 1 FROM a.c"])).toBe(
    "(SELECT 1 FROM a.b LIMIT 1)\nUNION ALL\n(SELECT 1 FROM a.c LIMIT 1)",
  );
});

test("what was not put together so stays whole", () => {
  expect(splitCheck("SELECT 1 FROM a.b")).toEqual(["SELECT 1 FROM a.b"]);
});
