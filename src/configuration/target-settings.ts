import { ok, type Result } from "../model/failure.ts";
import type { Alerts } from "../model/alert.ts";
import type { SettingsFile } from "./settings.ts";
import { readSettingsFile } from "./read-settings.ts";

/** What `pggit.yaml` says about a target database. */
export interface TargetSettings {
  readonly drift: { readonly schemas: readonly string[]; readonly ignore: readonly string[] };
  readonly limits: { readonly lockTimeoutMs: number; readonly statementTimeoutMs: number; readonly lockRetries: number };
  /** What prior backups may take before somebody is asked (bytes), and the size of their batches (rows). */
  readonly backup: { readonly limitBytes: number; readonly batchRows: number };
  /** Limits of a run: seconds, percent, rows per minute. */
  readonly alerts: Alerts;
  /** How many people have to have approved a plan, and the roles that each has to be among them. */
  readonly approvals: { readonly count: number; readonly roles: readonly string[] };
  readonly shadow: { readonly url: string | null; readonly disposable: boolean };
}

/** The folder of plan and files: flag, variable, settings file, `pggit`; as the user would type it. */
export async function readOutputFolder(
  flags: { readonly config?: string; readonly out?: string },
  process: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<string>> {
  const given = flags.out ?? process.env["PGGIT_OUT"];
  if (given !== undefined) return ok(given);
  const read = await readSettingsFile(".", flags, process);
  return read.kind === "failed" ? read : ok(read.value.out ?? "pggit");
}

/** What holds where the settings file says nothing about `apply`. */
export const applyDefaults = { lockTimeoutSeconds: 5, statementTimeoutSeconds: 0, lockRetries: 5 };

/** What holds where the settings file says nothing about `backup`. */
export const backupDefaults = { limitMegabytes: 1000, batchRows: 50_000 };

/** Flags (where the command has them) before `PGGIT_*` variables before the settings file in the folder. */
export async function readTargetSettings(
  folder: string,
  flags: { readonly config?: string; readonly shadowUrl?: string; readonly shadowDisposable?: boolean; readonly backupLimit?: number },
  process: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<TargetSettings>> {
  const read = await readSettingsFile(folder, flags, process);
  if (read.kind === "failed") return read;
  const { drift, apply, shadow, approvals, backup, alerts } = read.value;
  const required = typeof approvals === "number" ? { required: approvals } : approvals;
  const seconds = (value: number): number => Math.round(value * 1000);
  return ok({
    drift: { schemas: drift?.schemas ?? [], ignore: drift?.ignore ?? [] },
    limits: {
      lockTimeoutMs: seconds(apply?.lockTimeoutSeconds ?? applyDefaults.lockTimeoutSeconds),
      statementTimeoutMs: seconds(apply?.statementTimeoutSeconds ?? applyDefaults.statementTimeoutSeconds),
      lockRetries: apply?.lockRetries ?? applyDefaults.lockRetries,
    },
    backup: {
      limitBytes: (flags.backupLimit ?? backup?.limitMegabytes ?? backupDefaults.limitMegabytes) * 1_000_000,
      batchRows: backup?.batchRows ?? backupDefaults.batchRows,
    },
    alerts: alertsOf(alerts ?? {}),
    approvals: { count: required?.required ?? 0, roles: required?.roles ?? [] },
    shadow: {
      url: flags.shadowUrl ?? process.env["PGGIT_SHADOW_URL"] ?? shadow?.url ?? null,
      disposable: flags.shadowDisposable ?? shadow?.disposable ?? false,
    },
  });
}

function alertsOf({ lockWait, replicationLag, errorShare, rowsPerMinute }: NonNullable<SettingsFile["alerts"]>): Alerts {
  return {
    ...(lockWait === undefined ? {} : { lockWait: { limit: lockWait.seconds, action: lockWait.action } }),
    ...(replicationLag === undefined ? {} : { replicationLag: { limit: replicationLag.seconds, action: replicationLag.action } }),
    ...(errorShare === undefined ? {} : { errorShare: { limit: errorShare.percent, action: errorShare.action } }),
    ...(rowsPerMinute === undefined ? {} : { rowsPerMinute: { limit: rowsPerMinute.below, action: rowsPerMinute.action } }),
  };
}
