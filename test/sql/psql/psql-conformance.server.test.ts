import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, constantFrom, property } from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { lexTokens } from "../../../src/sql/lexer.ts";
import { readPsqlScript } from "../../../src/sql/psql/script.ts";
import { useServer } from "../../support/server.ts";

const url = useServer();
const root = mkdtempSync(join(tmpdir(), "pggit-psql-real-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const hasPsql = spawnSync("psql", ["--version"]).status === 0;

/** What the real psql sends: it echoes every query before it sends it; results go elsewhere. Without white space and terminators. */
function sentByPsql(variables: Readonly<Record<string, string>>): string {
  const given = Object.entries(variables).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  const output = execFileSync("psql", ["-X", "-q", "-e", "-o", "/dev/null", ...given, "-f", "main.sql", url], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, PGOPTIONS: "-c search_path=pg_temp" },
  });
  return squeeze(output);
}

function sentByUs(variables: Readonly<Record<string, string>>): string {
  const result = readPsqlScript({ root, file: "main.sql", variables });
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  return squeeze(
    result.value.steps
      .map((step) => {
        if (step.kind === "custom-code") throw new Error(`${step.reason}: ${step.text}`);
        return step.sql;
      })
      .join("\n"),
  );
}

/** psql sends the comments before a statement too; they say nothing. */
function squeeze(text: string): string {
  const tokens = [...lexTokens(text)].filter((token) => token.kind !== "comment");
  return tokens
    .map((token) => text.slice(token.start, token.end))
    .join("")
    .replaceAll(/[\s;]+/g, "");
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
}

/** Pieces that are whole by themselves; no statement gives rows that anything depends on. */
const PIECES = [
  "select 1;\n",
  "select 'a;b', E'\\';', $$;$$, $q$ :x $q$, \"a;b\";\n",
  "select :x, :'x', :\"x\", :{?x}, :{?nope} ;",
  "select :x:x, :x :'x';\n",
  "select '1'::int, (array[1,2])[1:2];\n",
  "\\set x 'it is' \n",
  "\\set x 2\n",
  "\\set y :x 'and''s' :'x' \"d q\" '\\x41\\102\\n'\n",
  "select :'y', :{?y};\n",
  "\\set multi 'select 5; select 6'\n",
  "\\set x 7 \\\\ select :x;\n",
  "\\unset y\nselect :{?y};\n\\set y\nselect :'y', 1 :y;\n",
  "\\if :{?y}\nselect 'y';\n\\elif on\nselect 'no y';\n\\else\nselect 'never';\n\\endif\n",
  "\\if false\nselect 'never'; \\set x 9\n\\if true\n\\i gone.sql\n\\endif\n\\else\nselect 'else' \\if true\n, 2\n\\endif\n;\n\\endif\n",
  "\\if 0 \\\\ select 1; \\else \\\\ select 2; \\endif\n",
  "select 1\\; select 2;\n",
  "select 3 \\g\n",
  "select 4 as a \\gset\n",
  "select 'c' as x, 8 as y \\gset\nselect :'x', :y;\n",
  "select 'p' as x \\gset p_\nselect :'p_x';\n",
  "select 9 \\r\n",
  "create function pg_temp.f() returns int begin atomic select case when true then 1 end; end;\n",
  "create temp table if not exists t (a text, b text);\n",
  "copy t from stdin;\na\tb;\n\\\\x\t:x\n\\.\n",
  "copy t (a) from stdin with (format csv);\n'\"\"\"$$\n\\.\nselect 'after';\n",
  "\\copy t from stdin\n1\t2\n\\.\n",
  "\\copy t from 'data file.txt'\n",
  "\\i inner.sql\n",
  "\\ir 'inner.sql'\n",
  "\\qecho 'not; sent' :x\n",
  "\\pset format unaligned\n\\timing off\n\\encoding UTF8\n",
  "/* c ; /* nested */ ' */ select 10 /* ; */;\n",
  "select 11 -- ; 'quote\n;\n",
  "create rule r as on insert to t do also (select 1; select 2);\n",
  "select 'a'\n'b';\n",
  "select u&'d\\0061t', b'1', x'F', n'n', U&\"d\\0061\";\n",
  "select a$b$c, $1 from t;\n",
  "select 1e5, 1_000, .5, 1.;\n",
  "select f(x := 1);\n",
  ";;\n",
  "\r\n",
];

const FILES = {
  "inner.sql": "select :'x' as inner;\n\\set x inner\n\\if true\nselect 'in';\n\\endif\nselect 'last'",
  "data file.txt": "1\t2\n",
};

describe.skipIf(!hasPsql)("the real psql sends what we say it sends (skipped where psql is not installed)", () => {
  test("all pieces, one after another", () => {
    write({ ...FILES, "main.sql": PIECES.join("") });
    const variables = { x: "1", y: "2" };
    expect(sentByUs(variables).length).toBeGreaterThan(600);
    expect(sentByUs(variables)).toBe(sentByPsql(variables));
  });

  test("any sequence of pieces", () => {
    // Where COPY fails, psql takes its data lines for SQL: the table must be there.
    const table = "create temp table t (a text, b text);\n";
    assert(
      property(array(constantFrom(...PIECES), { minLength: 2, maxLength: 25 }), (pieces) => {
        write({ ...FILES, "main.sql": table + pieces.join("") });
        const variables = { x: "1", y: "2" };
        expect(sentByUs(variables)).toBe(sentByPsql(variables));
      }),
      { numRuns: 40, seed: 20261120 },
    );
  });
});
