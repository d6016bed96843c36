import { expect, test } from "vitest";
import { generateHistory } from "../../scripts/bench/generate-history.js";
import { installCatalogReader } from "../../src/catalog/install.ts";
import { compareStates, extractState } from "../../src/catalog/pg-delta.ts";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import type { CatalogDifference } from "../../src/model/catalog.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import type { Rollback } from "../../src/model/rollback.ts";
import { replayHistory } from "../../src/replay/replay.ts";
import { proveRollback } from "../../src/rollback/prove.ts";
import { useShadow } from "../support/shadow.ts";
import { historyOf } from "./history-of.ts";

const fast = useShadow();
const judged = useShadow();

/** What the generator leaves to chance, put on top of what it made: each a migration of its own. `hub` is its first table. */
const oddities = (hub: string): readonly string[] => [
  `create table old_${hub} (note text) inherits (${hub})`,
  `alter table ${hub} add column renamed_for_heirs int`,
  `alter table ${hub} rename column renamed_for_heirs to for_heirs`,
  `create table late (id serial primary key, ref bigint references ${hub} (id) deferrable initially deferred)`,
  `insert into ${hub} default values; insert into late (ref) select id from ${hub}`,
  `do $$ begin execute 'grant select on ${hub} to public'; execute 'revoke select on ${hub} from public'; execute 'grant insert on late to public'; end $$`,
  `select setval('late_id_seq', 100)`,
  `update late set ref = null; alter table late drop constraint late_ref_fkey`,
];

async function judge() {
  const shadow = judged();
  return { snapshot: await readWholeCatalog(shadow.session), state: await extractState(shadow) };
}
type Judgement = Awaited<ReturnType<typeof judge>>;

function differences(before: Judgement, after: Judgement): readonly CatalogDifference[] {
  return [...compareSnapshots(before.snapshot, after.snapshot), ...compareStates(before.state, after.state)];
}

/** One script of a run, in a transaction of its own, where nobody watches. */
async function send(statements: readonly string[]): Promise<void> {
  await judged().session.run(["BEGIN", ...statements, "COMMIT"].join("\n;\n"));
}

/** Names, without their schema, of what the fast path says was touched, with the parts that have names of their own. */
function touchedNames({ before, after, sequences }: MigrationReplay): readonly string[] {
  const objects = [...before.values(), ...after.values()].flatMap(({ name, facts }) =>
    facts.kind === "relation" ? [name, ...[...facts.indexes, ...facts.constraints, ...facts.triggers].map((part) => part.name)] : [name],
  );
  return [...objects, ...sequences.map(({ identity }) => identity.replace("public.", ""))];
}

/** A way back that claims to restore the catalog; what it says that it leaves is no contradiction. */
function claimsCatalog({ status, upLoses }: Rollback): boolean {
  return status.startsWith("proven") && !upLoses.some(({ what }) => what.startsWith("column order"));
}

/** What both judges find different after the way back; the migration stands again afterwards. */
async function goBackAndForth(
  rollback: Rollback,
  { before, up }: { readonly before: Judgement; readonly up: readonly string[] },
): Promise<readonly CatalogDifference[]> {
  await send(rollback.statements.map(({ sql }) => sql));
  const left = differences(before, await judge());
  await send(up);
  return left;
}

test.each([20_241_105])(
  "the whole-catalog judges see nothing that the fast path missed, migration by migration (history %i)",
  { timeout: 300_000 },
  async (seed) => {
    await Promise.all(
      [fast, judged].map((shadow) =>
        shadow().session.run("drop schema public cascade; create schema public; drop schema if exists pggit_shadow cascade"),
      ),
    );
    const generated = [...generateHistory({ size: 16, seed }).values()];
    const hub = /CREATE TABLE (\w+)/.exec(generated.join("\n"))?.[1] ?? "";
    const scripts = [...generated, ...oddities(hub)].map((up) => ({ up }));
    const { session } = fast();
    const reader = await installCatalogReader(session);
    let before = await judge();
    let claims = 0;
    for await (const replay of replayHistory(historyOf(scripts), { session, reader, clock: () => 0 })) {
      const { id } = replay.migration;
      expect(replay.statements.map(({ outcome }) => outcome.kind)).not.toContain("failed");
      const rollback = await proveRollback(replay, { session, reader, resetBetween: [] });
      const up = replay.statements.flatMap(({ step }) => (step.kind === "statement" ? [step.sql] : []));
      await send(up);
      const after = await judge();
      const names = touchedNames(replay);
      const missed = differences(before, after).filter(({ identity }) => !names.some((name) => identity.includes(name)));
      expect({ id, missed }).toEqual({ id, missed: [] });
      const left = claimsCatalog(rollback) ? await goBackAndForth(rollback, { before, up }) : null;
      if (left !== null) claims++;
      expect({ id, left: left ?? [] }).toEqual({ id, left: [] });
      before = await judge();
    }
    expect(claims).toBeGreaterThan(15);
  },
);
