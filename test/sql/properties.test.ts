import { array, assert, constantFrom, oneof, pre, property, string, stringMatching } from "fast-check";
import { scanSync } from "libpg-query";
import { beforeAll, describe, expect, test } from "vitest";
import { nextToken } from "../../src/sql/lexer.ts";
import { parseQualifiedName, unquoteIdentifier } from "../../src/sql/names.ts";
import { fieldsOf, listName, strings, textOf } from "../../src/sql/tree.ts";
import { loadParser, parseTree } from "../../src/sql/parser.ts";
import { dollarQuote, qualifiedName, quoteIdentifier, quoteLiteral } from "../../src/sql/quote.ts";
import { positionAt, splitStatements } from "../../src/sql/split.ts";
import { STATEMENTS } from "./statements.ts";

beforeAll(loadParser);

/** Names that a database can hold: not empty, no NUL, at most 63 bytes (the parser cuts what is longer). */
const name = oneof(
  string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((text) => !text.includes("\0") && Buffer.byteLength(text) < 64),
  constantFrom("user", "User", "select", "int", "a b", 'a"b', "é", "😀", "a.b", "1a", "$a", "name", "between"),
);

function selected(expression: string): unknown {
  const outcome = parseTree(`SELECT ${expression}`);
  if (outcome.kind === "refused") throw new Error(outcome.problem.message);
  const target = fieldsOf(fieldsOf(outcome.tree, "SelectStmt")?.targetList?.[0], "ResTarget");
  return target?.val;
}

describe("quoting", () => {
  test("an identifier reads back as itself", () => {
    assert(
      property(name, (text) => {
        const outcome = parseTree(`SELECT 1 AS ${quoteIdentifier(text)}`);
        const target = outcome.kind === "tree" ? fieldsOf(fieldsOf(outcome.tree, "SelectStmt")?.targetList?.[0], "ResTarget") : null;
        expect(target?.name).toBe(text);
        expect(unquoteIdentifier(quoteIdentifier(text))).toBe(text);
      }),
    );
  });

  test("a qualified name reads back as itself", () => {
    assert(
      property(name, name, (schema, table) => {
        const outcome = parseTree(`DROP TABLE ${qualifiedName(schema, table)}`);
        const list = outcome.kind === "tree" ? fieldsOf(fieldsOf(outcome.tree, "DropStmt")?.objects?.[0], "List") : null;
        expect(listName(list?.items)).toEqual({ schema, name: table });
        expect(parseQualifiedName(qualifiedName(schema, table))).toEqual({ schema, name: table });
      }),
    );
  });

  test("a literal reads back as itself", () => {
    const text = oneof(string({ unit: "grapheme" }), constantFrom("\\", "'", "\\'", "a\nb", "E'", "''", "\\n"));
    assert(
      property(
        text.filter((value) => !value.includes("\0")),
        (value) => {
          expect(textOf(selected(quoteLiteral(value)) as never)).toBe(value);
        },
      ),
    );
  });

  test("a body between dollar quotes reads back as itself", () => {
    for (const body of ["BEGIN END", "a $$ b", "$x$ $x1$ $$", "$_1$ $$"])
      for (const tag of ["", "x"]) expect(textOf(selected(dollarQuote(body, tag)) as never)).toBe(body);
  });

  test("exactly the key words that PostgreSQL does not call unreserved are quoted", () => {
    const words = new Set(STATEMENTS.flatMap(([sql]) => sql.toLowerCase().match(/[a-z_]+/g) ?? []));
    for (const word of [...words, "xmltable", "merge_action", "system_user", "json_scalar", "char", "setof", "normalize"]) {
      const kind = scanSync(word).tokens[0]?.keywordName;
      expect([word, quoteIdentifier(word) === word]).toEqual([word, kind === "NO_KEYWORD" || kind === "UNRESERVED_KEYWORD"]);
    }
  });
});

