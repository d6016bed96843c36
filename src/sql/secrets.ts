import type { Node } from "libpg-query";
import type { Token } from "./lexer.ts";
import { lexTokens } from "./lexer.ts";
import { unquoteIdentifier } from "./names.ts";
import { allOf, textOf } from "./tree.ts";

/** Option names whose value nobody may read: foreign data wrappers, dblink, object stores. */
const SECRET_OPTION = /passw(?:or)?d|secret|token|credential|private_?key|access_?key|api_?key|passfile|passcode/i;

/** Whether OPTIONS (…) of a server, wrapper or user mapping holds a secret. */
export function hasSecretOption(nodes: readonly Node[] | undefined): boolean {
  return allOf(nodes, "DefElem").some(
    (option) => SECRET_OPTION.test(option.defname ?? "") || isSecretConnection(textOf(option.arg) ?? undefined),
  );
}

/** Whether a connection string or URI holds a password. */
export function isSecretConnection(text: string | undefined): boolean {
  return text !== undefined && text.search(CONNECTION_SECRET) !== -1;
}

/** `password=…` of a libpq connection string, and the password of a connection URI (manual, 34.1.1). */
const CONNECTION_SECRET =
  /(?<=\bpassword\s*=\s*)(?:''(?:[^'\\]|\\.)*''|\\?'(?:[^'\\]|\\.)*'|[^\s'"$]+)|(?<=\bpostgres(?:ql)?:\/\/[^:@/\s']*:)[^@\s']+(?=@)/gi;

/** `PASSWORD ''…''` in SQL that itself stands in a string. */
const QUOTED_PASSWORD = /(?<=\bpassword\s+)(?:''(?:[^'])*''|\\'(?:[^'\\])*\\')/gi;

/** A stretch of text that holds a secret. */
interface SecretSpan {
  readonly start: number;
  readonly end: number;
  /** The secret is a literal of its own, not a part of one. */
  readonly whole: boolean;
  /** The literal around it; `null` where that stands inside a quoted body. */
  readonly literal: { readonly start: number; readonly end: number } | null;
  /** What the secret is, as a name: `joe_password`, `remote_connection`. */
  readonly name: string;
}

/** Whether any part of the text is a secret. */
export function namesSecret(sql: string): boolean {
  return findSecrets(sql).length > 0;
}

/**
 * The same text with every secret replaced by `***`: passwords of roles, options of user mappings and servers that hold one,
 * passwords in connection strings, also inside dollar-quoted bodies and quoted SQL. Reads tokens only, so it works on text that
 * does not parse. Without a secret the text comes back as it is.
 */
export function maskSecrets(sql: string): string {
  return replaceSpans(
    sql,
    findSecrets(sql).map((span) => ({ ...span, text: span.whole ? "'***'" : "***" })),
  );
}

/** A statement whose secrets are psql variables. */
export interface SecretVariables {
  readonly sql: string;
  /** The variables, in order: what `psql -v name=value` must give. */
  readonly names: readonly string[];
  /** False where a secret stands inside a quoted body, into which psql puts no variable: it is masked there. */
  readonly complete: boolean;
}

/**
 * The same statement with each literal that is or holds a secret replaced by a psql variable named after what it belongs to
 * (`:'joe_password'`). Two statements about the same role share the variable: the person gives the password that holds today.
 */
export function secretVariables(sql: string): SecretVariables {
  const spans = findSecrets(sql);
  const literals = new Map(
    spans.flatMap(({ literal, name }) => (literal === null ? [] : [[literal.start, { ...literal, name }] as const])),
  );
  const taken = new Map<string, number>();
  const variables = [...literals.values()].map((literal) => {
    const count = (taken.get(literal.name) ?? 0) + 1;
    taken.set(literal.name, count);
    const name = count === 1 ? literal.name : `${literal.name}_${count}`;
    return { ...literal, name, text: `:'${name}'` };
  });
  const masked = spans.filter((span) => span.literal === null).map((span) => ({ ...span, text: span.whole ? "'***'" : "***" }));
  return {
    sql: replaceSpans(
      sql,
      [...variables, ...masked].sort((a, b) => a.start - b.start),
    ),
    names: variables.map((variable) => variable.name),
    complete: masked.length === 0,
  };
}

function replaceSpans(sql: string, spans: readonly { readonly start: number; readonly end: number; readonly text: string }[]): string {
  let result = "";
  let at = 0;
  for (const span of spans) {
    result += sql.slice(at, span.start) + span.text;
    at = span.end;
  }
  return result + sql.slice(at);
}

/** Statements without any of these words hold no secret; most do not, and are not read token by token. */
const WORTH_READING = /passw|secret|token|credential|key|passfile|passcode|postgres(?:ql)?:\/\//i;

/** Words after which the owner of a secret is named. */
const OWNERS = /^(?:role|user|group|server|subscription|wrapper)$/i;

/** Words that may stand between those and the name. */
const BETWEEN = /^(?:if|not|exists|mapping|for)$/i;

function findSecrets(sql: string): readonly SecretSpan[] {
  if (!WORTH_READING.test(sql)) return [];
  const spans: SecretSpan[] = [];
  let previous = "";
  let inOptions = false;
  let owner = "";
  let ownerNext = false;
  for (const token of lexTokens(sql)) {
    if (token.kind === "comment") continue;
    const text = sql.slice(token.start, token.end);
    if (token.kind === "string" || token.kind === "dollar-string") {
      const secret = /^password$/i.test(previous) || (inOptions && SECRET_OPTION.test(previous));
      const literal = { start: token.start, end: token.end };
      const name = variableName(owner, secret ? previous : "connection");
      if (secret) spans.push({ ...literal, literal, name, whole: true });
      else spans.push(...(token.kind === "string" ? secretsInString(text, literal, name) : secretsInBody(text, token)));
    } else if (ownerNext && !BETWEEN.test(text)) {
      owner = unquoteIdentifier(text);
      ownerNext = false;
    } else if (!inOptions && OWNERS.test(text)) {
      ownerNext = true;
    }
    if (/^options$/i.test(text)) inOptions = true;
    if (text === ")" || text === ";") inOptions = false;
    previous = text;
  }
  return spans;
}

/** A name that psql takes for a variable: letters, digits and underscores. */
function variableName(owner: string, what: string): string {
  return `${owner === "" ? "" : `${owner}_`}${unquoteIdentifier(what)}`.replace(/[^A-Za-z0-9_]+/g, "_");
}

/** A connection string, or SQL that is built as text. */
function secretsInString(text: string, literal: { readonly start: number; readonly end: number }, name: string): SecretSpan[] {
  return [...text.matchAll(CONNECTION_SECRET), ...text.matchAll(QUOTED_PASSWORD)]
    .map((match) => ({
      start: literal.start + match.index,
      end: literal.start + match.index + match[0].length,
      literal,
      name,
      whole: false,
    }))
    .sort((a, b) => a.start - b.start);
}

/** A routine's body or a DO block: SQL of its own. */
function secretsInBody(text: string, token: Token): SecretSpan[] {
  const open = text.indexOf("$", 1) + 1;
  const inner = token.unclosed === undefined ? text.slice(open, -open) : text.slice(open);
  return findSecrets(inner).map((span) => ({
    start: token.start + open + span.start,
    end: token.start + open + span.end,
    literal: null,
    name: span.name,
    whole: span.whole,
  }));
}
