import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { objectPath } from "../../../src/export/git/object-file.ts";

const routine = { kind: "function", schema: "public", name: "age" } as const;

test.each([
  [{ kind: "table", schema: "public", name: "users", identity: "public.users" }, "schema/public/tables/users.sql"],
  [{ kind: "policy", schema: "a b", name: "x/y", identity: "x" }, "schema/a%20b/policies/x%2Fy.sql"],
  [{ kind: "extension", schema: null, name: "citext", identity: "citext" }, "schema/extensions/citext.sql"],
  [{ ...routine, identity: "public.age(date, text)" }, "schema/public/functions/age(date,text).sql"],
  [{ ...routine, identity: "public.age()" }, "schema/public/functions/age().sql"],
  [{ kind: "view", schema: "public", name: "..", identity: "x" }, "schema/public/views/%2E..sql"],
] as const)("%o stands in %s", (object, path) => {
  expect(objectPath(object)).toBe(path);
});

test("two tables never share a file, whatever they are called, and no name leaves its folder", () => {
  const name = string({ minLength: 1, maxLength: 70, unit: "grapheme" });
  assert(
    property(name, name, (one, other) => {
      const pathOf = (called: string): string => objectPath({ kind: "table", schema: "public", name: called, identity: "" });
      expect(pathOf(one).split("/")).toHaveLength(4);
      expect(pathOf(one) === pathOf(other)).toBe(one === other);
    }),
  );
});
