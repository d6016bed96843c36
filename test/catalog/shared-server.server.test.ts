import { afterAll, expect, test } from "vitest";
import { compareStates, extractState } from "../../src/catalog/pg-delta.ts";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import type { Shadow } from "../../src/database/session.ts";
import { useServer } from "../support/server.ts";
import { useShadow } from "../support/shadow.ts";

const url = useServer();
const shared = useShadow({ server: { url, disposable: false }, id: "sharedserver" });
const own = useShadow({ server: { url, disposable: true }, id: "ownserver" });

/** What somebody else on the server does meanwhile; nothing of it lies in the shadow's database. */
const NEIGHBOUR = `create role shared_neighbour; alter role shared_neighbour set work_mem = '8MB'; comment on role shared_neighbour is 'somebody else';
  create role shared_member in role shared_neighbour`;
const clear = (): Promise<unknown> => own().session.run("drop role if exists shared_member, shared_neighbour");
afterAll(clear);

async function seenBy(shadow: Shadow): Promise<readonly string[]> {
  const before = { snapshot: await readWholeCatalog(shadow.session), state: await extractState(shadow) };
  await own().session.run(NEIGHBOUR);
  const after = { snapshot: await readWholeCatalog(shadow.session), state: await extractState(shadow) };
  await clear();
  return [...compareSnapshots(before.snapshot, after.snapshot), ...compareStates(before.state, after.state)].map(
    ({ identity, what }) => `${what} ${identity}`,
  );
}

const named = (list: readonly string[]): readonly string[] => list.filter((line) => line.includes("shared_"));

test("on a shared server neither judge sees what others do to roles", async () => {
  await shared().session.run("create table t (id int)");
  expect(named(await seenBy(shared()))).toEqual([]);
});

test("on a server of one's own both do", async () => {
  const seen = await seenBy(own());
  expect(seen).toContain("extra pg_authid shared_neighbour");
  expect(seen).toContain("extra role:shared_neighbour");
  expect(seen.some((line) => line.includes("pg_auth_members"))).toBe(true);
  expect(seen.some((line) => line.includes("pg_db_role_setting"))).toBe(true);
  expect(seen.some((line) => line.includes("pg_shdescription"))).toBe(true);
});
