/**
 * A moment in ISO 8601 as microseconds since 1970: a date alone is its midnight, and without an offset it is UTC. `null` where the text is no moment.
 */
export function parseUtc(text: string): bigint | null {
  const parts = /^(\d{4,}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text.trim());
  if (parts === null) return null;
  const [, date = "", time = "00:00", fraction = "", offset = "Z"] = parts;
  const zone = /^[+-]\d{2}$/.test(offset) ? `${offset}:00` : offset;
  const milliseconds = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(milliseconds) ? null : BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

/** Microseconds since 1970 as a `timestamp` without time zone takes them: `2024-01-31 08:15:00.000001`, in UTC. */
export function formatUtc(microseconds: bigint): string {
  const rest = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (microseconds - rest) / 1_000_000n;
  const [whole = ""] = new Date(Number(seconds) * 1000).toISOString().split(".");
  return `${whole.replace("T", " ")}.${String(rest).padStart(6, "0")}`;
}
