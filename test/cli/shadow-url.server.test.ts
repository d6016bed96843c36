import { expect, test } from "vitest";
import { Client } from "pg";
import { runProgram, useProjects } from "../support/program.ts";
import { useServer } from "../support/server.ts";

const newProject = useProjects();
const server = useServer();

test("a server as shadow proves the same, leaves no database behind, and what reaches beyond a database is not run there", async () => {
  const project = newProject();
  project.write({
    "001_users.sql": "CREATE TABLE users (id int PRIMARY KEY);\nINSERT INTO users VALUES (1), (2);\n",
    "002_email.sql": "ALTER TABLE users ADD COLUMN email text;\nCOMMENT ON COLUMN users.email IS 'where bills go';\n",
    "003_role.sql": "CREATE ROLE pggit_test_reader;\n",
    "004_drop.sql": "ALTER TABLE users DROP COLUMN email;\n",
  });
  const run = await runProgram(["migrate", ".", "--json", "--shadow-url", server], { cwd: project.root });
  expect(run.code).toBe(3);
  expect(JSON.parse(run.stdout)).toMatchObject({ rollbacks: { unproven: 0 }, squash: { proven: true } });
  expect(run.stdout + run.stderr).not.toContain(new URL(server).password);

  const client = new Client(server);
  await client.connect();
  const left = await client.query(
    "SELECT (SELECT count(*) FROM pg_database WHERE datname ~ '^pggit_shadow_[0-9]+n[0-9]+$')::int AS databases, (SELECT count(*) FROM pg_roles WHERE rolname = 'pggit_test_reader')::int AS roles",
  );
  await client.end();
  expect(left.rows).toEqual([{ databases: 0, roles: 0 }]);
});
