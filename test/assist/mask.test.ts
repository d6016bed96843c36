import { describe, expect, test } from "vitest";
import { createScribe } from "../../src/drafting/material.ts";
import { unmaskSql } from "../../src/assist/unmask.ts";

const known = new Set(["public", "customers", "email", "points", "name", "id", "books", "title"]);
const masked = () => createScribe("masked", known);

/** Texts and numbers that are somebody's data; none of them may be sent. */
const PRIVATE = [
  "ann@shop.example",
  "Ann O'Hara",
  "O''Hara",
  "4111",
  "73.5",
  "hunter2",
  "Miller",
  "top secret",
  "s3cr3t",
  "2019-05-01",
  "sk-live-0123456789abcdef",
];

function keepsPrivate(text: string): void {
  expect(PRIVATE.filter((datum) => text.includes(datum))).toEqual([]);
}

describe("literals of SQL", () => {
  test.each([
    [
      "a data statement",
      "INSERT INTO customers (id, email, points) VALUES (4111, 'ann@shop.example', 73.5), (-4111, E'Ann O\\'Hara', NULL)",
    ],
    [
      "a definition",
      "CREATE TABLE customers (id bigint DEFAULT 4111, name varchar(80) DEFAULT 'Miller', CHECK (points > 73.5), since date DEFAULT DATE '2019-05-01')",
    ],
    ["a comment on an object", "COMMENT ON TABLE customers IS 'top secret'"],
    ["comments", "-- Ann O'Hara asked for it\nSELECT 1 /* top secret, /* nested hunter2 */ 4111 */"],
    ["a dollar-quoted text", "UPDATE customers SET name = $x$Ann O'Hara$x$ WHERE email = $$ann@shop.example$$"],
    [
      "a body",
      "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN -- Miller\n IF now() > '2019-05-01' THEN RETURN 4111; END IF; RETURN 73.5; END $f$",
    ],
    ["a body in another language", "CREATE FUNCTION f() RETURNS text LANGUAGE plpython3u AS $$ return 'hunter2' # Miller\n$$"],
    ["a DO block", "DO $$ BEGIN INSERT INTO customers (name) VALUES ('Ann O''Hara'); END $$"],
    ["a prefixed text", "SELECT U&'Miller', B'10', X'4111', N'top secret', E'top secret\\n'"],
    ["what is never closed", "INSERT INTO customers (name) VALUES ('Miller, top secret"],
    ["a password", "CREATE ROLE app LOGIN PASSWORD 'hunter2'"],
  ])("%s", (_what, sql) => {
    const text = masked().sql(sql);
    keepsPrivate(text);
    expect(text).toMatch(/lit_\d|^\s*SELECT lit_1|\*\*\*/);
  });

  test("names, types with their lengths, and positions stay", () => {
    const { sql } = masked();
    expect(sql("CREATE TABLE public.customers (name varchar(80), points numeric(12,2), PRIMARY KEY (name))")).toBe(
      "CREATE TABLE public.customers (name varchar(80), points numeric(12,2), PRIMARY KEY (name))",
    );
    expect(sql("SELECT (string_to_array(name, ','))[2] FROM customers")).toBe("SELECT (string_to_array(name, 'lit_1'))[2] FROM customers");
    expect(sql("DEFAULT nextval('public.books_id_seq'::regclass)")).toBe("DEFAULT nextval('public.books_id_seq'::regclass)");
  });

  test("the same literal has the same name, and comes back as it was", () => {
    const { sql, names } = masked();
    const source = "UPDATE customers SET name = 'O''Hara', email = E'a\\tb', points = 73.5 WHERE name = 'O''Hara' OR email = $$x$$";
    const sent = sql(source);
    expect(sent).toBe("UPDATE customers SET name = 'lit_1', email = 'lit_2', points = lit_3 WHERE name = 'lit_1' OR email = 'lit_4'");
    const back = unmaskSql(sent, names);
    expect(back).toEqual({ kind: "sql", sql: source.replace("$$x$$", "'x'") });
  });

  test("a reply may put a literal elsewhere, and no other", () => {
    const { sql, names } = masked();
    sql("SELECT 'it''s', 73.5, E'\\x41'");
    expect(unmaskSql("SELECT lit_2, 'lit_2', 'lit_1%', $f$ x = 'lit_1' $f$ -- lit_9", names)).toEqual({
      kind: "sql",
      sql: "SELECT 73.5, '73.5', 'it''s%', $f$ x = 'it''s' $f$ -- lit_9",
    });
    expect(unmaskSql("SELECT 'lit_7'", names)).toEqual({ kind: "unknown", name: "lit_7" });
    // Only PostgreSQL reads the escapes of this one, so it stands alone or not at all.
    expect(unmaskSql("SELECT 'lit_3'", names)).toEqual({ kind: "sql", sql: "SELECT E'\\x41'" });
    expect(unmaskSql("SELECT 'lit_3%'", names)).toMatchObject({ kind: "unknown" });
  });
});

describe("literals of programs", () => {
  test.each([
    [
      "Java",
      `// Ann O'Hara
       String who = "Miller"; char c = 'x'; int limit = 4111; double d = 73.5d;
       run("INSERT INTO customers (name, email) VALUES ('Ann O''Hara', 'ann@shop.example')");
       run("Delete from my list: top secret hunter2");
       String text = """
           UPDATE customers SET points = 4111 WHERE name = 'Miller'""";`,
    ],
    [
      "ruby",
      `# Ann O'Hara
       execute <<~SQL, 'Miller'
         UPDATE customers SET name = 'Ann O''Hara' WHERE points = 4111
       SQL
       User.where(email: "ann@shop.example", note: %q(top secret)).update_all(points: 73.5)
       x = [/hunter2/, :customers]
=begin
Miller
=end`,
    ],
    [
      "python",
      `"""Ann O'Hara"""
op.execute(f"UPDATE customers SET name = 'Miller' WHERE points > {4111}")
d = {'email': 'ann@shop.example', "k": r'''top secret''' }  # hunter2
n = 73.5`,
    ],
  ])("%s", (language, source) => {
    const text = masked().program(source, language) ?? "";
    keepsPrivate(text);
    expect(text).toMatch(/UPDATE customers SET (?:points|name) = '?lit_\d+/);
  });

  test("a sentence that begins like SQL keeps no word of its own", () => {
    const text = masked().program(`log("update Miller's card 4111 set aside");`, "java");
    expect(text).toBe(`log("update lit_1'lit_2'");`);
  });

  test("a language whose literals cannot be told is not sent", () => {
    expect(masked().program("echo hunter2", "shell")).toBeNull();
  });
});

test("secrets stay here even where literals are sent", () => {
  const { sql, program } = createScribe("sent", known);
  expect(sql("INSERT INTO customers (email) VALUES ('ann@shop.example')")).toContain("ann@shop.example");
  for (const text of [
    sql("CREATE ROLE app PASSWORD 'hunter2'"),
    sql("SELECT dblink('host=x password=hunter2')"),
    sql("INSERT INTO settings VALUES ('key', 'sk-live-0123456789abcdef')"),
    program(`String apiKey = "hunter2"; connect("jdbc:postgresql://u:s3cr3t@host/db");`, "java") ?? "",
    program("PASSWORD = 'hunter2'\nENV.fetch('TOKEN', 'hunter2')", "ruby") ?? "",
    program(`conn(password="hunter2", token='s3cr3t')`, "python") ?? "",
  ]) {
    keepsPrivate(text);
    expect(text).toContain("***");
  }
});
