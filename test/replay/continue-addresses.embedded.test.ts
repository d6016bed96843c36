import { expect, test } from "vitest";
import { installCatalogReader } from "../../src/catalog/install.ts";
import { addressKey } from "../../src/model/catalog.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import { continueAddresses } from "../../src/replay/continue-addresses.ts";
import { fastForward } from "../../src/replay/fast-forward.ts";
import { replayHistory } from "../../src/replay/replay.ts";
import { proveRollback } from "../../src/rollback/prove.ts";
import type { Rollback } from "../../src/model/rollback.ts";
import { historyOf } from "../rollback/history-of.ts";
import { useShadow } from "../support/shadow.ts";

const whole = useShadow();
const second = useShadow();
const third = useShadow();

const SCRIPTS = [
  { up: "create table users (id serial primary key, name text); insert into users (name) values ('root')" },
  { up: "create table orders (id int primary key, buyer int references users); create view bought as select id, buyer from orders" },
  { up: "create type mood as enum ('sad'); alter table users add column mood mood" },
  { up: "insert into users (name) values ('guest'); create index on users (name)" },
  { up: "alter table users drop column name; alter table orders add column total numeric not null default 0" },
  { up: "alter type mood add value 'ok'; alter table orders rename to purchases" },
  { up: "create table notes (body text); drop view bought; insert into users default values" },
];
const BOUNDARY = 4;

/** Replays and proves from a place on; what came of it, and all objects as they stood before. */
async function proveFrom(from: number, shadow: () => ReturnType<ReturnType<typeof useShadow>>) {
  const { session } = shadow();
  const reader = await installCatalogReader(session);
  const first = reader.all();
  const replays: MigrationReplay[] = [];
  const rollbacks: Rollback[] = [];
  let atBoundary = first;
  for await (const replay of replayHistory(historyOf(SCRIPTS), { session, reader, clock: () => 0, from })) {
    replays.push(replay);
    rollbacks.push(await proveRollback(replay, { session, reader, resetBetween: [] }));
    if (from + replays.length === BOUNDARY) atBoundary = reader.all();
  }
  return { replays, rollbacks, first, atBoundary };
}

test("the later part of a history, replayed on a shadow of its own, reads as if the first had gone on", async () => {
  const alone = await proveFrom(0, whole);
  expect(await fastForward(historyOf(SCRIPTS), second().session, { until: BOUNDARY })).toBe(true);
  const later = await proveFrom(BOUNDARY, second);
  const { replays: moved } = continueAddresses(
    alone.replays.slice(0, BOUNDARY),
    { replays: later.replays, last: later.first },
    { there: alone.atBoundary, here: later.first },
  );

  // The way back of each is the same, rows of the first part that stand in the tables included.
  expect(later.rollbacks).toEqual(alone.rollbacks.slice(BOUNDARY));
  const shape = (replay: MigrationReplay) => ({
    before: [...replay.before.values()].map(({ kind, identity }) => `${kind} ${identity}`),
    after: [...replay.after.values()].map(({ kind, identity }) => `${kind} ${identity}`),
    rows: replay.rows.map(({ identity, inserted, existedBefore }) => ({ identity, inserted, existedBefore })),
    counts: replay.rowsBefore?.map(({ identity, count, digest }) => ({ identity, count, digest })),
  });
  expect(moved.map(shape)).toEqual(alone.replays.slice(BOUNDARY).map(shape));

  // What stood at the boundary has the address that it has in the first part; what came later has one that nothing there has.
  const address = (replays: readonly MigrationReplay[], name: string) =>
    new Set(
      replays.flatMap(({ after }) =>
        [...after.values()].filter((object) => object.name === name).map((object) => addressKey(object.address)),
      ),
    );
  const before = alone.replays.slice(0, BOUNDARY);
  expect(address(moved, "users")).toEqual(address(before, "users"));
  expect(address(moved, "mood")).toEqual(address(before, "mood"));
  expect(address(moved, "purchases")).toEqual(address(before, "orders"));
  const there = new Set(alone.atBoundary.keys());
  expect([...address(moved, "notes")].filter((key) => there.has(key))).toEqual([]);
  for (const replay of moved) for (const [key, object] of replay.after) expect(key).toBe(addressKey(object.address));
});

test("a migration that fails ends the way there", async () => {
  const scripts = [{ up: "create table a (id serial)" }, { up: "insert into a default values; select 1 / 0" }, { up: "create table b ()" }];
  expect(await fastForward(historyOf(scripts), third().session, { until: 2 })).toBe(false);
});
