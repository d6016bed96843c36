import { describe, expect, test } from "vitest";
import { compareTypes, type TypeChange } from "../../src/analysis/column-types.ts";

const CASES: readonly (readonly [string, string, TypeChange["rewrite"], TypeChange["fit"], boolean])[] = [
  ["character varying(50)", "character varying(255)", "none", "wider", false],
  ["character varying(50)", "character varying", "none", "wider", false],
  ["character varying(255)", "text", "none", "wider", false],
  ["text", "character varying", "none", "wider", false],
  ["text", "character varying(20)", "rewrite", "narrower", false],
  ["character varying(255)", "character varying(20)", "rewrite", "narrower", false],
  ["character(10)", "text", "rewrite", "wider", false],
  ["integer", "bigint", "rewrite", "wider", false],
  ["bigint", "integer", "rewrite", "narrower", false],
  ["double precision", "real", "rewrite", "narrower", true],
  ["numeric(10,2)", "numeric(12,2)", "none", "wider", false],
  ["numeric(10,2)", "numeric", "none", "wider", false],
  ["numeric(10,2)", "numeric(12,4)", "rewrite", "wider", false],
  ["numeric(10,2)", "numeric(10,1)", "rewrite", "narrower", true],
  ["numeric(10,2)", "integer", "rewrite", "different", true],
  ["timestamp(3) without time zone", "timestamp without time zone", "none", "wider", false],
  ["timestamp(6) without time zone", "timestamp(3) without time zone", "rewrite", "narrower", true],
  ["timestamp without time zone", "timestamp with time zone", "timezone", "different", false],
  ["timestamp with time zone", "date", "rewrite", "different", true],
  ["cidr", "inet", "none", "wider", false],
  ["json", "jsonb", "rewrite", "different", true],
  ["text", "integer", "rewrite", "different", false],
  ["text", "public.citext", "none", "different", false],
  ["integer", "public.mood", "rewrite", "different", false],
];

describe("ALTER COLUMN … TYPE", () => {
  test.each(CASES)("%s to %s", (from, to, rewrite, fit, loses) => {
    const change = compareTypes(from, to);
    expect({ rewrite: change.rewrite, fit: change.fit, loses: change.loss !== null }).toEqual({ rewrite, fit, loses });
  });
});
