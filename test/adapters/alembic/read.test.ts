import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alembic } from "../../../adapters/alembic/index.ts";
import { schemaHistory } from "../../../adapters/alembic/schema-history/index.ts";
import { canonicalPath } from "../../../adapters/alembic/runtime/library.ts";
import { parseIni } from "../../../adapters/alembic/project/ini.ts";
import type { History, Inspector, Step } from "../../../src/model/history.ts";
import { loadParser } from "../../../src/sql/parser.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";

beforeAll(() => loadParser());

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "pggit-alembic-"));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A revision file. */
function revision(id: string, down: string, { body = "pass", date = "2020-01-01", more = "" } = {}): string {
  return `"""${id} of a test\n\nCreate Date: ${date} 10:00:00\n"""\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = "${id}"\ndown_revision = ${down}\n${more}\n\ndef upgrade():\n${body.replace(/^/gm, "    ")}\n\n\ndef downgrade():\n    pass\n`;
}

async function read(root: string, options: Parameters<typeof readOptions>[1] = {}): Promise<History> {
  const result = await alembic.read(readOptions(root, options));
  if (result.kind === "failed") throw new Error(result.failures.map(({ code }) => code).join(" "));
  return result.value;
}

async function versionsOf(files: Readonly<Record<string, string>>): Promise<readonly (string | null)[]> {
  return (await read(project({ "migrations/env.py": "", ...files }))).migrations.map(({ version }) => version);
}

const nothing: Inspector = { rows: async () => [] };

/** What a migration sends to a database that answers nothing, and its questions. */
async function sent(
  body: string,
  more: Readonly<Record<string, string>> = {},
  options: Parameters<typeof readOptions>[1] = {},
): Promise<readonly string[]> {
  const history = await read(
    project({ "migrations/env.py": "", "migrations/versions/a.py": revision("aaaa", "None", { body }), ...more }),
    options,
  );
  const [migration] = history.migrations;
  const steps: Step[] = [];
  for await (const step of migration?.up(nothing) ?? []) steps.push(step);
  const questions = migration?.observed?.().edgeCases.map(({ kind, risk, question }) => `${kind} ${risk}: ${question}`) ?? [];
  return [...steps.flatMap((step) => (step.kind === "statement" ? [step.sql.replaceAll(/\s+/g, " ")] : [])), ...questions];
}

