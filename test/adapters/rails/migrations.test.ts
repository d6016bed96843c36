import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rails } from "../../../adapters/rails/index.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import type { History, Inspector, Migration } from "../../../src/model/history.ts";
import { writeFiles } from "../../support/project-files.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pggit-rails-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** An empty database: asked for something, it has nothing. */
const empty: Inspector = { rows: async () => [] };

async function history(files: Readonly<Record<string, string>>, assumptions: Readonly<Record<string, string>> = {}): Promise<History> {
  writeFiles(root, files);
  const read = await rails.read(readOptions(root, { assumptions }));
  if (read.kind === "failed") throw new Error(read.failures.map(({ message }) => message).join("\n"));
  return read.value;
}

async function sql(
  steps: AsyncIterable<{ readonly kind: string; readonly sql?: string; readonly reason?: string }> | undefined,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const step of steps ?? []) found.push(step.sql ?? `custom code: ${step.reason}`);
  return found;
}

async function only(body: string, version: string, installed = "8.1"): Promise<Migration> {
  const text = `class Change < ActiveRecord::Migration[${version}]\n${body}\nend\n`;
  const { migrations } = await history({ "db/migrate/20240101000000_change.rb": text }, { "rails.version": installed });
  const [migration] = migrations;
  if (migration === undefined) throw new Error("there is no migration");
  return migration;
}

const pets = "def change\n  create_table :pets do |t|\n    t.references :owner\n    t.datetime :born_at\n    t.timestamps\n  end\nend";
const names = '"born_at" timestamp, "created_at" timestamp, "updated_at" timestamp';

describe("the rules of each version", () => {
  it.each([
    ["4.2", [`CREATE TABLE "pets" ("id" serial NOT NULL PRIMARY KEY, "owner_id" integer, ${names})`]],
    [
      "5.0",
      [
        `CREATE TABLE "pets" ("id" serial NOT NULL PRIMARY KEY, "owner_id" integer, "born_at" timestamp, "created_at" timestamp NOT NULL, "updated_at" timestamp NOT NULL)`,
        'CREATE INDEX "index_pets_on_owner_id" ON "pets" ("owner_id")',
      ],
    ],
    [
      "5.2",
      [
        `CREATE TABLE "pets" ("id" bigserial primary key, "owner_id" bigint, "born_at" timestamp, "created_at" timestamp NOT NULL, "updated_at" timestamp NOT NULL)`,
        'CREATE INDEX "index_pets_on_owner_id" ON "pets" ("owner_id")',
      ],
    ],
    [
      "6.1",
      [
        `CREATE TABLE "pets" ("id" bigserial primary key, "owner_id" bigint, "born_at" timestamp, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL)`,
        'CREATE INDEX "index_pets_on_owner_id" ON "pets" ("owner_id")',
      ],
    ],
    [
      "8.1",
      [
        `CREATE TABLE "pets" ("id" bigserial primary key, "owner_id" bigint, "born_at" timestamp(6), "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL)`,
        'CREATE INDEX "index_pets_on_owner_id" ON "pets" ("owner_id")',
      ],
    ],
  ])("%s", async (version, expected) => {
    expect(await sql((await only(pets, version)).up(empty))).toEqual(expected);
  });

  it("names, shortened since 7.1, and their hashes", async () => {
    const body =
      "def change\n  add_index :gadgets, %i[first_column_name second_column_name third_column_name]\n  add_foreign_key :posts, :users\n  add_check_constraint :orders, 'order_no > 0'\n  create_join_table :music_artists, :music_records\nend";
    expect(await sql((await only(body, "7.1")).up(empty))).toEqual([
      'CREATE INDEX "idx_on_first_column_name_second_column_name_third_c_6379ed069b" ON "gadgets" ("first_column_name", "second_column_name", "third_column_name")',
      'ALTER TABLE "posts" ADD CONSTRAINT "fk_rails_5b5ddfd518" FOREIGN KEY ("user_id") REFERENCES "users" ("id")',
      'ALTER TABLE "orders" ADD CONSTRAINT "chk_rails_8a510c3909" CHECK (order_no > 0)',
      'CREATE TABLE "music_artists_records" ("music_artist_id" bigint NOT NULL, "music_record_id" bigint NOT NULL)',
    ]);
  });

  it("defaults through the type of their column", async () => {
    const columns = [
      'string, "it\'s"',
      'integer, "5"',
      'boolean, "t"',
      'decimal, "1.50"',
      "float, 1",
      'jsonb, "{}"',
      "jsonb, { a: [1, nil] }",
      'uuid, "gen_random_uuid()"',
      'datetime, -> { "now()" }',
    ];
    const body = `def change\n${columns.map((column, at) => `  add_column :t, :c${at}, :${column.replace(", ", ", default: ")}`).join("\n")}\n  add_column :t, :tags, :string, array: true, default: ["a", "b c"]\nend`;
    const defaults = (await sql((await only(body, "8.1")).up(empty))).map((each) => each.replace(/^.* DEFAULT /, ""));
    expect(defaults).toEqual([
      "'it''s'",
      "5",
      "TRUE",
      "1.5",
      "1.0",
      `'"{}"'`,
      `'{"a":[1,null]}'`,
      "gen_random_uuid()",
      "now()",
      `'{a,"b c"}'`,
    ]);
  });
});

