import type { CatalogReader } from "../catalog/reader.ts";
import type { Session } from "../database/session.ts";

/** What a replay needs from outside. */
export interface ReplayContext {
  readonly session: Session;
  /** Installed on that session, before anything of the history ran. */
  readonly reader: CatalogReader;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
  /** Called when the tool's schemas and its own tables stand and no migration ran yet: the beginning to which the chain of ways back leads. */
  readonly prepared?: () => Promise<void>;
  /** How many migrations ran on the shadow already, before the reader was installed (`fastForward`); 0 unless given. */
  readonly from?: number;
}
