import { eventNames } from "./events.ts";
import type { FlywayVersion } from "./version.ts";
import { parseVersion } from "./version.ts";

/** The part of the settings that says how files are named. */
export interface NamingSettings {
  readonly sqlMigrationPrefix: string;
  readonly undoSqlMigrationPrefix: string;
  readonly repeatableSqlMigrationPrefix: string;
  readonly baselineMigrationPrefix: string;
  readonly sqlMigrationSeparator: string;
  readonly sqlMigrationSuffixes: readonly string[];
}

export type FileKind = "versioned" | "undo" | "baseline" | "repeatable" | "callback";

/** What a file name says. `ignored` is what Flyway passes over in silence, with the reason in words. */
export type FileName =
  | {
      readonly kind: "versioned" | "undo" | "baseline";
      readonly version: FlywayVersion;
      readonly description: string;
      readonly suffix: string;
    }
  | { readonly kind: "repeatable"; readonly description: string; readonly suffix: string }
  | { readonly kind: "callback"; readonly event: string; readonly description: string; readonly suffix: string }
  | { readonly kind: "ignored"; readonly reason: string };

/** Suffixes of script migrations (`ScriptMigrationResolver`). */
const scriptSuffixes: readonly string[] = [".cmd", ".bat", ".ps1", ".py", ".sh", ".bash"];

function stripSuffix(name: string, suffixes: readonly string[]): { readonly rest: string; readonly suffix: string } | null {
  for (const suffix of suffixes) {
    if (name.toUpperCase().endsWith(suffix.toUpperCase())) {
      return { rest: name.slice(0, name.length - suffix.length), suffix: name.slice(name.length - suffix.length) };
    }
  }
  return null;
}

/** A name without any ending, which Flyway takes for a script except on Windows: dots may stand in its version only. */
function withoutEnding(name: string, separator: string): { readonly rest: string; readonly suffix: string } | null {
  const at = name.indexOf(separator);
  const bare = at === -1 ? eventNames.includes(name) : !name.slice(at + separator.length).includes(".");
  return bare ? { rest: name, suffix: "" } : null;
}

function prefixTable(settings: NamingSettings): readonly { readonly prefix: string; readonly kind: FileKind }[] {
  const table: { prefix: string; kind: FileKind }[] = [
    { prefix: settings.sqlMigrationPrefix, kind: "versioned" },
    { prefix: settings.repeatableSqlMigrationPrefix, kind: "repeatable" },
    { prefix: settings.undoSqlMigrationPrefix, kind: "undo" },
    { prefix: settings.baselineMigrationPrefix, kind: "baseline" },
    ...eventNames.map((prefix) => ({ prefix, kind: "callback" as const })),
  ];
  // The sort is stable, as Java's is: of two equal prefixes the first in the table wins.
  return table.sort((left, right) => right.prefix.length - left.prefix.length);
}

/**
 * A reader of file names (`org.flywaydb.core.internal.resource.ResourceNameParser`): suffix off (case-insensitively), longest
 * matching prefix (case-sensitively), then version and description around the first separator.
 */
export function readNames(settings: NamingSettings): (fileName: string) => FileName {
  const prefixes = prefixTable(settings);
  const suffixes = [...settings.sqlMigrationSuffixes, ...scriptSuffixes];
  return (fileName) => {
    const stripped = stripSuffix(fileName, suffixes) ?? withoutEnding(fileName, settings.sqlMigrationSeparator);
    if (stripped === null) return { kind: "ignored", reason: "its suffix is none of " + settings.sqlMigrationSuffixes.join(", ") };
    const match = prefixes.find((candidate) => stripped.rest.startsWith(candidate.prefix));
    if (match === undefined) return { kind: "ignored", reason: "its name starts with no prefix of Flyway" };
    const name = stripped.rest.slice(match.prefix.length);
    const at = name.indexOf(settings.sqlMigrationSeparator);
    const before = at === -1 ? name : name.slice(0, at);
    const description = (at === -1 ? "" : name.slice(at + settings.sqlMigrationSeparator.length)).replaceAll("_", " ");
    const suffix = stripped.suffix;
    if (match.kind === "repeatable" || match.kind === "callback") {
      if (before !== "") {
        return { kind: "ignored", reason: `nothing may stand between \`${match.prefix}\` and \`${settings.sqlMigrationSeparator}\`` };
      }
      return match.kind === "callback"
        ? { kind: "callback", event: match.prefix, description, suffix }
        : { kind: "repeatable", description, suffix };
    }
    if (before === "") return { kind: "ignored", reason: "it has no version" };
    const version = parseVersion(before);
    if (version === null) return { kind: "ignored", reason: `\`${before}\` is no version number` };
    return { kind: match.kind, version, description, suffix };
  };
}

/** Whether a file is a script that Flyway would start, not SQL; one without an ending has the suffix "". */
export function isScript(suffix: string, settings: NamingSettings): boolean {
  if (settings.sqlMigrationSuffixes.some((candidate) => candidate.toUpperCase() === suffix.toUpperCase())) return false;
  return suffix === "" || scriptSuffixes.includes(suffix.toLowerCase());
}
