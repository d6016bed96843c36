import type { Approach } from "../model/approach.ts";
import { ok, type Result } from "../model/failure.ts";
import { readSettingsFile } from "./read-settings.ts";
import { applyDefaults } from "./target-settings.ts";

/** What `pggit.yaml` says about a runbook, and of applying what a runbook repeats. */
export interface RunbookSettings {
  readonly approach: Approach | null;
  readonly downtimeMinutes: number | null;
  readonly roles: Readonly<Record<string, string>>;
  readonly lockTimeoutSeconds: number;
  readonly lockRetries: number;
}

/** The settings file that was named (a flag, `PGGIT_CONFIG`), else `pggit.yaml` in the folder. */
export async function readRunbookSettings(
  folder: string,
  flags: { readonly config?: string },
  process: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<RunbookSettings>> {
  const read = await readSettingsFile(folder, flags, process);
  if (read.kind === "failed") return read;
  const { runbook, apply } = read.value;
  return ok({
    approach: runbook?.approach ?? null,
    downtimeMinutes: runbook?.downtimeMinutes ?? null,
    roles: runbook?.roles ?? {},
    lockTimeoutSeconds: apply?.lockTimeoutSeconds ?? applyDefaults.lockTimeoutSeconds,
    lockRetries: apply?.lockRetries ?? applyDefaults.lockRetries,
  });
}
