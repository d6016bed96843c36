/** Years in which a file name's digits are taken for a date. PostgreSQL's first release is of 1996. */
const EARLIEST = 1990;
const LATEST = 2100;

/**
 * The date that a file or folder name begins with, in ISO 8601: `20240115_x`, `20240115103000_x`, `2024-01-15-1030_x`, `V2024.01.15.1__x`,
 * `1705312200000_x` (milliseconds since 1970), `1705312200_x` (seconds). A date alone comes back as one (`2024-01-15`), a time as UTC,
 * which is what the tools that write such names mean. `null` where the name holds no date.
 */
export function dateFromName(path: string): string | null {
  const segments = path.split("/").filter((segment) => segment !== "");
  // The file's own name first; `migration.sql` and `up.sql` have theirs in the folder.
  for (const segment of segments.slice(-2).toReversed()) {
    const date = dateOfSegment(segment.replace(/^(?:[VUBR]_*|v)(?=\d)/, ""));
    if (date !== null) return date;
  }
  return null;
}

const PARTS = /^(\d{4})([-_.]?)(\d{2})\2(\d{2})(?:[-_.T ]?(\d{2})[-_.:h]?(\d{2})(?:[-_.:m]?(\d{2})\d{0,3})?)?(?=$|[^\d])/;
const DATE_ONLY = /^(\d{4})([-_.]?)(\d{2})\2(\d{2})(?=$|[^\d])/;

function dateOfSegment(name: string): string | null {
  for (const pattern of [PARTS, DATE_ONLY]) {
    const found = pattern.exec(name);
    const date = found === null ? null : fromParts([found[1], found[3], found[4], found[5], found[6], found[7]]);
    if (date !== null) return date;
  }
  const seconds = /^(1\d{9})(?:\d{3})?(?=$|[^\d])/.exec(name)?.[1];
  return seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString().replace(".000", "");
}

function fromParts(parts: readonly (string | undefined)[]): string | null {
  const [year = 0, month = 0, day = 0] = parts.map(Number);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (year < EARLIEST || year > LATEST || month < 1 || month > 12 || day < 1 || day > lastDay) return null;
  const date = parts.slice(0, 3).join("-");
  const [hour, minute, second] = parts.slice(3);
  if (hour === undefined || minute === undefined) return date;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return null;
  return `${date}T${hour}:${minute}:${second ?? "00"}Z`;
}
