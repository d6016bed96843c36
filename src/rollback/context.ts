import type { CatalogReader } from "../catalog/reader.ts";
import type { Session } from "../database/session.ts";
import type { RowProver } from "./row-proof.ts";
import type { StateDifference } from "./state-difference.ts";

/** What proving needs from outside: the shadow as the migration left it, outside of any transaction. */
export interface ProofContext {
  readonly session: Session;
  readonly reader: CatalogReader;
  /** `History.resetBetween`: what the tool sends before it runs a migration, so also before a rollback. */
  readonly resetBetween: readonly string[];
  /** Tries ways back with generated rows. Absent: not tried, and proofs say so. */
  readonly rows?: RowProver;
  /** Asked where no other candidate restores the definitions. Absent: not tried. */
  readonly stateDifference?: StateDifference;
}
