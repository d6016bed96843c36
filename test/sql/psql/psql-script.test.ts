import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Failure } from "../../../src/model/failure.ts";
import type { Step } from "../../../src/model/history.ts";
import { readPsqlScript, type PsqlScript } from "../../../src/sql/psql/script.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), "pggit-psql-"));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

interface Case {
  readonly text: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

function read({ text, variables = {}, files = {} }: Case): PsqlScript {
  const result = readPsqlScript({ root: project({ "a/main.sql": text, ...files }), file: "a/main.sql", variables });
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  return result.value;
}

function fail({ text, variables = {}, files = {} }: Case): readonly Failure[] {
  const result = readPsqlScript({ root: project({ "a/main.sql": text, ...files }), file: "a/main.sql", variables });
  if (result.kind === "ok") throw new Error(`read: ${JSON.stringify(result.value.steps)}`);
  return result.failures;
}

/** One line per step: `line: sql`, copies with their data, custom code with `!`. */
function show(steps: readonly Step[]): readonly string[] {
  return steps.map((step) => {
    const at = `${step.location.file === "a/main.sql" ? "" : `${step.location.file}:`}${step.location.line}`;
    if (step.kind === "statement") return `${at}: ${step.sql}`;
    if (step.kind === "copy") return `${at}: ${step.sql} <<${JSON.stringify(step.data)}`;
    return `${at}! ${step.text}`;
  });
}

describe("what psql sends", () => {
  const cases: readonly (readonly [string, Case, readonly string[]])[] = [
    [
      "statements and comments",
      { text: "-- one\nselect 1; /* ; */ select 2 -- ;\n;\n\n;;select 3" },
      ["2: select 1", "2: select 2", "5: select 3"],
    ],
    [
      "dollar quotes and strings",
      { text: "do $a$ begin; $b$ ; end $a$;\nselect ';', E'\\';', $$;$$, \";\";" },
      ["1: do $a$ begin; $b$ ; end $a$", "2: select ';', E'\\';', $$;$$, \";\""],
    ],
    [
      "a rule's parentheses and an atomic body",
      {
        text: "create rule r as on insert to t do (select 1; select 2);\ncreate function f() returns int begin atomic select case when true then 1 end; end; select 9;",
      },
      [
        "1: create rule r as on insert to t do (select 1; select 2)",
        "2: create function f() returns int begin atomic select case when true then 1 end; end",
        "2: select 9",
      ],
    ],
    [
      "casts, assignments and slices are no variables",
      { text: "select '1'::int, a[1:n], f(x := 2), a[lo:hi] from t;" },
      ["1: select '1'::int, a[1:n], f(x := 2), a[lo:hi] from t"],
    ],
    [
      "a variable in its four forms",
      {
        text: 'create table :"t" (a text default :\'v\', b int default :n, c bool default :{?n}, d bool default :{?no}); select \':n ":n"\', ":n", $$:n$$ /* :n */;',
        variables: { t: 'My "T"', v: "it's", n: "7" },
      },
      [
        '1: create table "My ""T""" (a text default \'it\'\'s\', b int default 7, c bool default TRUE, d bool default FALSE)',
        '1: select \':n ":n"\', ":n", $$:n$$',
      ],
    ],
    [
      "comments before a command or a variable end nothing",
      { text: "select 1 -- one\n\\g\nselect /* two */ :a -- three\n;", variables: { a: "2" } },
      ["1: select 1", "3: select 2"],
    ],
    [
      "variables side by side, the same text twice",
      { text: "select :a:a, :a :a , x.:a.y;", variables: { a: "foo" } },
      ["1: select foofoo, foo foo , x.foo.y"],
    ],
    [
      "a variable that holds statements",
      { text: "select 0 :more select 4;", variables: { more: "; select 1; select ';'; " } },
      ["1: select 0", "1: select 1", "1: select ';'", "1: select 4"],
    ],
    [
      "\\set joins its words and knows escapes",
      { text: "\\set a 'it''s\\n'\n\\set b 'x\\ty\\101\\x42'\n\\set c :b 2\nselect :'a', :'b', :'c';" },
      ["4: select 'it''s\n', 'x\tyAB', 'x\tyAB2'"],
    ],
    ["\\unset", { text: "\\set a 1\n\\unset a\nselect :{?a};" }, ["3: select FALSE"]],
    [
      "\\; splits, \\: is a colon, \\\\ ends a command",
      { text: "select 1\\; select 2;\n\\echo hi \\\\ select 3;\n\\pset pager off\nselect a\\:\\:int from t;" },
      ["1: select 1", "1: select 2", "2: select 3", "4: select a::int from t"],
    ],
    [
      "\\g and its like send the query",
      { text: "select 1 \\g\nselect 2 \\gx out.txt\nselect 3 \\gdesc\nselect 4 \\r\nselect 5 \\crosstabview a b\n" },
      ["1: select 1", "2: select 2", "5: select 5"],
    ],
    [
      "\\if with every branch",
      {
        text: "\\if on\nselect 1;\n\\if 0\nselect 2;\n\\elif yes\nselect 3;\n\\else\nselect 4;\n\\endif\n\\elif true\nselect 5;\n\\else\nselect 6;\n\\endif\nselect 7;",
      },
      ["2: select 1", "6: select 3", "15: select 7"],
    ],
    [
      "what is skipped does nothing",
      { text: "\\if false\n\\i nowhere.sql\n\\set x 1\n\\! rm -rf /\nselect :missing;\n\\q\n\\endif\nselect :{?x};" },
      ["8: select FALSE"],
    ],
    [
      "\\if inside a statement",
      { text: "create table t (a int\n\\if true\n, b int\n\\else\n, c int\n\\endif\n);" },
      ["1: create table t (a int\n, b int\n)"],
    ],
    ["\\q ends the script", { text: "select 1;\n\\q\nselect 'never" }, ["1: select 1"]],
    [
      "COPY data",
      { text: "COPY t (a, b) FROM stdin WITH (FORMAT csv);\n1,';\n:x\\\n\\.\nselect 1;\ncopy u from stdin;\n\\.\ncopy v from stdin;\n5" },
      [
        '1: COPY t (a, b) FROM stdin WITH (FORMAT csv) <<"1,\';\\n:x\\\\\\n"',
        "5: select 1",
        '6: copy u from stdin <<""',
        '8: copy v from stdin <<"5"',
      ],
    ],
    [
      "\\copy from the script and from a file",
      {
        text: "\\copy t(a) from stdin csv\n1\n\\.\n\\copy u from 'a/data file.csv' with (format csv, header)\n\\copy (select 1) to 'x'\n\\copy v from a/v.txt;\n",
        files: { "a/data file.csv": "h\n1\n", "a/v.txt": "9\n" },
      },
      [
        '1: COPY t(a) FROM STDIN csv <<"1\\n"',
        '4: COPY u FROM STDIN with (format csv, header) <<"h\\n1\\n"',
        '6: COPY v FROM STDIN <<"9\\n"',
      ],
    ],
    [
      "\\i from the root, \\ir from the file",
      {
        text: "\\i a/b.sql\n\\ir sub/c.sql\nselect 1;",
        files: { "a/b.sql": "select :'x';\n\\set y 2\n", "a/sub/c.sql": "\n\n\\ir d.sql\nselect :y;", "a/sub/d.sql": "select 'd'" },
        variables: { x: "b" },
      },
      ["a/b.sql:1: select 'b'", "a/sub/d.sql:1: select 'd'", "a/sub/c.sql:4: select 2", "3: select 1"],
    ],
    [
      "\\i with a variable, and beside the script",
      { text: "\\i :dir/b.sql\n\\i b.sql\n", variables: { dir: "a" }, files: { "a/b.sql": "select 1;" } },
      ["a/b.sql:1: select 1", "a/b.sql:1: select 1"],
    ],
    [
      "\\gset of constants",
      { text: "select 'a' as x, 2 as y, true \"Z\" \\gset p_\nselect :'p_x', :p_y, :'p_Z';" },
      ["1: select 'a' as x, 2 as y, true \"Z\"", "2: select 'a', 2, 't'"],
    ],
    [
      "pg_dump's head",
      { text: "\\restrict Abc\nSET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\\unrestrict Abc\n" },
      ["2: SET statement_timeout = 0", "3: SELECT pg_catalog.set_config('search_path', '', false)"],
    ],
    [
      "Windows line ends",
      { text: "\\set a 1\r\nselect :a;\r\n\\if :a\r\nselect 2;\r\n\\endif\r\nCOPY t FROM STDIN;\r\n1\r\n\\.\r\nselect 3;\r\n" },
      ["2: select 1", "4: select 2", '6: COPY t FROM STDIN <<"1\\r\\n"', "9: select 3"],
    ],
  ];
  test.each(cases)("%s", (_name, input, expected) => {
    expect(show(read(input).steps)).toEqual(expected);
  });
});

describe("what psql would have to run", () => {
  const cases: readonly (readonly [string, Case, readonly string[]])[] = [
    [
      "a shell command",
      { text: "select 1;\n\\! touch /tmp/pggit-never\nselect 2;" },
      ["1: select 1", "2! \\! touch /tmp/pggit-never", "3: select 2"],
    ],
    [
      "a backtick and what uses it",
      { text: "\\set u `touch /tmp/pggit-never`\ncreate role :u;\nselect 1;" },
      ["1! \\set u `touch /tmp/pggit-never`", "2! create role :u;", "3: select 1"],
    ],
    ["a backtick whose value is given", { text: "\\set u `cat secret`\ncreate role :u;", variables: { u: "joe" } }, ["2: create role joe"]],
    [
      "\\gexec",
      { text: "select 'drop table ' || x\nfrom t \\gexec\nselect 1;" },
      ["1! select 'drop table ' || x\nfrom t \\gexec", "3: select 1"],
    ],
    [
      "\\gset from a table",
      { text: "select max(id) as top, now() from t \\gset\nselect :top;\nselect :other;" },
      ["1: select max(id) as top, now() from t", "2! select :top;", "3! select :other;"],
    ],
    [
      "\\if on a result",
      { text: "select exists(select) as e \\gset\n\\if :e\nselect 1;\n\\if x\n\\endif\n\\endif\nselect 2;" },
      ["1: select exists(select) as e", "2! \\if :e\nselect 1;\n\\if x\n\\endif\n\\endif", "7: select 2"],
    ],
    [
      "\\if on a result that was given",
      { text: "select exists(select) as e \\gset\n\\if :e\nselect 1;\n\\endif", variables: { e: "t" } },
      ["1: select exists(select) as e", "3: select 1"],
    ],
    ["\\copy from a program", { text: "\\copy t from program 'cat x'" }, ["1! \\copy t from program 'cat x'"]],
    ["an unknown command", { text: "\\frobnicate now\nselect 1;" }, ["1! \\frobnicate now", "2: select 1"]],
    [
      "bound parameters",
      { text: "insert into t values ($1) \\bind 'a' \\g\nselect 1;" },
      ["1! insert into t values ($1) \\bind 'a'", "2: select 1"],
    ],
    ["psql's own variables", { text: "select 1/0;\nselect :'SQLSTATE';" }, ["1: select 1/0", "2! select :'SQLSTATE';"]],
  ];
  test.each(cases)("%s", (_name, input, expected) => {
    const script = read(input);
    expect(show(script.steps)).toEqual(expected);
    expect(script.steps.filter((step) => step.kind === "custom-code" && step.reason === "")).toEqual([]);
  });

  test("\\connect is a question", () => {
    const script = read({ text: "\\connect other\nselect 1;\n\\c\n" });
    expect(script.edgeCases.map((edge) => [edge.kind, edge.source?.location.line])).toEqual([["unsupported-statement", 1]]);
    expect(show(script.steps)).toEqual(["2: select 1"]);
  });
});

describe("what keeps a script from being read", () => {
  const latin = Buffer.from("select 1;\nselect 'ä';", "latin1");
  const cases: readonly (readonly [string, Case, readonly (readonly [code: string, place: string, said: string])[]])[] = [
    [
      "every missing variable, once",
      { text: "select :a, :'b';\nselect :a;\n\\echo :c" },
      [
        ["unknown-placeholder", "a/main.sql:1", "--placeholder a="],
        ["unknown-placeholder", "a/main.sql:1", "--placeholder b="],
      ],
    ],
    ["a missing variable in a condition", { text: "\n\\if :x\n\\endif" }, [["unknown-placeholder", "a/main.sql:2", "x"]]],
    ["an unclosed quote", { text: "select 1;\n\nselect 'a;\nselect 2;" }, [["unclosed-quote", "a/main.sql:3", "quote"]]],
    [
      "an unclosed dollar quote in an included file",
      { text: "\\ir f.sql", files: { "a/f.sql": "\ndo $x$ begin" } },
      [["unclosed-quote", "a/f.sql:2", "dollar quote"]],
    ],
    ["an unclosed comment", { text: "/* /* */" }, [["unclosed-quote", "a/main.sql:1", "comment"]]],
    ["an \\if without \\endif", { text: "select 1;\n\\if on\n" }, [["invalid-psql", "a/main.sql:2", "\\if"]]],
    ["an \\endif without \\if", { text: "\\endif\n" }, [["invalid-psql", "a/main.sql:1", "\\endif"]]],
    ["a file that is not there", { text: "\n\\i gone.sql\n" }, [["file-not-found", "a/main.sql:2", "gone.sql"]]],
    [
      "a file outside",
      { text: "\\ir ../../outside.sql\n\\i /etc/passwd" },
      [
        ["file-not-found", "a/main.sql:1", "outside.sql"],
        ["outside-root", "a/main.sql:2", "etc/passwd"],
      ],
    ],
    [
      "a loop of includes",
      { text: "\\ir b.sql", files: { "a/b.sql": "\\ir main.sql" } },
      [["include-loop", "a/b.sql:1", "a/main.sql → a/b.sql → a/main.sql"]],
    ],
    [
      "an included file that is not UTF-8",
      { text: "\\ir b.sql", files: { "a/b.sql": latin } },
      [["not-utf-8", "a/b.sql:1", "byte offset 18"]],
    ],
    [
      "an included file in UTF-16",
      { text: "\\ir b.sql", files: { "a/b.sql": Buffer.from("\ufeffselect", "utf16le") } },
      [["not-utf-8", "a/b.sql:1", "UTF-16"]],
    ],
  ];
  test.each(cases)("%s", (name, input, expected) => {
    const failures = fail(input);
    const found = failures.map(({ code, location }) => [
      code,
      typeof location === "string" || location === null ? location : `${location.file}:${location.line}`,
    ]);
    expect(found.slice(0, expected.length)).toEqual(expected.map(([code, place]) => [code, place]));
    expect(failures).toHaveLength(name.startsWith("every missing") ? 2 : expected.length);
    for (const [at, [, , said]] of expected.entries()) expect(`${failures[at]?.message} ${failures[at]?.hint}`).toContain(said);
  });

  test("a link that leaves the project, and one that leads to itself", () => {
    const root = project({ "main.sql": "\\i out.sql\n\\i loop.sql\n" });
    symlinkSync("/etc/hostname", join(root, "out.sql"));
    symlinkSync("loop.sql", join(root, "loop.sql"));
    const result = readPsqlScript({ root, file: "main.sql", variables: {} });
    expect(result.kind === "failed" && result.failures.map((failure) => failure.code)).toEqual(["outside-root", "link-loop"]);
  });
});

test("a dump of 50 MB gives every statement with its rows", () => {
  const row = `${"x".repeat(90)}\t'quote;\n`;
  const block = `COPY public.t (a, b) FROM stdin;\n${row.repeat(5_000)}\\.\n\nINSERT INTO public.u VALUES ('${"y".repeat(1000)}');\n`;
  const root = project({ "dump.sql": block.repeat(100) });
  const result = readPsqlScript({ root, file: "dump.sql", variables: {} });
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  expect(result.value.steps).toHaveLength(200);
  expect(result.value.steps.at(-2)).toMatchObject({ kind: "copy", data: row.repeat(5_000) });
});
