import { settingKey } from "../settings/interpret.ts";
import { argumentsOf, closeOf } from "./call-text.ts";

/** One setting that a program gives to Flyway. */
export interface CodeSetting {
  /** As the method names it: `locations`. */
  readonly name: string;
  readonly key: string;
  /** `null` where the program computes it. */
  readonly values: readonly string[] | null;
  /** Offset of the call, in UTF-16 units. */
  readonly offset: number;
}

/** What a source file says to Flyway's own configuration classes. */
export interface CodeConfiguration {
  /** How many configurations it begins. */
  readonly roots: number;
  readonly offset: number;
  readonly settings: readonly CodeSetting[];
}

/** Settings that decide what a history is or that are worth a word, by the names of their methods. */
const known = new Set(
  [
    "locations", "callbackLocations", "table", "schemas", "defaultSchema", "createSchemas", "placeholderReplacement", "placeholders", "placeholderPrefix",
    "placeholderSuffix", "placeholderSeparator", "sqlMigrationPrefix", "repeatableSqlMigrationPrefix", "undoSqlMigrationPrefix",
    "baselineMigrationPrefix", "sqlMigrationSeparator", "sqlMigrationSuffixes", "encoding", "target", "mixed", "executeInTransaction", "initSql",
    "outOfOrder", "group", "baselineOnMigrate", "baselineVersion", "validateOnMigrate", "validateMigrationNaming", "ignoreMigrationPatterns",
    "skipDefaultCallbacks", "skipDefaultResolvers", "transactionalLock", "callbacks", "resolvers", "javaMigrations",
  ].map(settingKey),
); // prettier-ignore

const root = /\bFlyway\s*\.\s*configure\s*\(|(?<!\.)\b(?:Fluent|Classic)Configuration\s*\(|\bnew\s+Flyway\s*\(/g;

/** Names that stand for a configuration: variables, parameters, and what a customizer is given. */
const names: readonly RegExp[] = [
  /\b(\w+)\s*(?::\s*\w+\s*)?=\s*(?:Flyway\s*\.\s*configure|(?:new\s+)?(?:Fluent|Classic)Configuration|new\s+Flyway)\s*\(/g,
  /\b(?:Fluent|Classic)Configuration\s+(\w+)/g,
  /\b(\w+)\s*:\s*(?:Fluent|Classic)Configuration\b/g,
  /\bFlywayConfigurationCustomizer\b[^;]{0,200}?\(?\b(\w+)\)?\s*->/g,
];

const call = /\s*(?:\/\/[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*\??\.\s*(\w+)\s*\(/y;

/** The expression that a name of this file stands for, where it is given exactly one. */
function constantOf(name: string, text: string): string | null {
  const found = [
    ...text.matchAll(new RegExp(`\\b${name}\\s*(?::\\s*[\\w<>?, ]+)?\\s*=(?![=>])\\s*([^;]*?)\\s*(?:;|\\n(?!\\s*[+.\\w"(]))`, "g")),
  ];
  return found.length === 1 ? (found[0]?.[1] ?? null) : null;
}

/** The texts, numbers or truth values that an expression is, through constants of the same file and lists; `null` where it computes something. */
function literalsOf(expression: string, text: string, depth: number): readonly string[] | null {
  const source = expression.trim();
  if (depth > 5 || source === "") return null;
  if (/^(?:true|false|\d[\d.]*)$/.test(source)) return [source];
  const quoted = /^"((?:[^"\\\n]|\\.)*)"$/.exec(source)?.[1];
  if (quoted !== undefined) return [quoted.replaceAll(/\\(.)/g, "$1")];
  if (/^MigrationVersion\.LATEST$/.test(source)) return ["latest"];
  const charset = /^StandardCharsets\.(\w+)(?:\.name\(\))?$/.exec(source)?.[1];
  if (charset !== undefined) return [charset.replaceAll("_", "-")];
  const list =
    /^(?:\*?\s*(?:\w+\s*\.\s*)?(?:of|asList|listOf|arrayOf|fromVersion)\s*\()([\s\S]*)\)$/.exec(source)?.[1] ??
    /^new\s+String\s*\[\s*\]\s*\{([\s\S]*)\}$/.exec(source)?.[1];
  if (list !== undefined) {
    const values = argumentsOf(list).map((one) => literalsOf(one, text, depth + 1));
    return values.every((value) => value !== null) ? values.flat() : null;
  }
  const name = /^\*?(?:\w+\.)?(\w+)(?:\s*\.\s*stream\(\))?(?:\s*\.\s*(?:toArray\([^)]*\)|toTypedArray\(\)))?$/.exec(source)?.[1];
  const constant = name === undefined ? null : constantOf(name, text);
  return constant === null ? null : literalsOf(constant, text, depth + 1);
}

function settingOf(method: string, inside: string, at: { readonly text: string; readonly offset: number }): CodeSetting | null {
  const name = method.replace(/^set([A-Z])/, (_, first: string) => first.toLowerCase());
  const key = settingKey(name);
  if (!known.has(key)) return null;
  const given = argumentsOf(inside).map((one) => literalsOf(one, at.text, 0));
  const literal = given.length > 0 && given.every((value) => value !== null);
  return {
    name,
    key: key === "transactionallock" ? "postgresql.transactional.lock" : key,
    values: literal ? given.flat() : null,
    offset: at.offset,
  };
}

/** The calls that follow one another from `start`: `.locations("a").table("b")`. */
function readChain(text: string, start: number, into: Map<number, CodeSetting>): void {
  let at = start;
  for (;;) {
    call.lastIndex = at;
    const found = call.exec(text);
    if (found === null) return;
    const close = closeOf(text, call.lastIndex - 1);
    if (close === null) return;
    const offset = found.index + found[0].search(/\w+\s*\($/);
    const setting = settingOf(found[1] ?? "", text.slice(call.lastIndex, close), { text, offset });
    if (setting !== null) into.set(offset, setting);
    at = close + 1;
  }
}

/**
 * What Java, Kotlin, Groovy or Scala says to `Flyway.configure()`, a `FluentConfiguration` or the setters of older versions, without running it.
 * `null` where the source does not configure Flyway.
 */
export function readConfiguration(text: string): CodeConfiguration | null {
  const settings = new Map<number, CodeSetting>();
  const roots = [...text.matchAll(root)];
  for (const found of roots) {
    const close = closeOf(text, found.index + found[0].length - 1);
    if (close !== null) readChain(text, close + 1, settings);
  }
  const variables = new Set(names.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[1] ?? "")));
  for (const variable of variables) {
    for (const found of text.matchAll(new RegExp(`(?<![\\w.])${variable}(?=\\s*\\??\\.)`, "g")))
      readChain(text, found.index + variable.length, settings);
  }
  if (roots.length > 0) {
    for (const found of text.matchAll(/(?<=\.)\s*setTransactionalLock\s*\(\s*(true|false)\s*\)/g)) {
      settings.set(found.index, {
        name: "transactionalLock",
        key: "postgresql.transactional.lock",
        values: [found[1] ?? ""],
        offset: found.index,
      });
    }
  }
  if (roots.length === 0 && settings.size === 0) return null;
  const ordered = [...settings.values()].toSorted((left, right) => left.offset - right.offset);
  return { roots: roots.length, offset: roots[0]?.index ?? ordered[0]?.offset ?? 0, settings: ordered };
}
