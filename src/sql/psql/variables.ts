import { quoteLiteral } from "../quote.ts";

/** What a psql variable holds, as far as it is known without running anything. */
export type VariableValue = { readonly kind: "known"; readonly value: string } | { readonly kind: "unknown"; readonly reason: string };

/** The variables of one psql session. */
export interface Variables {
  get(name: string): VariableValue | null;
  set(name: string, value: VariableValue): void;
  unset(name: string): void;
  /** From now on any variable may exist: a `\gset` gave names that cannot be read off its query. */
  anythingMayExist(reason: string): void;
}

/** What psql sets of its own accord and only a live session knows. */
const SET_BY_PSQL = ["ERROR", "SQLSTATE", "ROW_COUNT", "LAST_ERROR_MESSAGE", "LAST_ERROR_SQLSTATE"];

/**
 * The variables that the caller gives (`--placeholder`) before what the script sets. A value that the script would learn from
 * the database (`\gset`, backticks) does not displace one that the caller gave.
 */
export function createVariables(given: Readonly<Record<string, string>>): Variables {
  const values = new Map<string, VariableValue>();
  for (const name of SET_BY_PSQL) values.set(name, { kind: "unknown", reason: `psql sets ${name} from the last statement's outcome` });
  for (const [name, value] of Object.entries({ AUTOCOMMIT: "on", ON_ERROR_STOP: "off", ...given }))
    values.set(name, { kind: "known", value });
  let anything: string | null = null;
  return {
    get: (name) => values.get(name) ?? (anything === null ? null : { kind: "unknown", reason: anything }),
    set(name, value) {
      if (value.kind === "unknown" && Object.hasOwn(given, name)) return;
      values.set(name, value);
    },
    unset: (name) => void values.delete(name),
    anythingMayExist: (reason) => {
      anything ??= reason;
    },
  };
}

/** One use of a variable in SQL or in the arguments of a meta-command. */
export interface VariableUse {
  readonly form: "plain" | "literal" | "identifier" | "exists";
  readonly name: string;
  readonly end: number;
}

const USE = /:(?:([\w\u0080-\uffff]+)|'([\w\u0080-\uffff]+)'|"([\w\u0080-\uffff]+)"|\{\?([\w\u0080-\uffff]+)\})/y;

/**
 * The variable use that starts at `at`, where a colon stands; `null` for any other colon. The caller leaves out `::` and `:=`
 * (`psqlscan.l`, rules for `variable_char`).
 */
export function variableUseAt(text: string, at: number): VariableUse | null {
  USE.lastIndex = at;
  const found = USE.exec(text);
  if (found === null) return null;
  const [, plain, literal, identifier, exists] = found;
  const end = USE.lastIndex;
  if (plain !== undefined) return { form: "plain", name: plain, end };
  if (literal !== undefined) return { form: "literal", name: literal, end };
  if (identifier !== undefined) return { form: "identifier", name: identifier, end };
  return exists === undefined ? null : { form: "exists", name: exists, end };
}

/** What a use is replaced by; `null` where the variable is not set (psql then leaves the text as it is). */
export function expandUse(use: VariableUse, variables: Variables): VariableValue | null {
  const value = variables.get(use.name);
  if (use.form === "exists") return value?.kind === "unknown" ? value : { kind: "known", value: value === null ? "FALSE" : "TRUE" };
  if (value === null || value.kind === "unknown" || use.form === "plain") return value;
  // Quoted always, as PQescapeIdentifier does: a name that needs no quotes must still not be folded.
  if (use.form === "identifier") return { kind: "known", value: `"${value.value.replaceAll('"', '""')}"` };
  return { kind: "known", value: quoteLiteral(value.value) };
}

/** psql's `ParseVariableBool`: a prefix of true, false, yes, no, on, off, or 1, 0; `null` for anything else. */
export function parseBoolean(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  if (word === "") return null;
  if ("true".startsWith(word) || "yes".startsWith(word) || word === "on" || word === "1") return true;
  if ("false".startsWith(word) || "no".startsWith(word) || word === "of" || word === "off" || word === "0") return false;
  return null;
}
