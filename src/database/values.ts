import { types } from "pg";

type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asNumber: Parse = (text) => Number(text);
const asBoolean: Parse = (text) => text === "t";
const asJson: Parse = (text) => JSON.parse(text) as unknown;

/** Element type → parser, and array type → element type, by oid (`pg_type.dat`). */
const scalars: Readonly<Record<number, Parse>> = {
  16: asBoolean,
  21: asNumber,
  23: asNumber,
  26: asNumber,
  700: asNumber,
  701: asNumber,
  114: asJson,
  3802: asJson,
};
const arrays: Readonly<Record<number, number>> = {
  1000: 16,
  1002: 18,
  1003: 19,
  1005: 21,
  1007: 23,
  1016: 20,
  1028: 26,
  1009: 25,
  1014: 1042,
  1015: 1043,
  1021: 700,
  1022: 701,
  1034: 1033,
  199: 114,
  3807: 3802,
  1231: 1700,
  2210: 2205,
  2951: 2950,
};

/** pg-types exports this parser of array literals under a wrong declaration. */
const arrayParser = types.arrayParser as unknown as {
  create(source: string, parse: Parse): { parse(): readonly unknown[] };
};

/**
 * How `Session.rows` gives values: booleans, and `int2`, `int4`, `oid`, `float4`, `float8` as numbers; `json` and `jsonb` parsed; arrays of
 * built-in types as arrays; everything else (`int8`, `numeric`, dates, intervals, `"char"`, enums, composites and arrays of user types) as PostgreSQL's text.
 */
export const valueTypes = {
  getTypeParser(oid: number): Parse {
    const element = arrays[oid];
    if (element === undefined) return scalars[oid] ?? asText;
    const parse = scalars[element] ?? asText;
    return (text) => arrayParser.create(text, parse).parse();
  },
};
