import type { Step } from "../../src/model/history.ts";
import { controlOf } from "./transactions.ts";

interface Mark {
  readonly kind: "savepoint" | "release" | "rollback";
  readonly name: string;
}

const FORMS: readonly (readonly [Mark["kind"], RegExp])[] = [
  ["savepoint", /^savepoint\s+("(?:[^"]|"")+"|\S+)$/i],
  ["release", /^release\s+(?:savepoint\s+)?("(?:[^"]|"")+"|\S+)$/i],
  ["rollback", /^(?:rollback|abort)\s+(?:(?:work|transaction)\s+)?to\s+(?:savepoint\s+)?("(?:[^"]|"")+"|\S+)$/i],
];

function markOf(step: Step): Mark | null {
  if (step.kind !== "statement") return null;
  for (const [kind, form] of FORMS) {
    const name = form.exec(step.sql)?.[1];
    if (name !== undefined) return { kind, name: name.startsWith('"') ? name : `"${name.toLowerCase()}"` };
  }
  return null;
}

/**
 * A script without its savepoints and without what it takes back to them (`ROLLBACK TO`), inside of its transactions; what PostgreSQL would refuse (a savepoint
 * outside of a transaction, or one that is not there) stays. Gives how many statements were taken back.
 */
export function withoutSavepoints(steps: readonly Step[]): { readonly steps: readonly Step[]; readonly rolledBack: number } {
  const kept: Step[] = [];
  /** Where what each of them can take back begins; `null` outside of a transaction. */
  let open: { readonly name: string; readonly at: number }[] | null = null;
  let rolledBack = 0;
  for (const step of steps) {
    const control = controlOf(step);
    const mark = markOf(step);
    if (control === "begin") open ??= [];
    else if (control !== null) open = null;
    const index = mark === null || open === null ? -1 : open.findLastIndex(({ name }) => name === mark.name);
    const found = open?.[index];
    if (mark?.kind === "savepoint" && open !== null) open.push({ name: mark.name, at: kept.length });
    else if (mark === null || open === null || found === undefined) kept.push(step);
    else if (mark.kind === "release") open.length = index;
    else {
      rolledBack += kept.length - found.at;
      kept.length = found.at;
      open.length = index + 1;
    }
  }
  return { steps: kept, rolledBack };
}
