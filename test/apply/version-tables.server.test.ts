import { describe, expect, test } from "vitest";
import { adapters } from "../../adapters/index.ts";
import { targetHistoryOf } from "../../src/cli/target-histories.ts";
import { useServer } from "../support/server.ts";
import { applyTo, migrateTo, takeBackFrom, useConversion, useDatabases, valueOf } from "../support/target.ts";

const server = useServer();
const newDatabase = useDatabases(server);

interface Case {
  readonly tool: "rails" | "alembic" | "django";
  readonly files: Readonly<Record<string, string>>;
  readonly table: string;
  /** What the tool entered for the first two migrations. */
  readonly entered: string;
  readonly ids: readonly [string, string, string];
  readonly listed: string;
  /** What is listed after one, two and three migrations. */
  readonly rows: readonly [readonly string[], readonly string[], readonly string[]];
}

const revision = (id: string, down: string | null, body: string): string =>
  `"""${id}\n\nRevision ID: ${id}\nRevises: ${down ?? ""}\n"""\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = "${id}"\ndown_revision = ${down === null ? "None" : `"${down}"`}\n\n${body}`;
const djangoMigration = (dependencies: string, operations: string): string =>
  `from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [${dependencies}]\n    operations = [\n${operations}    ]\n`;

const cases: readonly Case[] = [
  {
    tool: "rails",
    files: {
      "Gemfile.lock": "GEM\n  specs:\n    activerecord (7.1.3)\n    rails (7.1.3)\n\nDEPENDENCIES\n  rails\n",
      "db/migrate/20230110093000_create_members.rb":
        "class CreateMembers < ActiveRecord::Migration[7.1]\n  def change\n    create_table :members do |t|\n      t.string :name, null: false\n      t.timestamps\n    end\n  end\nend\n",
      "db/migrate/20230214120500_add_card_to_members.rb":
        "class AddCardToMembers < ActiveRecord::Migration[7.1]\n  def change\n    add_column :members, :card, :string\n  end\nend\n",
      "db/migrate/20230301080000_index_members_on_card.rb":
        "class IndexMembersOnCard < ActiveRecord::Migration[7.1]\n  def change\n    add_index :members, :card, unique: true\n  end\nend\n",
    },
    table: "public.schema_migrations",
    entered:
      "INSERT INTO schema_migrations VALUES ('20230214120500'), ('20230110093000'); INSERT INTO ar_internal_metadata VALUES ('environment', 'production', now(), now())",
    ids: ["20230110093000_create_members", "20230214120500_add_card_to_members", "20230301080000_index_members_on_card"],
    listed: "SELECT version AS listed FROM schema_migrations ORDER BY 1",
    rows: [["20230110093000"], ["20230110093000", "20230214120500"], ["20230110093000", "20230214120500", "20230301080000"]],
  },
  {
    tool: "alembic",
    files: {
      "alembic.ini": "[alembic]\nscript_location = migrations\n",
      "requirements.txt": "alembic==1.13.3\nSQLAlchemy==2.0.58\n",
      "migrations/env.py": "from alembic import context\n\ntarget_metadata = None\n",
      "migrations/versions/a1_members.py": revision(
        "a1",
        null,
        'def upgrade():\n    op.create_table("members", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(80), nullable=False))\n\n\ndef downgrade():\n    op.drop_table("members")\n',
      ),
      "migrations/versions/b2_card.py": revision(
        "b2",
        "a1",
        'def upgrade():\n    op.add_column("members", sa.Column("card", sa.String(20)))\n\n\ndef downgrade():\n    op.drop_column("members", "card")\n',
      ),
      "migrations/versions/c3_index.py": revision(
        "c3",
        "b2",
        'def upgrade():\n    op.create_index("ix_members_card", "members", ["card"], unique=True)\n\n\ndef downgrade():\n    op.drop_index("ix_members_card", table_name="members")\n',
      ),
    },
    table: "public.alembic_version",
    entered: "INSERT INTO alembic_version VALUES ('b2')",
    ids: ["a1_members", "b2_card", "c3_index"],
    listed: "SELECT version_num AS listed FROM alembic_version",
    rows: [["a1"], ["b2"], ["c3"]],
  },
  {
    tool: "django",
    files: {
      "manage.py": '#!/usr/bin/env python\nimport os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "club.settings")\n',
      "requirements.txt": "Django==5.2.3\n",
      "club/__init__.py": "",
      "club/settings.py": 'INSTALLED_APPS = ["members"]\nDEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"\n',
      "members/__init__.py": "",
      "members/migrations/__init__.py": "",
      "members/migrations/0001_initial.py": djangoMigration(
        "",
        '        migrations.CreateModel(name="Member", fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=80))]),\n',
      ),
      "members/migrations/0002_card.py": djangoMigration(
        '("members", "0001_initial")',
        '        migrations.AddField("member", "card", models.CharField(max_length=20, null=True)),\n',
      ),
      "members/migrations/0003_unique.py": djangoMigration(
        '("members", "0002_card")',
        '        migrations.AddConstraint("member", models.UniqueConstraint(fields=["card"], name="one_card")),\n',
      ),
    },
    table: "public.django_migrations",
    entered:
      "INSERT INTO django_migrations (app, name, applied) VALUES ('members', '0001_initial', now()), ('members', '0002_card', now())",
    ids: ["members.0001_initial", "members.0002_card", "members.0003_unique"],
    listed: "SELECT app || '.' || name AS listed FROM django_migrations ORDER BY id",
    rows: [
      ["members.0001_initial"],
      ["members.0001_initial", "members.0002_card"],
      ["members.0001_initial", "members.0002_card", "members.0003_unique"],
    ],
  },
];

describe.each(cases)("the table of $tool", ({ tool, files, table, entered, ids, listed, rows }) => {
  const conversion = useConversion(files);

  test("says how far a database is; what pggit runs is entered there, and taken out by a rollback", async () => {
    const database = await newDatabase(`version_table_${tool}`);
    await migrateTo(database, conversion(), 2);
    const create = adapters.find((adapter) => adapter.tool === tool)?.schemaHistory?.create(table) ?? [];
    await database.query([...create, entered].join(";\n"));
    const list = async (): Promise<unknown> => (await database.query<{ listed: string }>(listed)).map((row) => row.listed);
    expect(await list()).toEqual(rows[1]);
    const request = { shadowUrl: server, history: targetHistoryOf(conversion().runnable, "stamp") };

    const dry = valueOf(await applyTo(database.url, conversion(), { dryRun: true, request }));
    expect(dry).toMatchObject({ failure: null, assessment: { state: "partial", basis: "history-table", drift: [], pending: [ids[2]] } });
    const ran = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
    expect(ran).toMatchObject({ failure: null, after: "head", recorded: 2, stamped: 1 });
    expect(await list()).toEqual(rows[2]);

    const back = await takeBackFrom(database.url, conversion(), { kind: "migration", id: ids[0] }, { confirmation: "never", request });
    expect(valueOf(back)).toMatchObject({ failure: null, stamped: 2 });
    expect(await list()).toEqual(rows[0]);
  });
});
