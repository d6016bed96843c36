import type { Failure } from "../model/failure.ts";
import { count, sayBytes } from "../model/say-number.ts";
import type { ApplyRequest } from "./apply-types.ts";
import type { BackupEstimate } from "./backup-sizes.ts";
import { requireYes } from "./refusals.ts";

/** `V7 public.people (email): about 1,200 rows, 85 kB` */
export function sayEstimate({ migration, table, columns, rows, bytes }: BackupEstimate): string {
  const what = columns.length === 0 ? table : `${table} (${columns.join(", ")})`;
  return `${migration} ${what}: ${rows === 0 ? "no rows" : `about ${count(rows)} rows, ${sayBytes(bytes)}`}`;
}

/** Rows that this role does not see would be lost unsaved; `null` where it sees all. */
export function refuseUnsaved(saves: readonly BackupEstimate[]): Failure | null {
  const filtered = saves.find((one) => one.filtered);
  if (filtered === undefined) return null;
  return {
    kind: "failure",
    code: "backup-incomplete",
    message: `Nothing was run: row security hides rows of ${filtered.table} from this role, so ${filtered.migration} would destroy rows that were not saved.`,
    location: filtered.table,
    hint: "Run it as the owner of the table (without FORCE ROW LEVEL SECURITY), or as a role with BYPASSRLS.",
    exitCode: 4,
  };
}

/** Asks where prior backups will take more than the limit; `null` where it may go on. `--yolo` goes on, and says so. */
export async function askForSpace({ options, surroundings }: ApplyRequest, saves: readonly BackupEstimate[]): Promise<Failure | null> {
  const bytes = saves.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes <= options.backup.limitBytes) return null;
  const [largest] = saves.toSorted((left, right) => right.bytes - left.bytes);
  const most = largest === undefined ? "" : ` (the most for ${sayEstimate(largest)})`;
  const told = `Prior backups will take about ${sayBytes(bytes)}${most}, more than the limit of ${sayBytes(options.backup.limitBytes)}`;
  if (options.confirmation === "never") {
    surroundings.progress.warn(`${told}.`);
    return null;
  }
  const answer = await requireYes(surroundings.ask, `${told}. Save them?`);
  if (answer === null || answer.code !== "confirmation-needed") return answer;
  return {
    ...answer,
    hint: "Raise the limit with --backup-limit MEGABYTES or backup.limitMegabytes in pggit.yaml, or run it on a terminal.",
  };
}
