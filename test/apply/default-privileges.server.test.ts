import { expect, test } from "vitest";
import { findDrift } from "../../src/apply/drift.ts";
import { readWholeCatalog, type CatalogSnapshot } from "../../src/catalog/snapshot/read.ts";
import { openTarget } from "../../src/database/open-target.ts";
import { useServer } from "../support/server.ts";
import { useDatabases, valueOf, type TestDatabase } from "../support/target.ts";

const server = useServer();
const newDatabase = useDatabases(server);

async function snapshotOf(database: TestDatabase): Promise<CatalogSnapshot> {
  const target = valueOf(await openTarget(database.url, "read-only"));
  try {
    return await readWholeCatalog(target.session, { excludeFromReads: [], within: new Set(["public"]) });
  } finally {
    await target.close();
  }
}

test("default privileges that the history sets must be there, for whichever role runs it; what others set is no drift", async () => {
  const history = await newDatabase("default_privileges_history");
  await history.query(
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pggit_test_stranger;
     ALTER DEFAULT PRIVILEGES FOR ROLE pggit_test_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`,
  );
  const expected = await snapshotOf(history);
  const [user] = await history.query<{ name: string }>("select session_user::text as name");
  const target = await newDatabase("default_privileges_target");
  const drift = async (sql: string): Promise<readonly string[]> => {
    await target.query(sql);
    return findDrift({ expected, found: await snapshotOf(target), shadowUser: user?.name ?? "", ignore: [] }).drift.map(({ text }) => text);
  };
  expect(await drift("SELECT 1")).toEqual(["default privileges functions is missing", "default privileges public.tables is missing"]);
  expect(
    await drift(
      `ALTER DEFAULT PRIVILEGES FOR ROLE pggit_test_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
       ALTER DEFAULT PRIVILEGES FOR ROLE pggit_test_owner IN SCHEMA public GRANT SELECT ON TABLES TO pggit_test_stranger;
       ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO pggit_test_stranger`,
    ),
  ).toEqual([]);
  expect(
    await drift("ALTER DEFAULT PRIVILEGES FOR ROLE pggit_test_owner IN SCHEMA public GRANT INSERT ON TABLES TO pggit_test_stranger"),
  ).toEqual(["default privileges public.tables: privileges is pggit_test_stranger=ar/owner instead of pggit_test_stranger=r/owner"]);
});
