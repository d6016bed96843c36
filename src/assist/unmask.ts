import { lexTokens } from "../sql/lexer.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { literalName, type LiteralNames, type MaskedLiteral } from "./literal-names.ts";

/** SQL with the literals back in their places, or the name that no literal has. */
export type Unmasked = { readonly kind: "sql"; readonly sql: string } | { readonly kind: "unknown"; readonly name: string };

/** Puts the masked literals back into SQL that a model wrote. */
export function unmaskSql(sql: string, names: LiteralNames): Unmasked {
  let unmasked = "";
  let at = 0;
  for (const token of lexTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    unmasked += sql.slice(at, token.start);
    at = token.end;
    if (token.kind === "comment" || text.search(literalName) === -1) {
      unmasked += text;
      continue;
    }
    const unknown = [...text.matchAll(literalName)].find(([name]) => names.literalOf(name) === undefined);
    if (unknown !== undefined) return { kind: "unknown", name: unknown[0] };
    const put = putBack(token.kind, text, names);
    if (put.kind === "unknown") return put;
    unmasked += put.sql;
  }
  return { kind: "sql", sql: unmasked + sql.slice(at) };
}

function putBack(kind: string, text: string, names: LiteralNames): Unmasked {
  const sql = (put: string): Unmasked => ({ kind: "sql", sql: put });
  const whole = names.literalOf(
    kind === "string" ? text.replace(/^[A-Za-z&]*'|'$/g, "") : kind === "quoted-identifier" ? text.slice(1, -1) : text,
  );
  if (kind === "dollar-string") {
    const open = text.indexOf("$", 1) + 1;
    const inner = unmaskSql(text.slice(open, -open), names);
    return inner.kind === "unknown" ? inner : sql(`${text.slice(0, open)}${inner.sql}${text.slice(0, open)}`);
  }
  if (kind === "quoted-identifier") return sql(whole === undefined ? text : quoteIdentifier(nameIn(whole)));
  if (kind === "string") {
    if (whole !== undefined) return sql(whole.kind === "text" && whole.value === null ? whole.raw : quoted(whole.value ?? whole.raw));
    const parts = [...text.matchAll(literalName)].map(([name]) => ({ name, literal: names.literalOf(name) }));
    const opaque = parts.find(({ literal }) => literal?.value === null || literal === undefined);
    // A part of a text cannot be put together from one that only PostgreSQL can read.
    if (opaque !== undefined) return { kind: "unknown", name: opaque.name };
    return sql(text.replaceAll(literalName, (name) => (names.literalOf(name)?.value ?? "").replaceAll("'", "''")));
  }
  if (whole === undefined) return sql(text);
  return sql(whole.kind === "text" ? (whole.value === null ? whole.raw : quoted(whole.value)) : whole.raw);
}

function nameIn({ raw, value }: MaskedLiteral): string {
  return (value ?? raw).replace(/^"|"$/g, "").replaceAll('""', '"');
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
