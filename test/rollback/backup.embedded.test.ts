import { describe, expect, test } from "vitest";
import { useShadow } from "../support/shadow.ts";
import { BACKUP_CASES } from "./backup-cases.ts";
import { useWorkbench } from "./workbench.ts";

const bench = useWorkbench(useShadow(), "rows");

describe("a verdict with a prior backup", () => {
  for (const { name, setup, up, down, status, without, saved, refused, check, unseen = [] } of BACKUP_CASES) {
    test(`${status}: ${name}`, async () => {
      const { rollback } = await bench.prove([{ up: setup }, { up, keepsData: true, ...(down === undefined ? {} : { down }) }]);
      const { backup, noBackup } = rollback;
      const tables = (backup?.tables ?? []).map(({ table, columns }) => `${table}: ${columns.join(", ")}`);
      const lost = rollback.upLoses.filter(({ what }) => !what.startsWith("column order")).map(({ table }) => table);
      const reason = refused !== undefined && noBackup?.includes(refused) === true ? refused : noBackup;
      expect({ reason, status: rollback.status, without: backup?.without.status ?? rollback.status, tables, lost }).toEqual({
        reason: refused,
        status,
        without,
        tables: saved ?? tables,
        lost: backup === undefined ? lost : unseen,
      });
      expect(rollback.check ?? "").toContain(check ?? "");
    });
  }
});
