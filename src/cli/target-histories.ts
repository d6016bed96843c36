import { ok } from "../model/failure.ts";
import type { RunnablePlan } from "../apply/runnable.ts";
import { noStamp } from "../apply/store-recorder.ts";
import type { TargetHistory } from "../apply/target-history.ts";

/** The source tool's own table in a target, read and, if wanted, stamped. Tools that keep none say nothing. */
export function targetHistoryOf(_runnable: RunnablePlan, _mode: "stamp" | "leave"): TargetHistory {
  return { read: () => Promise.resolve(ok({ known: null, facts: new Map(), warnings: [], stamp: noStamp })) };
}
