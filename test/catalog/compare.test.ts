import { expect, test } from "vitest";
import { compareSlices } from "../../src/catalog/compare.ts";
import { addressKey, type CatalogObject, type CatalogSlice } from "../../src/model/catalog.ts";

function type(oid: number, name: string, labels: readonly string[] = []): CatalogObject {
  return {
    address: { catalog: "pg_type", oid },
    kind: "enum",
    schema: "public",
    name,
    identity: `public.${name}`,
    facts: {
      kind: "type",
      typeKind: "enum",
      labels,
      baseType: null,
      collation: null,
      default: null,
      notNull: false,
      notNullConstraint: null,
      constraints: [],
      definition: null,
      owner: "ann",
      acl: ["ann=U/ann"],
      isDefault: true,
      comment: null,
      securityLabels: [],
      extension: null,
    },
  };
}

const slice = (...objects: readonly CatalogObject[]): CatalogSlice =>
  new Map(objects.map((object) => [addressKey(object.address), object]));
const told = (expected: CatalogSlice, found: CatalogSlice): string[] =>
  compareSlices(expected, found).map(({ identity, what, aspect }) => `${identity} ${what} ${aspect}`);

test("an object that was made again under another oid is the same", () => {
  expect(told(slice(type(1, "mood", ["a"])), slice(type(2, "mood", ["a"])))).toEqual([]);
  expect(told(slice(type(1, "mood", ["a"])), slice(type(2, "mood", ["b"])))).toEqual(["public.mood different labels"]);
});

test("an object that was renamed is told by its oid", () => {
  expect(told(slice(type(1, "mood")), slice(type(1, "feeling")))).toEqual(["public.mood different identity"]);
});

test("two objects that changed names are not mistaken for each other", () => {
  expect(told(slice(type(1, "a", ["x"]), type(2, "b", ["y"])), slice(type(1, "b", ["x"]), type(2, "a", ["y"])))).toEqual([
    "public.a different identity",
    "public.b different identity",
  ]);
});

test("missing and extra objects are named", () => {
  expect(told(slice(type(1, "a")), slice(type(2, "b")))).toEqual(["public.a missing object", "public.b extra object"]);
});

test("the order of labels counts", () => {
  expect(told(slice(type(1, "a", ["x", "y"])), slice(type(1, "a", ["y", "x"])))).toEqual(["public.a different labels"]);
});
