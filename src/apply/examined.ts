import type { DriftEntry } from "../store/drift.ts";
import type { StoredRecord } from "../store/read-record.ts";
import type { Store } from "../store/store.ts";
import type { Assessment } from "./assess.ts";
import type { Expectations } from "./expectations.ts";
import type { KnownRecord } from "./known.ts";
import type { Scope } from "./scope.ts";
import type { HistoryReading } from "./target-history.ts";

/** A target that was looked at: what it says of itself, and where it stands. */
export interface Examined {
  readonly store: Store;
  readonly record: StoredRecord;
  readonly recorded: KnownRecord;
  readonly reading: HistoryReading;
  readonly assessment: Assessment;
  /** Differences that are left alone because somebody said so, and those of them that the record does not have. */
  readonly ignored: { readonly all: readonly DriftEntry[]; readonly fresh: readonly DriftEntry[] };
  readonly scope: Scope;
  readonly expectations: Expectations;
}
