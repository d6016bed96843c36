/** What converting a column's values from one type to another does, by what PostgreSQL's own casts do (manual, 10.4 and 8). */

interface TypeName {
  readonly base: string;
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

function readType(type: string): TypeName {
  const [, base = type, modifiers, rest = "", brackets] =
    /^(.*?)(?:\(([\d, -]+)\))?( with(?:out)? time zone)?((?:\[\])*)$/.exec(type) ?? [];
  return {
    base: `${base}${rest}`,
    modifiers: modifiers === undefined ? [] : modifiers.split(",").map(Number),
    array: brackets !== undefined && brackets !== "",
  };
}

const INTEGERS: readonly string[] = ["smallint", "integer", "bigint"];
const NUMBERS: ReadonlySet<string> = new Set([...INTEGERS, "numeric", "real", "double precision"]);
const STRINGS: ReadonlySet<string> = new Set(["text", "character varying", "character", "name", '"char"']);
const TIMES: ReadonlySet<string> = new Set(["date", "timestamp without time zone", "timestamp with time zone"]);

/** Whether ALTER COLUMN TYPE needs USING because no assignment cast exists. With an assignment cast PostgreSQL refuses values that do not fit instead of cutting them. */
export function needsUsing(from: string, to: string): boolean {
  const source = readType(from);
  const target = readType(to);
  if (source.array !== target.array) return true;
  if (source.base === target.base || STRINGS.has(target.base)) return false;
  if (NUMBERS.has(source.base) && NUMBERS.has(target.base)) return false;
  if (TIMES.has(source.base) && TIMES.has(target.base)) return false;
  return !(source.base.startsWith("json") && target.base.startsWith("json"));
}

/** Whether every value survives the way there, so that the way back finds it as it was. False where that is not certain. */
export function keepsValues(from: string, to: string): boolean {
  const source = readType(from);
  const target = readType(to);
  if (source.array !== target.array) return false;
  // Assignment to a shorter string, a smaller integer fails instead of cutting; `character` pads and trims.
  if (STRINGS.has(source.base) && STRINGS.has(target.base)) return source.base !== "character" && target.base !== "character";
  if (INTEGERS.includes(source.base) && (INTEGERS.includes(target.base) || target.base === "numeric")) {
    return target.base !== "numeric" || target.modifiers.length === 0 || target.modifiers[1] === 0 || (target.modifiers[1] ?? 0) >= 0;
  }
  if (source.base === "numeric" && target.base === "numeric") {
    return target.modifiers.length === 0 || (source.modifiers.length > 0 && (target.modifiers[1] ?? 0) >= (source.modifiers[1] ?? 0));
  }
  if (source.base === "real" && target.base === "double precision") return true;
  // Every type reads back what it printed; only a length could cut, and that fails instead.
  if (STRINGS.has(target.base) && target.base !== "character") return true;
  if (source.base === target.base && source.modifiers.length === 0 && target.modifiers.length === 0) return true;
  return source.base === "date" && target.base === "timestamp without time zone";
}

/** A condition on a column (as SQL text) that holds for values which cannot be converted; `null` where every value can. */
export function misfit(column: string, from: string, to: string): string | null {
  const source = readType(from);
  const target = readType(to);
  const [first, second = 0] = target.modifiers;
  if (STRINGS.has(source.base) && STRINGS.has(target.base)) {
    if (first === undefined || (source.modifiers[0] !== undefined && source.modifiers[0] <= first)) return null;
    return `length(${column}) > ${first}`;
  }
  const limits: Readonly<Record<string, string>> = {
    smallint: "-32768 AND 32767",
    integer: "-2147483648 AND 2147483647",
    bigint: "-9223372036854775808 AND 9223372036854775807",
  };
  const limit = limits[target.base];
  if (NUMBERS.has(source.base) && limit !== undefined) {
    if (INTEGERS.includes(source.base) && INTEGERS.indexOf(source.base) <= INTEGERS.indexOf(target.base)) return null;
    return `${column} NOT BETWEEN ${limit}`;
  }
  if (NUMBERS.has(source.base) && target.base === "numeric") {
    return first === undefined ? null : `abs(round(${column}::numeric, ${second})) >= 10::numeric ^ ${first - second}`;
  }
  if (NUMBERS.has(source.base) && NUMBERS.has(target.base)) return null;
  if (TIMES.has(source.base) && TIMES.has(target.base)) return null;
  if (STRINGS.has(target.base) && first === undefined) return null;
  if (source.base === target.base && first === undefined) return null;
  if (STRINGS.has(target.base)) return `length(${column}::text) > ${first ?? 0}`;
  return `${column} IS NOT NULL AND NOT pg_catalog.pg_input_is_valid(${column}::text, '${to.replaceAll("'", "''")}')`;
}
