/** What the name of a migration file says. */
export interface MigrationName {
  /** Without leading zeros, as `schema_migrations` has it. */
  readonly version: string;
  readonly name: string;
}

/** `MigrationFilenameRegexp` of ActiveRecord; `null` for other files. */
export function parseFileName(path: string): MigrationName | null {
  const found = /^([0-9]+)_([_a-z0-9]*)\.?([_a-z0-9]*)?\.rb$/.exec(path.slice(path.lastIndexOf("/") + 1));
  if (found === null) return null;
  const [, digits = "", name = ""] = found;
  return { version: String(BigInt(digits)), name };
}

/** The time in a version of 14 digits, ISO 8601; `null` where it is none. */
export function dateOfVersion(version: string): string | null {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version);
  if (found === null) return null;
  const [, year, month, day, hour, minute, second] = found;
  const date = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  return Number.isNaN(Date.parse(date)) ? null : date;
}
