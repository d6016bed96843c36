import { describe, expect, test } from "vitest";
import { useShadow } from "../support/shadow.ts";
import { CASES } from "./cases.ts";
import { useWorkbench } from "./workbench.ts";

const bench = useWorkbench(useShadow());

describe("every kind of change has a way back that is derived, and proven by running it", () => {
  for (const { name, setup, up, status } of CASES) {
    test(`${name} (${status})`, async () => {
      const { rollback } = await bench.prove([{ up: setup }, { up }]);
      const { reason, statements, proofs } = rollback;
      expect([rollback.status, rollback.status === status ? "" : JSON.stringify({ reason, statements, proofs }, null, 1)]).toEqual([
        status,
        "",
      ]);
    });
  }
});
