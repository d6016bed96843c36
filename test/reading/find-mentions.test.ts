import { expect, test } from "vitest";
import type { History, Migration } from "../../src/model/history.ts";
import { findMentions } from "../../src/reading/find-mentions.ts";
import { useProjects } from "../support/program.ts";

const newProject = useProjects();

test("finds every way in which files name extensions, once each", async () => {
  const project = newProject();
  const files = {
    "V1.sql": 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";\ncreate  extension\n citext with schema public;',
    "V2.sql": "-- no such thing as an extension here\nSELECT 1;",
    "V3.rb": "enable_extension 'pg_trgm'\nenable_extension(\"citext\")",
    "0004_more.py": "operations = [HStoreExtension(), CreateExtension(name='postgis')]",
  };
  project.write(files);
  const migrations = Object.keys(files).map((path) => ({ files: [{ path, role: "up", sha256: "" }] }) as unknown as Migration);
  const history = { root: project.root, migrations, baselines: [] } as unknown as History;
  expect(await findMentions(history)).toEqual({ extensions: ["citext", "hstore", "pg_trgm", "postgis", "uuid-ossp"], roles: false });
});

test("sees a role that a block makes", async () => {
  const project = newProject();
  project.write({ "V1.sql": "DO $$ BEGIN\n  EXECUTE 'create  role app_reader';\nEND $$;\n" });
  const migrations = [{ files: [{ path: "V1.sql", role: "up", sha256: "" }] } as unknown as Migration];
  const history = { root: project.root, migrations, baselines: [] } as unknown as History;
  expect((await findMentions(history)).roles).toBe(true);
});
