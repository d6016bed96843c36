import { inputFailure, failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { ModelSettings } from "../model/model-settings.ts";
import { readSettingsFile } from "./read-settings.ts";
import type { SettingsFile } from "./settings.ts";

/** `none`: nobody configured one, or its key is not at hand; why, in a sentence. */
export type ModelConfiguration =
  | { readonly kind: "model"; readonly settings: ModelSettings }
  | { readonly kind: "none"; readonly reason: string };

/** What holds where neither the environment nor the settings file says anything. */
const PROVIDERS = {
  anthropic: { baseUrl: "https://api.anthropic.com", keyVariable: "ANTHROPIC_API_KEY", needsKey: true },
  openai: { baseUrl: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY", needsKey: false },
} as const;
const defaults = { timeoutSeconds: 120, retries: 3, concurrency: 3, tokens: 200_000 };

type Environment = Readonly<Record<string, string | undefined>>;

/** `PGGIT_AI_*` variables before `ai:` of the settings file. Fails (exit 2) where what is configured cannot be meant; a model that is not configured is no failure. */
export async function readModelSettings(
  folder: string,
  flags: { readonly config?: string },
  process: { readonly cwd: string; readonly env: Environment },
): Promise<Result<ModelConfiguration>> {
  const read = await readSettingsFile(folder, flags, process);
  if (read.kind === "failed") return read;
  return resolveModel(read.value.ai, process.env);
}

function resolveModel(file: SettingsFile["ai"], env: Environment): Result<ModelConfiguration> {
  const failures: Failure[] = [];
  const number = (name: string): number | undefined => {
    const text = env[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isFinite(value) || value <= 0)
      failures.push(wrong(name, `"${text}" is no number above 0.`, "Give a number, or leave it out."));
    return value;
  };
  const provider = env["PGGIT_AI_PROVIDER"] ?? file?.provider;
  const model = env["PGGIT_AI_MODEL"] ?? file?.model;
  const none = (reason: string): Result<ModelConfiguration> => ok({ kind: "none", reason });
  if (provider === undefined || model === undefined || model === "") return none("no model is configured");
  if (provider !== "anthropic" && provider !== "openai")
    return failed(
      wrong(
        "PGGIT_AI_PROVIDER",
        `"${provider}" is no provider.`,
        "It is anthropic, or openai for every endpoint of that kind (Ollama, OpenRouter, …).",
      ),
    );
  const usual = PROVIDERS[provider];
  const keyVariable = env["PGGIT_AI_KEY_VARIABLE"] ?? file?.keyVariable ?? usual.keyVariable;
  const baseUrl = env["PGGIT_AI_BASE_URL"] ?? file?.baseUrl ?? usual.baseUrl;
  const isUsual = baseUrl === usual.baseUrl;
  const money = number("PGGIT_AI_BUDGET_MONEY") ?? file?.budget?.money ?? null;
  const tokens = number("PGGIT_AI_BUDGET_TOKENS") ?? file?.budget?.tokens ?? defaults.tokens;
  const timeoutSeconds = number("PGGIT_AI_TIMEOUT") ?? file?.timeoutSeconds ?? defaults.timeoutSeconds;
  const urlProblem = objectionToUrl(baseUrl);
  if (urlProblem !== null)
    failures.push(wrong("ai.baseUrl", urlProblem, "Give http(s)://host[:port]/path, and the key by the name of its variable."));
  if (money !== null && file?.price === undefined)
    failures.push(
      wrong(
        "ai.budget.money",
        "A budget in money needs to know what tokens cost.",
        "Add price: { input: …, output: … }, per million tokens.",
      ),
    );
  if (failures.length > 0) return failed(...failures);
  const value = env[keyVariable];
  const key = value === undefined || value === "" ? null : value;
  const named = (env["PGGIT_AI_KEY_VARIABLE"] ?? file?.keyVariable) !== undefined;
  if (key === null && (named || usual.needsKey || isUsual))
    return none(`the variable ${keyVariable}, which is to have its key, is not set`);
  return ok({
    kind: "model",
    settings: {
      provider,
      model,
      baseUrl,
      key,
      timeoutMs: Math.round(timeoutSeconds * 1000),
      retries: file?.retries ?? defaults.retries,
      concurrency: file?.concurrency ?? defaults.concurrency,
      budget: { tokens, money },
      price: file?.price ?? null,
    },
  });
}

function objectionToUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return "The base URL is no address of a model.";
  return url.username !== "" || url.password !== "" || url.search !== "" ? "The base URL must hold no key, user or password." : null;
}

/** Whether an address is of this machine, so that what is sent stays here. */
export function isOnThisMachine(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

function wrong(location: string, message: string, hint: string): Failure {
  return inputFailure("invalid-settings", message, { location, hint });
}
