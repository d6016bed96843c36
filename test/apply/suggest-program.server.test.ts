import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaHistory } from "../../adapters/flyway/schema-history/index.ts";
import { runProgram } from "../support/program.ts";
import { temporaryProject } from "../support/project-files.ts";
import { useServer } from "../support/server.ts";
import { useDatabases } from "../support/target.ts";

const server = useServer();
const newDatabase = useDatabases(server);

const program = `package db.migration;

import org.flywaydb.core.api.migration.*;

public class V2__Split_names extends BaseJavaMigration {
  @Override
  public void migrate(Context context) throws Exception {
    new NameSplitter(context.getConnection()).run();
  }
}
`;
const sql = {
  "flyway.conf": "flyway.locations=filesystem:src/main/resources/db/migration,classpath:db/migration\n",
  "src/main/resources/db/migration/V1__people.sql": "CREATE TABLE people (id bigserial PRIMARY KEY, name text);\n",
  "src/main/resources/db/migration/V3__email.sql":
    "ALTER TABLE people ADD COLUMN email text;\nCREATE INDEX people_email_idx ON people (email);\n",
  "src/main/java/db/migration/V2__Split_names.java": program,
};

interface Plan {
  readonly edgeCases: readonly { readonly id: string; readonly kind: string }[];
}

test("what a program did to a database is offered as its SQL, proven; accepted, it is the program's content with and without the database", async () => {
  const root = temporaryProject(sql);
  const database = await newDatabase("suggest_program");
  await database.query(
    `CREATE TABLE people (id bigserial PRIMARY KEY, name text);
     ALTER TABLE people ADD COLUMN first_name text NOT NULL DEFAULT '', ADD COLUMN last_name text; CREATE TABLE name_splits (person bigint REFERENCES people (id), at timestamptz DEFAULT now());
     ALTER TABLE people ADD COLUMN email text; CREATE INDEX people_email_idx ON people (email);
     ${schemaHistory.create("public.flyway_schema_history").join(";")};
     INSERT INTO flyway_schema_history SELECT i, i::text, 'x', CASE i WHEN 2 THEN 'JDBC' ELSE 'SQL' END, CASE i WHEN 2 THEN 'db.migration.V2__Split_names' ELSE 'V' || i || '__x.sql' END, NULL, 'flyway_user', '2024-01-01'::timestamp + i * interval '1 day', 5, true FROM generate_series(1, 3) i`,
  );
  const migrate = async (
    ...flags: readonly string[]
  ): Promise<{ readonly code: number; readonly stderr: string; readonly summary: unknown }> => {
    const { code, stdout, stderr } = await runProgram(["migrate", "--json", "--quiet", "--shadow-url", server, ...flags], { cwd: root });
    return { code, stderr, summary: JSON.parse(stdout) };
  };
  const newest = (): string => {
    const names = readdirSync(join(root, "pggit")).filter((name) => name.startsWith("migration_plan_"));
    return readFileSync(join(root, "pggit", names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1) ?? ""), "utf8");
  };

  const first = await migrate("--database", database.url);
  expect(first).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("V2 is a program that ran in this database"),
    summary: { error: { code: "drift" } },
  });
  const plan = JSON.parse(newest()) as Plan;
  const question = plan.edgeCases.find(({ kind }) => kind === "custom-code");
  expect(question).toMatchObject({
    suggestion: {
      origin: "state-difference",
      proven: true,
      sql: expect.stringMatching(/^(?=[^]*CREATE TABLE "public"."name_splits")(?=[^]*"first_name" text)(?![^]*email)/),
    },
    choices: expect.arrayContaining(["use-suggestion"]),
    decision: null,
  });

  mkdirSync(join(root, "pggit"), { recursive: true });
  writeFileSync(
    join(root, "pggit", "decisions.yaml"),
    `decisions:\n  - id: ${question?.id ?? ""}\n    choice: use-suggestion\n    by: Ann\n`,
  );
  // The suggestion is the database's, and so the decision on it is taken with the database first.
  const decided = await migrate("--database", database.url);
  expect(decided).toMatchObject({ code: 0, summary: { database: { state: { before: "head", after: "head" }, recorded: 3 } } });
  expect(readFileSync(join(root, "pggit", "decisions.yaml"), "utf8")).toMatch(/sql: \|/);
  const migrations = (JSON.parse(newest()) as { migrations: { up: object[]; rollback: object }[] }).migrations;
  expect(migrations[1]).toMatchObject({
    up: expect.arrayContaining([expect.objectContaining({ outcome: "done" })]),
    rollback: { status: expect.stringMatching(/^proven/) },
  });
  const written = newest();
  expect(await migrate()).toMatchObject({ code: 0 });
  expect(JSON.parse(newest())).toMatchObject({
    migrations: JSON.parse(written).migrations.map(({ id, up }: { id: string; up: unknown }) => ({ id, up })),
  });
});
