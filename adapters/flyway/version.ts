/**
 * A Flyway version: `org.flywaydb.core.api.MigrationVersion`. `text` keeps what the file name says with `_` as `.`
 * (`02` stays `02`); `parts` compare numerically, so 1 equals 1.0 and 1.2 comes before 1.10.
 */
export interface FlywayVersion {
  readonly text: string;
  readonly parts: readonly bigint[];
}

/** The version that a name gives, or `null` where it is none: parts are digits only, joined by `.` or `_`. */
export function parseVersion(raw: string): FlywayVersion | null {
  const text = raw.replaceAll("_", ".");
  if (text === "") return null;
  // The split is `\.(?=\d)`: `1..2` and `1.` leave a part that is no number.
  const parts: bigint[] = [];
  for (const part of text.split(/\.(?=\d)/)) {
    if (!/^\d+$/.test(part)) return null;
    parts.push(BigInt(part));
  }
  return { text, parts };
}

/** Negative, zero or positive: part by part as numbers, missing parts being 0. */
export function compareVersions(left: FlywayVersion, right: FlywayVersion): number {
  const length = Math.max(left.parts.length, right.parts.length);
  for (let index = 0; index < length; index++) {
    const a = left.parts[index] ?? 0n;
    const b = right.parts[index] ?? 0n;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/** A key that is equal for equal versions: trailing zero parts gone. */
export function versionKey(version: FlywayVersion): string {
  const parts = [...version.parts];
  while (parts.length > 1 && parts.at(-1) === 0n) parts.pop();
  return parts.join(".");
}

/** By UTF-16 code units, as Java's `String.compareTo`, which orders descriptions. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
