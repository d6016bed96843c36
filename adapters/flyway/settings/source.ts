import type { Finding } from "../../../src/model/history.ts";
import type { RawSetting, RawSettings } from "./interpret.ts";

/** The homes that Flyway's settings have. Where two of one project differ, the first in `originRank` wins. */
export type SettingsOrigin =
  | "assumption"
  | "environment"
  | "toml"
  | "conf"
  | "spring"
  | "quarkus"
  | "micronaut"
  | "yaml"
  | "maven"
  | "gradle"
  | "code";

export const originRank: Readonly<Record<SettingsOrigin, number>> = {
  assumption: 0,
  environment: 1,
  toml: 2,
  conf: 3,
  spring: 4,
  quarkus: 5,
  micronaut: 6,
  yaml: 7,
  maven: 8,
  gradle: 9,
  code: 10,
};

/** What one file (or one profile in it) says about Flyway. */
export interface SettingsSource {
  readonly origin: SettingsOrigin;
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** The profile or environment that it is for; `null` for settings that always count. */
  readonly profile: string | null;
  readonly values: RawSettings;
}

/** What a file of settings gives: its sources, the version of Flyway where it names one, and what it keeps from us. */
export interface SourceReading {
  readonly sources: readonly SettingsSource[];
  readonly toolVersion: string | null;
  readonly findings: readonly Finding[];
}

export const emptyReading: SourceReading = { sources: [], toolVersion: null, findings: [] };

/** Values of environment variables and properties that expressions in settings may name. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Replaces `${NAME}`, `${NAME:default}` and `${NAME:-default}` as Spring, Quarkus, Micronaut and compose files do. Gives `null` where
 * a name has neither value nor default: such a setting counts as not given.
 */
export function resolveExpression(value: string, variables: Variables): string | null {
  let missing = false;
  let depth = 0;
  let current = value;
  // Defaults may hold expressions themselves: from the inside out, a few rounds.
  while (depth++ < 8 && /\$\{[^${}]*\}/.test(current)) {
    current = current.replaceAll(/\$\{([^${}]*)\}/g, (_, body: string) => {
      const colon = body.indexOf(":");
      const name = (colon === -1 ? body : body.slice(0, colon)).trim();
      const given = variables.get(name) ?? variables.get(environmentName(name));
      if (given !== undefined) return given;
      if (colon === -1) {
        missing = true;
        return "";
      }
      return body.slice(colon + 1).replace(/^-/, "");
    });
  }
  return missing ? null : current;
}

/** `my.app-name` as an environment variable: `MY_APPNAME` (Spring's relaxed binding). */
function environmentName(name: string): string {
  return name.replaceAll("-", "").replaceAll(".", "_").toUpperCase();
}

/** Collects settings of one source; a list given element by element ends up in order. */
export function collectSettings(): {
  add(key: string, value: string, location: RawSetting["location"]): void;
  readonly values: Map<string, RawSetting>;
} {
  const values = new Map<string, RawSetting>();
  return {
    values,
    add(key, value, location) {
      const before = values.get(key);
      values.set(key, before === undefined ? { values: [value], location } : { ...before, values: [...before.values, value] });
    },
  };
}