/** Pieces that trip lexers, put together at random. */
const pieces = array(
  oneof(
    constantFrom(
      "select",
      "'a;b'",
      "'it''s'",
      "E'a\\';'",
      "e'x'\n'\\';'",
      '"a;""b"',
      "$$;$$",
      "$x$ $$ ; $x$",
      "$1",
      "a$b$",
      "/* ; /* ; */ */",
      "-- ;\n",
      "--;",
    ),
    constantFrom(
      "(",
      ")",
      "+",
      "-",
      "/",
      "*",
      "::",
      ":",
      ",",
      ".",
      "1.5e3",
      "1_000",
      "0x1F",
      "U&'\\0041'",
      'U&"\\0041"',
      "b'01'",
      "X'1F'",
      "n'é'",
      "1..2",
      ".5",
      "<=>",
      "@>",
      "!!",
    ),
    constantFrom(" ", "\n", "\t", "\r\n", ";", "; ", " ;\n", "é", "日本", "😀"),
    stringMatching(/^[a-z0-9_'"$;\\/*-]{1,4}$/),
  ),
  { maxLength: 14 },
);

/** Tokens as PostgreSQL's own scanner cuts them; its operators and numbers may be longer than ours, so only the others count. */
function hidingTokens(text: string): readonly string[] | null {
  let tokens: ReturnType<typeof scanSync>["tokens"];
  try {
    tokens = scanSync(text).tokens;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
  const bytes = Buffer.from(text);
  const source = tokens.map((token) => bytes.subarray(token.start, token.end).toString());
  return source.filter((token) => /^(?:[a-z]{0,1}&?['"]|\$[^0-9]|--|\/\*|;|\(|\))/i.test(token));
}

describe("the lexer", () => {
  test("finds the strings, comments, quotes and semicolons that PostgreSQL's scanner finds", () => {
    let compared = 0;
    assert(
      property(pieces, (list) => {
        const text = list.join("");
        // PostgreSQL joins strings across comments too; libpg-query does not, for it tells comments as tokens.
        pre(!/'\s*[\r\n](?:\s|--.*[\r\n])*--.*[\r\n]\s*'/.test(text));
        const expected = hidingTokens(text);
        if (expected === null) return;
        compared++;
        const found: string[] = [];
        for (let token = nextToken(text, 0); token !== null; token = nextToken(text, token.end)) {
          const source = text.slice(token.start, token.end);
          if (token.kind !== "number" && /^(?:[a-z]{0,1}&?['"]|\$[^0-9]|--|\/\*|;|\(|\))/i.test(source)) found.push(source);
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 4000 },
    );
    expect(compared).toBeGreaterThan(800);
  });

  test("splitting loses no token but the terminators, and places are true", () => {
    assert(
      property(pieces, (list) => {
        const text = list.join("");
        const tokens = (source: string): string[] => {
          const found: string[] = [];
          for (let token = nextToken(source, 0); token !== null; token = nextToken(source, token.end)) {
            if (token.kind !== "comment") found.push(source.slice(token.start, token.end));
          }
          return found;
        };
        const statements = splitStatements(text);
        // An unclosed comment swallows what follows, so it has no tokens of its own.
        pre(statements.every((statement) => statement.unclosed?.what !== "comment"));
        const withoutEnds = (source: readonly string[]): string[] => source.filter((token) => token !== ";");
        expect(withoutEnds(statements.flatMap((statement) => tokens(statement.sql)))).toEqual(withoutEnds(tokens(text)));
        for (const { sql, ...at } of statements) {
          expect(text.startsWith(sql, at.offset)).toBe(true);
          expect(positionAt(text, at.offset)).toEqual({ offset: at.offset, line: at.line, column: at.column });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("a qualified name in SQL's own spelling", () => {
  expect(parseQualifiedName('Public."My ""Table"')).toEqual({ schema: "public", name: 'My "Table' });
  expect(parseQualifiedName("db.public.t")).toEqual({ schema: "public", name: "t" });
  expect(strings([{ String: { sval: "a" } }])).toEqual(["a"]);
});
