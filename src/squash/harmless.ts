import { builtinVolatility } from "../sql/builtin-functions.ts";

/** Functions without effect on other rows: every one of PostgreSQL's own that is not volatile, and these. */
const HARMLESS: ReadonlySet<string> = new Set([
  "random",
  "gen_random_uuid",
  "clock_timestamp",
  "timeofday",
  "nextval",
  "uuidv4",
  "uuidv7",
  "gen_salt",
  "crypt",
]);

/** Whether a call of the function can change nothing but a sequence. A user's function may do anything. */
export function isHarmless(name: string): boolean {
  const volatility = builtinVolatility(name);
  return HARMLESS.has(name) || name.startsWith("uuid_generate_v") || volatility === "immutable" || volatility === "stable";
}