describe("the way back", () => {
  it("is what Rails makes of change, in reverse order", async () => {
    const body =
      "def change\n  create_enum :mood, %w[sad happy]\n  rename_column :a, :b, :c\n  add_reference :a, :d, polymorphic: true\n  change_column_null :a, :e, false\n  remove_column :a, :f, :string, limit: 3\n  reversible { |dir| dir.down { execute 'SELECT 1' } }\nend";
    const migration = await only(body, "8.1");
    expect(migration.downOrigin).toBe("tool");
    expect(await sql(migration.down?.(empty))).toEqual([
      "SELECT 1",
      'ALTER TABLE "a" ADD "f" character varying(3)',
      'ALTER TABLE "a" ALTER COLUMN "e" DROP NOT NULL',
      'ALTER TABLE "a" DROP COLUMN "d_id"',
      'ALTER TABLE "a" DROP COLUMN "d_type"',
      'ALTER TABLE "a" RENAME COLUMN "c" TO "b"',
      'DROP TYPE "mood"',
    ]);
  });

  it("is none where Rails has none, and its author's word where he raises", async () => {
    expect(await sql((await only("def change\n  add_column :a, :b, :text\n  execute 'SELECT 1'\nend", "8.1")).down?.(empty))).toEqual([]);
    const raises = await only("def up\n  drop_table :a\nend\ndef down\n  raise ActiveRecord::IrreversibleMigration\nend", "8.1");
    expect(await sql(raises.down?.(empty))).toEqual(["DO $$ BEGIN RAISE EXCEPTION 'ActiveRecord::IrreversibleMigration'; END $$"]);
    expect("down" in (await only("def up\n  drop_table :a\nend", "8.1"))).toBe(false);
  });
});

describe("what cannot be followed", () => {
  it("is one question with its place, and the rest is run", async () => {
    const migration = await only(
      "def up\n  add_column :a, :b, Unknown.type\n  Post.find_each { |post| post.save! }\n  add_column :a, :c, :text\nend",
      "7.0",
    );
    expect(await sql(migration.up(empty))).toEqual([
      "custom code: the type is not known: nothing is known of Unknown",
      'ALTER TABLE "a" ADD "c" text',
    ]);
    const [question, ...others] = migration.observed?.().edgeCases ?? [];
    expect(others).toEqual([]);
    expect(question).toMatchObject({
      kind: "custom-code",
      choices: ["edit", "keep", "exclude"],
      source: { location: { file: "db/migrate/20240101000000_change.rb", line: 3 } },
    });
    expect(question?.question).toContain("db/migrate/20240101000000_change.rb:4");
  });

  it("takes SQL that a person gave in its place", async () => {
    writeFiles(root, { "overrides/20240101000000.up.sql": "CREATE TABLE a (b int);\nSELECT 1;\n" });
    const migration = await only("def up\n  Mystery.call\nend", "7.0");
    expect(await sql(migration.up(empty))).toEqual(["CREATE TABLE a (b int)", "SELECT 1"]);
    expect(migration.files.map(({ path }) => path)).toEqual(["db/migrate/20240101000000_change.rb", "overrides/20240101000000.up.sql"]);
  });

  it("asks facts: the environment and its variables", async () => {
    const body = "def change\n  return if Rails.env.production? && ENV['FORCE'].nil?\n\n  create_table :only_here, id: false\nend";
    const text = `class Change < ActiveRecord::Migration[7.0]\n${body}\nend\n`;
    const files = { "db/migrate/1_change.rb": text };
    expect(await sql((await history(files)).migrations[0]?.up(empty))).toEqual([]);
    expect(await sql((await history(files, { FORCE: "1" })).migrations[0]?.up(empty))).toEqual(['CREATE TABLE "only_here" ()']);
    expect(await sql((await history(files, { RAILS_ENV: "test" })).migrations[0]?.up(empty))).toEqual(['CREATE TABLE "only_here" ()']);
  });
});

describe("tables without rows (fresh)", () => {
  it("give each read a list of its own", async () => {
    const body = "def up\n  ids = Post.pluck(:id)\n  ids << 7\n  execute \"SELECT #{(Post.pluck(:id) + ids).join(', ')}\"\nend";
    const text = `class Post < ActiveRecord::Base\nend\nclass Change < ActiveRecord::Migration[7.0]\n${body}\nend\n`;
    const { migrations } = await history({ "db/migrate/1_change.rb": text }, { fresh: "yes" });
    expect(await sql(migrations[0]?.up(empty))).toEqual(["SELECT 7"]);
    expect(await sql(migrations[0]?.up(empty))).toEqual(["SELECT 7"]);
  });
});