describe("the graph", () => {
  test("each revision stands behind what it follows, branches by the dates of their files, and all before their merge", async () => {
    const files = {
      "migrations/versions/x.py": revision("aaaa", "None"),
      "migrations/versions/c.py": revision("left", '"aaaa"', { date: "2020-03-01" }),
      "migrations/versions/b.py": revision("rght", '"aaaa"', { date: "2020-02-01", more: 'branch_labels = ("right",)' }),
      "migrations/versions/d.py": revision("mrge", '("left", "rght")', { date: "2020-04-01" }),
      "migrations/versions/e.py": revision("root", "None", { date: "2019-01-01", more: 'depends_on = "right"' }),
      "migrations/versions/helpers.py": "X = 1\n",
      "migrations/versions/__init__.py": "",
    };
    expect(await versionsOf(files)).toEqual(["aaaa", "rght", "root", "left", "mrge"]);
    const { findings } = await read(project({ "migrations/env.py": "", ...files }));
    expect(findings.map(({ code }) => code)).toEqual([
      "alembic-branch",
      "alembic-depends-on",
      "alembic-merge",
      "alembic-roots",
      "sqlalchemy-version-assumed",
    ]);
  });

  test.each([
    ["duplicate-revision", { "a.py": revision("aaaa", "None"), "b.py": revision("aaaa", "None") }],
    ["unknown-revision", { "a.py": revision("aaaa", "None"), "b.py": revision("bbbb", '"aaa"') }],
    ["revision-cycle", { "a.py": revision("aaaa", '"bbbb"'), "b.py": revision("bbbb", '"aaaa"') }],
    ["python-syntax", { "a.py": "revision = 'aaaa'\ndef (:\n" }],
  ])("%s is refused", async (code, files) => {
    const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/versions/${name}`, text]));
    await expect(versionsOf(named)).rejects.toThrow(code);
  });

  test("annotated variables, and a version that the file says itself", async () => {
    const text = revision("aaaa", "None")
      .replace('revision = "aaaa"', 'revision: str = "aaaa"')
      .replace("down_revision = None", "down_revision: Union[str, None] = None");
    const [migration] = (await read(project({ "migrations/env.py": "", "migrations/versions/2020_first.py": text }))).migrations;
    expect(migration).toMatchObject({
      id: "2020_first",
      version: "aaaa",
      name: "aaaa of a test",
      date: "2020-01-01T10:00:00.000Z",
      transaction: "one",
    });
    expect(migration !== undefined && "down" in migration).toBe(false);
  });
});

describe("where a project is found", () => {
  const files = { "migrations/env.py": "", "migrations/versions/a.py": revision("aaaa", "None") };

  test("by its settings, its package, pyproject.toml or its folders alone", async () => {
    const found = async (more: Readonly<Record<string, string>>): Promise<readonly string[]> =>
      (await alembic.detect(project(more))).map(({ location, evidence }) => `${location}: ${evidence.join("; ")}`);
    expect(await found(files)).toEqual(["migrations: migrations/versions has 1 revisions"]);
    expect(await found({ ...files, "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n" })).toEqual([
      "migrations: migrations/versions has 1 revisions; alembic.ini names it",
    ]);
    expect(await found({ ...files, "migrations/alembic.ini": "[alembic]\nfile_template = x\n" })).toEqual([
      "migrations: migrations/versions has 1 revisions; migrations/alembic.ini names it",
    ]);
    expect(await found({ ...files, "pyproject.toml": '[tool.alembic]\nscript_location = "migrations"\n' })).toEqual([
      "migrations: migrations/versions has 1 revisions; pyproject.toml names it",
    ]);
    expect(
      await found({
        "app/db/env.py": "",
        "app/db/script.py.mako": "",
        "one/a.py": revision("aaaa", "None"),
        "two/b.py": revision("bbbb", "None"),
        "alembic.ini": "[alembic]\nscript_location = app:db\nversion_locations = one two\n",
      }),
    ).toEqual(["app/db: one and two has 2 revisions; alembic.ini names it".replace("has", "have")]);
  });

  test("several environments are told apart by their folders", async () => {
    const root = project({ ...files, "other/env.py": "", "other/versions/b.py": revision("bbbb", "None") });
    await expect(read(root)).rejects.toThrow("several-environments");
    expect((await read(root, { locations: ["other"] })).migrations.map(({ version }) => version)).toEqual(["bbbb"]);
  });

  test("settings are read as configparser reads them", () => {
    expect(parseIni("[a]\nx = %(here)s/y\nz = 1%%\nlist =\n  one\n  two\n# no\n", "conf").get("a")).toEqual(
      new Map([
        ["x", "conf/y"],
        ["z", "1%"],
        ["list", "\none\ntwo"],
      ]),
    );
  });

  test("versions come from lock files, or are told", async () => {
    const root = project({
      ...files,
      "poetry.lock": '[[package]]\nname = "alembic"\nversion = "1.8.1"\n\n[[package]]\nname = "sqlalchemy"\nversion = "1.4.4"\n',
    });
    expect((await read(root)).toolVersion).toBe("1.8.1");
    expect((await read(root, { assumptions: { "alembic.version": "1.9" } })).toolVersion).toBe("1.9");
  });
});

test("things of SQLAlchemy are the same wherever they are imported from", () => {
  expect(
    [
      "sqlalchemy.types.Integer",
      "sqlalchemy.sql.sqltypes.Integer",
      "sqlalchemy.Integer",
      "sqlalchemy.dialects.postgresql.base.UUID",
      "sqlalchemy.dialects.postgresql.UUID",
      "sqlalchemy.func.now",
    ].map(canonicalPath),
  ).toEqual([
    "sqlalchemy.Integer",
    "sqlalchemy.Integer",
    "sqlalchemy.Integer",
    "postgresql.UUID",
    "postgresql.UUID",
    "sqlalchemy.func.now",
  ]);
});

describe("what cannot be known", () => {
  test("rows are a question about rows, and what stands behind it is run", async () => {
    const steps = await sent(
      'for row in op.get_bind().execute("SELECT id FROM t"):\n    op.execute(f"DELETE FROM u WHERE id = {row.id}")\nop.drop_table("t")',
    );
    expect(steps).toEqual(["DROP TABLE t", expect.stringContaining("custom-code MEDIUM: migrations/versions/a.py:13:")]);
  });

  test("a session of the ORM is a question about rows", async () => {
    const steps = await sent(
      "from sqlalchemy.orm import Session\nsession = Session(bind=op.get_bind())\nsession.add(object())\nsession.commit()",
    );
    expect(steps).toEqual([expect.stringContaining("custom-code MEDIUM")]);
  });

  test("an unknown type is a question; an unknown default is one beside the column", async () => {
    const steps = await sent(
      'import app\nop.add_column("t", sa.Column("a", app.Type()))\nop.add_column("t", sa.Column("b", sa.Integer, server_default=app.standard))',
    );
    expect(steps).toEqual([
      "ALTER TABLE t ADD COLUMN b INTEGER",
      expect.stringMatching(/custom-code HIGH: .*the type is not known.*The same question holds for .*the default of b is not known/),
    ]);
  });

  test("environment variables are facts, and --assume fresh asks the history", async () => {
    const body =
      'import os\nif os.environ.get("EXTRA") == "yes":\n    op.execute("SELECT set_config(\'a.b\', \'c\', false)")\n    op.execute("VACUUM t")';
    expect(await sent(body)).toEqual([]);
    expect(await sent(body, {}, { assumptions: { EXTRA: "yes" } })).toEqual(["VACUUM t"]);
    expect(
      await sent('for row in op.get_bind().execute("SELECT id FROM t"):\n    op.drop_table("x")', {}, { assumptions: { fresh: "yes" } }),
    ).toEqual([]);
  });

  test("override files stand in the place of a revision", async () => {
    expect(await sent("op.drop_table('t')", { "overrides/aaaa.up.sql": "SELECT 1;\nDROP TABLE u;" })).toEqual(["SELECT 1", "DROP TABLE u"]);
    const root = project({ "migrations/env.py": "", "migrations/versions/a.py": revision("aaaa", "None") });
    mkdirSync(join(root, "overrides"));
    symlinkSync(resolve("README.md"), join(root, "overrides/aaaa.up.sql"));
    await expect(read(root)).rejects.toThrow();
  });
});

describe("add-ons", () => {
  test("entities of alembic_utils", async () => {
    const body =
      'from alembic_utils.pg_function import PGFunction\nfrom alembic_utils.pg_view import PGView\nf = PGFunction(schema="public", signature="two(a int default 1)", definition="returns int language sql as $$ select 2 $$;")\nop.create_entity(f)\nop.replace_entity(PGView("public", "v", "select 1 as a"))\nop.drop_entity(f)';
    expect(await sent(body)).toEqual([
      "CREATE FUNCTION public.two(a int default 1) returns int language sql as $$ select 2 $$",
      "CREATE OR REPLACE VIEW public.v AS select 1 as a",
      "DROP FUNCTION public.two(a int)",
    ]);
  });

  test("values of an enum are synchronised by a type made anew", async () => {
    const body =
      'from alembic_postgresql_enum import TableReference\nop.sync_enum_values("public", "mood", ["a", "b"], [TableReference(table_schema="public", table_name="t", column_name="m")], enum_values_to_rename=[])';
    const steps = await sent(body);
    expect(steps).toHaveLength(4);
    expect(steps[1]).toContain("AS ENUM ('a', 'b')");
    expect(steps[2]).toContain("USING m::text::");
  });
});

test("a head takes the place of what it follows, and gives it back unless another branch is applied", () => {
  const entered = (entry: Readonly<Record<string, string | null>>): Parameters<typeof schemaHistory.stamp>[0] => ({
    migration: { id: "x", name: "x", checksum: null, files: [], entry },
    location: "versions",
    table: "alembic_version",
    by: null,
    executionMs: 1,
  });
  const merge = entered({ revision: "c", down_revision: "a,b", other_branches: "d" });
  expect(schemaHistory.stamp(merge)).toEqual([
    "DELETE FROM alembic_version WHERE version_num IN ('a', 'b')",
    "INSERT INTO alembic_version (version_num) VALUES ('c')",
  ]);
  expect(schemaHistory.unstamp(merge)).toEqual([
    "DELETE FROM alembic_version WHERE version_num = 'c'",
    "INSERT INTO alembic_version (version_num) SELECT 'a' WHERE NOT EXISTS (SELECT FROM alembic_version WHERE version_num IN ('d'))",
    "INSERT INTO alembic_version (version_num) SELECT 'b' WHERE NOT EXISTS (SELECT FROM alembic_version WHERE version_num IN ('d'))",
  ]);
  expect(schemaHistory.stamp(entered({ revision: "a", down_revision: null, other_branches: null }))).toEqual([
    "INSERT INTO alembic_version (version_num) VALUES ('a')",
  ]);
});
