import { nextToken } from "./lexer.ts";

/** An identifier as SQL writes it, folded or unquoted as PostgreSQL does: `Foo` gives `foo`, `"Fo""o"` gives `Fo"o`. */
export function unquoteIdentifier(text: string): string {
  if (!text.startsWith('"')) return foldCase(text);
  return text.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined).replaceAll('""', '"');
}

/** PostgreSQL folds ASCII letters only in UTF-8 databases (`downcase_identifier()`). */
function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The parts of a dotted name in SQL's own spelling (`public."My table"`), as regclass reads it; what is no name comes back whole. */
export function parseQualifiedName(text: string): { readonly schema: string | null; readonly name: string } {
  const parts: string[] = [];
  let expectName = true;
  for (let token = nextToken(text, 0); token !== null; token = nextToken(text, token.end)) {
    const word = text.slice(token.start, token.end);
    if (expectName && (token.kind === "word" || token.kind === "quoted-identifier")) parts.push(unquoteIdentifier(word));
    else if (expectName || word !== ".") return { schema: null, name: text };
    expectName = !expectName;
  }
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? text };
}