describe("a symbolic link that leaves the project", () => {
  let outside: string;
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), "pggit-outside-"));
    writeFiles(outside, {
      "a.sql": "SELECT 'not of the project'",
      "schema.rb": 'ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table "elsewhere"\nend\n',
    });
    writeFiles(root, { "db/views/.keep": "", "overrides/.keep": "" });
  });
  afterEach(() => rmSync(outside, { recursive: true }));

  async function codes(): Promise<readonly string[]> {
    const read = await rails.read(readOptions(root));
    return read.kind === "failed" ? read.failures.map(({ code }) => code) : [];
  }

  it("is no file of the project for what a migration reads", async () => {
    symlinkSync(join(outside, "a.sql"), join(root, "db/views/a.sql"));
    const migration = await only("def up\n  execute File.read(Rails.root.join('db/views/a.sql'))\nend", "7.0");
    expect(await sql(migration.up(empty))).toEqual(["custom code: the SQL is not known: the file db/views/a.sql is not in the project"]);
  });

  it("is refused as the SQL of a migration", async () => {
    symlinkSync(join(outside, "a.sql"), join(root, "overrides/1.up.sql"));
    writeFiles(root, { "db/migrate/1_a.rb": "class A < ActiveRecord::Migration[7.0]\nend\n" });
    expect(await codes()).toEqual(["outside-root"]);
  });

  it("is refused as the dump that is the history, and no witness beside migrations", async () => {
    symlinkSync(join(outside, "schema.rb"), join(root, "db/schema.rb"));
    expect(await codes()).toEqual(["outside-root"]);
    const { baselines } = await history({ "db/migrate/1_a.rb": "class A < ActiveRecord::Migration[7.0]\nend\n" });
    expect(baselines).toEqual([]);
  });
});

describe("reading", () => {
  const blank = (name: string): string => `class ${name} < ActiveRecord::Migration[7.0]\nend\n`;

  it("merges post_migrate, passes over other systems and other files", async () => {
    const read = await history({
      "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.3)\n",
      "config/database.yml":
        "production:\n  primary:\n    adapter: postgresql\n    url: <%= ENV['X'] %>\n  lake:\n    adapter: clickhouse\n    migrations_paths: db/lake_migrate\n",
      "db/migrate/20240101000000_a.rb": blank("A"),
      "db/migrate/old/20230101000000_c.rb": blank("C"),
      "db/migrate/helpers/x.rb": "",
      "db/post_migrate/20230601000000_b.rb": blank("B"),
      "db/lake_migrate/1_d.rb": blank("D"),
    });
    expect(read.migrations.map(({ id }) => id)).toEqual(["20230101000000_c", "20230601000000_b", "20240101000000_a"]);
    expect(read).toMatchObject({ toolVersion: "7.1.3", location: "db/migrate, db/post_migrate" });
    expect((await rails.detect(root)).map(({ location }) => location)).toEqual(["db/migrate, db/post_migrate"]);
  });

  it("refuses what Rails refuses, and what is no Ruby", async () => {
    writeFiles(root, { "db/migrate/1_a.rb": blank("A"), "db/migrate/01_b.rb": "class B <\n", "db/migrate/2_a.rb": blank("A") });
    const read = await rails.read(readOptions(root));
    expect(read.kind === "failed" ? read.failures.map(({ code }) => code).sort() : []).toEqual([
      "duplicate-migration-name",
      "duplicate-migration-version",
      "ruby-syntax",
    ]);
  });

  it("takes schema.rb alone for a history, by the rules of the Rails that dumped it", async () => {
    const read = await history({
      "db/schema.rb":
        'ActiveRecord::Schema.define(version: 20160101000000) do\n  create_table "a", force: :cascade do |t|\n    t.datetime "b"\n    t.index ["b"], name: "x"\n  end\nend\n',
    });
    expect(await sql(read.migrations[0]?.up(empty))).toEqual([
      'DROP TABLE IF EXISTS "a" CASCADE',
      'CREATE TABLE "a" ("id" serial NOT NULL PRIMARY KEY, "b" timestamp)',
      'CREATE INDEX "x" ON "a" ("b")',
    ]);
  });

  it("leaves Rails' own tables and what clears a database out of structure.sql", async () => {
    const read = await history({
      "db/structure.sql":
        "SET a.b = 1;\nDROP TABLE IF EXISTS public.t;\nCREATE TABLE public.schema_migrations (version varchar);\nCREATE TABLE public.t (a int);\nINSERT INTO \"schema_migrations\" (version) VALUES\n('2'),\n('1');\n",
    });
    expect(await sql(read.migrations[0]?.up(empty))).toEqual(["SET a.b = 1", "CREATE TABLE public.t (a int)"]);
    expect(read.migrations[0]?.version).toBe("2");
  });
});
