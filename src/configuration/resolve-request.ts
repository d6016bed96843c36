import { isAbsolute, join, resolve } from "node:path";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { ToolName } from "../model/history.ts";
import { readSettingsFile } from "./read-settings.ts";
import type { SettingsFile } from "./settings.ts";

/** Flags of `migrate` as the command line gives them; a key is absent where the flag was not given. */
export interface MigrateFlags {
  readonly source?: ToolName;
  readonly location?: readonly string[];
  readonly placeholder?: Readonly<Record<string, string>>;
  readonly schema?: readonly string[];
  readonly changelog?: string;
  readonly context?: readonly string[];
  readonly label?: readonly string[];
  readonly environment?: string;
  readonly assume?: Readonly<Record<string, string>>;
  readonly shadowUrl?: string;
  readonly shadowDisposable?: boolean;
  readonly manualMode?: boolean;
  /** An edge case or a migration whose questions are settled right behind the conversion. */
  readonly fixEdgeCase?: string;
  readonly ai?: boolean;
  readonly aiPreview?: boolean;
  readonly aiSendLiterals?: boolean;
  readonly out?: string;
  readonly stopAfter?: "read" | "replay" | "prove";
  /** False: `--no-row-proof`. */
  readonly rowProof?: boolean;
  /** `--keep-data` */
  readonly keepData?: boolean;
  /** False: `--no-cache`. */
  readonly cache?: boolean;
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What a run is asked to do, after flags, environment and settings file were put together. */
export interface MigrateRequest {
  /** Absolute. */
  readonly root: string;
  readonly source: ToolName | null;
  readonly locations: readonly string[];
  readonly placeholders: Readonly<Record<string, string>>;
  readonly schemas: readonly string[];
  readonly changelog: string | null;
  readonly contexts: readonly string[];
  readonly labels: readonly string[];
  readonly environment: string | null;
  readonly assumptions: Readonly<Record<string, string>>;
  readonly environments: NonNullable<SettingsFile["environments"]>;
  readonly shadow: { readonly url: string | null; readonly disposable: boolean; readonly statementTimeoutMs: number };
  /** Whether every migration is a question (`--manual-mode`). */
  readonly asking: "every-migration" | "as-needed";
  /** Whether ways back are tried with generated rows. */
  readonly rowProof: "on" | "off";
  /** Of which migrations the rows that they destroy are saved first: of all, or of those of which a decision says so. */
  readonly keepData: "all" | "as-decided";
  /** As the user would type it. */
  readonly out: string;
  readonly stopAfter: "read" | "replay" | "prove" | null;
}

const defaultTimeoutSeconds = 300;

/** Flags before `PGGIT_*` variables before `pggit.yaml`; named values (placeholders, assumptions) are merged in that order. */
export async function resolveRequest(
  folder: string,
  flags: MigrateFlags,
  process: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<MigrateRequest>> {
  const root = resolve(process.cwd, folder);
  const read = await readSettingsFile(folder, flags, process);
  if (read.kind === "failed") return read;
  const settings = read.value;

  const timeout = process.env["PGGIT_STATEMENT_TIMEOUT"];
  const seconds = timeout === undefined ? (settings.shadow?.statementTimeoutSeconds ?? defaultTimeoutSeconds) : Number(timeout);
  if (!Number.isFinite(seconds) || seconds <= 0) return failed(badTimeout(timeout ?? ""));
  const source = flags.source ?? settings.source ?? null;
  const location = settings.location ?? [];
  return ok({
    root,
    source,
    locations: flags.location ?? (typeof location === "string" ? [location] : location),
    placeholders: { ...settings.placeholders, ...flags.placeholder },
    schemas: flags.schema ?? settings.schemas ?? [],
    changelog: flags.changelog ?? settings.changelog ?? null,
    contexts: flags.context ?? settings.contexts ?? [],
    labels: flags.label ?? settings.labels ?? [],
    environment: flags.environment ?? process.env["PGGIT_ENVIRONMENT"] ?? settings.environment ?? null,
    assumptions: { ...settings.assume, ...flags.assume },
    environments: settings.environments ?? {},
    shadow: {
      url: flags.shadowUrl ?? process.env["PGGIT_SHADOW_URL"] ?? settings.shadow?.url ?? null,
      disposable: flags.shadowDisposable ?? settings.shadow?.disposable ?? false,
      statementTimeoutMs: Math.round(seconds * 1000),
    },
    asking: flags.manualMode === true ? "every-migration" : "as-needed",
    rowProof: flags.rowProof === false ? "off" : "on",
    keepData: (flags.keepData ?? settings.backup?.keepData) === true ? "all" : "as-decided",
    out: flags.out ?? process.env["PGGIT_OUT"] ?? settings.out ?? "pggit",
    stopAfter: flags.stopAfter ?? null,
  });
}

/** The absolute path of the output folder. */
export function outputFolder(request: Pick<MigrateRequest, "out">, cwd: string): string {
  return isAbsolute(request.out) ? request.out : join(cwd, request.out);
}

function badTimeout(value: string): Failure {
  return {
    kind: "failure",
    code: "invalid-settings",
    message: `"${value}" is no number of seconds.`,
    location: "PGGIT_STATEMENT_TIMEOUT",
    hint: "Give seconds, for example 300.",
    exitCode: 2,
  };
}
