import type { ChangeSite, MigrationScope } from "../scope.ts";
import type { Transition } from "../transitions/transition.ts";

/** One migration as the analyses that look along the history see it. */
export interface HistoryEntry {
  readonly id: string;
  readonly scope: MigrationScope;
  readonly transitions: readonly Transition[];
  /** The `addressKey` of the table that a data change writes, where the history knows it. */
  readonly tableOf: ReadonlyMap<ChangeSite, string>;
}
