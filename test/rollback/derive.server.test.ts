import { describe, expect, test } from "vitest";
import { useServer } from "../support/server.ts";
import { useShadow } from "../support/shadow.ts";
import { CASES } from "./cases.ts";
import { useWorkbench } from "./workbench.ts";

const bench = useWorkbench(useShadow({ server: { url: useServer(), disposable: true }, id: "rollbackcases" }));

/** A server is shared: what makes roles is left to the embedded database. What is left in must come out as it does there. */
const ours = CASES.filter(({ setup, up }) => !/create role|publication/.test(setup + up));

describe("a server gives the same proofs as the embedded database", () => {
  test("of every kind of change", { timeout: 300_000 }, async () => {
    const statuses: string[] = [];
    for (const { name, setup, up } of ours) {
      const { rollback } = await bench.prove([{ up: setup }, { up }]);
      statuses.push(`${name}: ${rollback.status}`);
      await bench.clean();
    }
    expect(statuses).toEqual(ours.map(({ name, status }) => `${name}: ${status}`));
  });

  test("of an index made and dropped without blocking", async () => {
    const { replay, rollback } = await bench.prove([
      { up: "create table a (t text)" },
      { up: "create index concurrently ai on a (t)", down: "drop index concurrently ai" },
    ]);
    expect(replay.edgeCases).toEqual([]);
    expect(rollback).toMatchObject({ status: "proven", origin: "authored" });
  });
});
