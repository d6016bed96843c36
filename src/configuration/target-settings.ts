import { join, resolve } from "node:path";
import { ok, type Result } from "../model/failure.ts";
import { readSettings } from "./read-settings.ts";

/** What `pggit.yaml` says about a target database. */
export interface TargetSettings {
  readonly drift: { readonly schemas: readonly string[]; readonly ignore: readonly string[] };
  readonly limits: { readonly lockTimeoutMs: number; readonly statementTimeoutMs: number; readonly lockRetries: number };
  readonly shadow: { readonly url: string | null; readonly disposable: boolean };
}

/** What holds where the settings file says nothing about `apply`. */
export const applyDefaults = { lockTimeoutSeconds: 5, statementTimeoutSeconds: 0, lockRetries: 5 };

/** Flags (where the command has them) before `PGGIT_*` variables before the settings file in the folder. */
export async function readTargetSettings(
  folder: string,
  flags: { readonly config?: string; readonly shadowUrl?: string; readonly shadowDisposable?: boolean },
  process: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<TargetSettings>> {
  const named = flags.config ?? process.env["PGGIT_CONFIG"] ?? null;
  const file = named === null ? join(resolve(process.cwd, folder), "pggit.yaml") : resolve(process.cwd, named);
  const read = await readSettings(file, { named, root: process.cwd });
  if (read.kind === "failed") return read;
  const { drift, apply, shadow } = read.value;
  const seconds = (value: number): number => Math.round(value * 1000);
  return ok({
    drift: { schemas: drift?.schemas ?? [], ignore: drift?.ignore ?? [] },
    limits: {
      lockTimeoutMs: seconds(apply?.lockTimeoutSeconds ?? applyDefaults.lockTimeoutSeconds),
      statementTimeoutMs: seconds(apply?.statementTimeoutSeconds ?? applyDefaults.statementTimeoutSeconds),
      lockRetries: apply?.lockRetries ?? applyDefaults.lockRetries,
    },
    shadow: {
      url: flags.shadowUrl ?? process.env["PGGIT_SHADOW_URL"] ?? shadow?.url ?? null,
      disposable: flags.shadowDisposable ?? shadow?.disposable ?? false,
    },
  });
}
