import type { Failure } from "../../../src/model/failure.ts";
import type { ConfigEntry } from "./read-config.ts";

/** Asks a configuration for its values, as `Config::GitLike` gives them. */
export interface Lookup {
  /** The value of `section.name`; `undefined` where it is not set or a key alone. A key with two values is a problem. */
  value(key: string): string | undefined;
  /** Names and values of one section; names as they are written. */
  section(name: string): Readonly<Record<string, string>>;
}

/** `problems` takes what is wrong, once each. */
export function createLookup(entries: readonly ConfigEntry[], problems: Failure[]): Lookup {
  const keyOf = ({ section, name }: ConfigEntry): string => `${section}.${name.toLowerCase()}`;
  const byKey = new Map<string, ConfigEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = byKey.get(key) ?? [];
    // A file that is included overrides what stood before; within one file a second value is one too many.
    byKey.set(key, known.length > 0 && known[0]?.file !== entry.file ? [entry] : [...known, entry]);
  }
  const reported = new Set<string>();
  const only = (key: string): ConfigEntry | undefined => {
    const [entry, second] = byKey.get(key) ?? [];
    if (second !== undefined && !reported.has(key)) {
      reported.add(key);
      problems.push(twoValues(key, second));
    }
    return entry;
  };
  return {
    value: (key) => only(key)?.value ?? undefined,
    section(name) {
      const found = new Map<string, string>();
      for (const entry of entries) {
        if (entry.section !== name || entry.name.includes(".")) continue;
        const first = only(keyOf(entry));
        if (first !== undefined) found.set(first.name, first.value ?? "");
      }
      return Object.fromEntries(found);
    },
  };
}

function twoValues(key: string, { file, line }: ConfigEntry): Failure {
  return {
    kind: "failure",
    code: "invalid-settings",
    message: `The setting ${key} has more than one value.`,
    location: { file, line },
    hint: "Sqitch stops at that too: leave one.",
    exitCode: 2,
  };
}
