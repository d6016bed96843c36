import { expect, test } from "vitest";
import { renderDown, renderUp, type FileStatement } from "../../../src/export/migration-file.ts";
import { sql } from "../../../adapters/sql/index.ts";
import { temporaryProject, type Files } from "../../support/project-files.ts";
import { readHistory, show } from "./sql-folder.ts";

const statement = (sql: string, more: Partial<FileStatement> = {}): FileStatement => ({
  sql,
  data: null,
  transactional: true,
  disabled: null,
  ...more,
});

const header = (id: string, more: { readonly name?: string; readonly author?: string | null; readonly date?: string | null } = {}) => ({
  migration: {
    id,
    name: "add e-mail",
    author: "Ann <ann@example.org>",
    date: "2024-01-15T10:30:00+02:00",
    files: [],
    transaction: "one" as const,
    ...more,
  },
  variables: [],
  notes: ["a note"],
});

const files: Files = {
  "pggit/migrations/0001_init/up.sql": renderUp(header("V1"), [
    statement("CREATE TABLE t (a int)"),
    statement("COPY t (a) FROM STDIN", { data: "1\n2\n" }),
  ]),
  "pggit/migrations/0001_init/down.sql": renderDown(header("V1"), {
    statements: [{ sql: "DROP TABLE t", location: null, transactional: true }],
    loses: [{ table: "public.t", columns: [], what: "rows" }],
  }),
  "pggit/migrations/0002_odd/up.sql": renderUp(header('R__"odd": \n views', { name: " “quoted”\tname ", author: null, date: null }), [
    statement("CREATE INDEX CONCURRENTLY i ON t (a)", { transactional: false }),
    statement("COMMENT ON TABLE t IS 'it''s; \\:x :y'"),
    statement("ALTER SYSTEM SET x = 1", { disabled: "not run: cluster-wide" }),
  ]),
  "pggit/migrations/0003_secret/up.sql": renderUp({ ...header("V3"), variables: ["joe_password"] }, [
    statement("CREATE ROLE joe PASSWORD :'joe_password'"),
  ]),
  "pggit/migrations/0010_nothing/up.sql": renderUp(header("V4"), []),
  "pggit/schema.sql": "CREATE TABLE t (a int);",
  "pggit/report.html": "",
};

test("what pggit wrote, pggit reads: ids, names, authors, dates, transactions, statements, COPY data", async () => {
  const history = await readHistory(files, { placeholders: { joe_password: "s3cret" } });
  expect(await show(history)).toEqual([
    "V1: 9 CREATE TABLE t (a int) | 11 COPY t (a) FROM STDIN <<4 ← 10 DROP TABLE t",
    "R__\"odd\": \n views [none]: 6 CREATE INDEX CONCURRENTLY i ON t (a) | 8 COMMENT ON TABLE t IS 'it''s; \\:x :y'",
    "V3: 10 CREATE ROLE joe PASSWORD 's3cret'",
    "V4: ",
  ]);
  expect(history.migrations.map(({ name, author, date }) => [name, author, date])).toEqual([
    ["add e-mail", "Ann <ann@example.org>", "2024-01-15T10:30:00+02:00"],
    [" “quoted”\tname ", null, null],
    ["add e-mail", "Ann <ann@example.org>", "2024-01-15T10:30:00+02:00"],
    ["add e-mail", "Ann <ann@example.org>", "2024-01-15T10:30:00+02:00"],
  ]);
});

test("it is found in the folder of a conversion, and by its own path", async () => {
  const root = temporaryProject(files);
  expect((await sql.detect(root)).map(({ location, evidence }) => [location, evidence[0]])).toEqual([
    ["pggit/migrations", "pggit/migrations has 4 migrations: pggit's own migrations"],
  ]);
  expect((await sql.detect(`${root}/pggit/migrations`)).map((detection) => detection.location)).toEqual(["."]);
});
