import { dirname, join, relative, resolve } from "node:path";
import { inputFailure, type Failure } from "../model/failure.ts";
import type { Plan, PlanRequest } from "../model/plan.ts";
import type { MigrateFlags } from "./resolve-request.ts";

const kept = ["source", "location", "schema", "changelog", "context", "label", "environment", "manualMode", "keepData"] as const;

interface Asked {
  /** As the user typed it. */
  readonly project: string;
  readonly flags: MigrateFlags & { readonly database?: string };
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the plan; absolute. */
  readonly folder: string;
}

/** What a plan keeps of how it was asked for. Values that may be secret are not in it, only the flags that have to be given again. */
export function planRequestOf({ project, flags, cwd, env, folder }: Asked, { edgeCases }: Pick<Plan, "edgeCases">): PlanRequest {
  const toPlan = (path: string): string => relative(folder, resolve(cwd, path)).replaceAll("\\", "/") || ".";
  const environment = flags.environment ?? env["PGGIT_ENVIRONMENT"];
  const config = flags.config ?? env["PGGIT_CONFIG"];
  const given: Record<string, string | boolean | readonly string[]> = {};
  for (const key of kept) {
    const value = flags[key];
    if (value !== undefined) given[key] = value;
  }
  if (environment !== undefined) given["environment"] = environment;
  if (config !== undefined) given["config"] = toPlan(config);
  // What a database ran instead of the files, it has to say again.
  const asApplied = flags.database !== undefined && edgeCases.some(({ kind }) => kind === "history-mismatch");
  const again = [
    ...Object.keys(flags.placeholder ?? {}).map((name) => `--placeholder ${name}`),
    ...Object.keys(flags.assume ?? {}).map((name) => `--assume ${name}`),
    ...(asApplied ? ["--database"] : []),
  ];
  return { project: toPlan(project), flags: given, again: again.sort() };
}

/** The flags that may be given again where a conversion is repeated. */
export type AgainFlags = Pick<
  MigrateFlags,
  "placeholder" | "assume" | "shadowUrl" | "shadowDisposable" | "cache" | "json" | "quiet" | "color"
> & { readonly database?: string };

/** How a plan was asked for; one that does not say it stands in a folder of its project. */
export function requestOf({ request }: Pick<Plan, "request">): PlanRequest {
  return request ?? { project: "..", flags: {}, again: [] };
}

/** How to make the conversion of a plan again: the project and the settings file as absolute paths, the flags of then, and before them those that are given now. */
export function requestAgain(
  plan: Pick<Plan, "request">,
  given: AgainFlags,
  file: string,
): { readonly project: string; readonly flags: MigrateFlags & { readonly database?: string } } {
  const folder = dirname(resolve(file));
  const { project, flags } = requestOf(plan);
  const { config, ...rest } = flags as MigrateFlags;
  const settings = config === undefined ? {} : { config: join(folder, config) };
  return { project: resolve(folder, project), flags: { ...rest, ...settings, ...given } };
}

/** Fails (exit 2) where a conversion needs a value again that the plan does not keep and neither flags nor settings have. */
export function missingAgain(
  plan: Pick<Plan, "request">,
  given: AgainFlags,
  at: { readonly file: string; readonly settings: Readonly<Record<string, string>> },
): Failure | null {
  const has = new Set([
    ...Object.keys({ ...at.settings, ...given.placeholder }).map((name) => `--placeholder ${name}`),
    ...Object.keys({ ...at.settings, ...given.assume }).map((name) => `--assume ${name}`),
    ...(given.database === undefined ? [] : ["--database"]),
  ]);
  const missing = requestOf(plan).again.filter((flag) => !has.has(flag));
  if (missing.length === 0) return null;
  const named = missing.map((flag) => (flag === "--database" ? "--database URL" : `${flag}=…`)).join(" ");
  return inputFailure(
    "flags-missing",
    "The plan was made with values that it does not keep, and what is decided has to be proven with them.",
    {
      location: at.file,
      hint: `Give ${named} again, or put the values into pggit.yaml.`,
    },
  );
}
