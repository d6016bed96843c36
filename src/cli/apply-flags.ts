import type { ApplyOptions } from "../apply/apply-types.ts";
import type { TargetSettings } from "../configuration/target-settings.ts";
import type { Confirmation } from "../apply/table.ts";
import type { DecisionFile } from "../decisions/decision-file.ts";

/** Flags of the commands that look at or change a database. A key is absent where the flag was not given. */
export interface TargetFlags {
  readonly database?: string;
  readonly dryRun?: boolean;
  readonly requireConfirmation?: boolean;
  readonly yolo?: boolean;
  readonly recordOnly?: boolean;
  readonly expect?: "empty" | "partial" | "head";
  readonly requireApprovals?: number;
  readonly stamp?: boolean;
  readonly shadowMode?: boolean;
  readonly sameMajor?: boolean;
  readonly shadowUrl?: string;
  /** Megabytes. */
  readonly backupLimit?: number;
  readonly shadowDisposable?: boolean;
  readonly placeholder?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What applying may do, from flags and settings. `--require-confirmation` wins over `--yolo`: when unsure, ask. */
export function applyOptions(
  flags: TargetFlags,
  settings: TargetSettings,
  { decisions, drift }: Pick<DecisionFile, "decisions" | "drift">,
): ApplyOptions {
  const confirmation: Confirmation = flags.requireConfirmation === true ? "always" : flags.yolo === true ? "never" : "default";
  return {
    dryRun: flags.dryRun === true,
    confirmation,
    recordOnly: flags.recordOnly === true,
    expect: flags.expect ?? null,
    sameMajor: flags.sameMajor === true,
    drift: { ...settings.drift, decisions: drift },
    decisions,
    ...(flags.shadowMode === true ? {} : { approvals: requiredApprovals(flags, settings) }),
    limits: settings.limits,
    backup: settings.backup,
    alerts: settings.alerts,
    disposable: settings.shadow.disposable,
  };
}

export const yoloWarning = "--yolo asks nothing before it changes the database. Nobody sensible uses it where something is at stake.";

/** The settings are the project's rule: a flag may ask for more, not for less. */
function requiredApprovals({ requireApprovals }: TargetFlags, { approvals }: TargetSettings): TargetSettings["approvals"] {
  return { ...approvals, count: Math.max(requireApprovals ?? 0, approvals.count) };
}
