/** The providers that can be configured. */
export const providerNames = ["anthropic", "openai"] as const;
export type ProviderName = (typeof providerNames)[number];

/** What a person configured; without it no model is ever contacted. */
export interface ModelSettings {
  readonly provider: ProviderName;
  readonly model: string;
  /** Absolute http(s) URL, without credentials. */
  readonly baseUrl: string;
  /** `null` where the endpoint wants none. */
  readonly key: string | null;
  /** How long one question may take, retries included. */
  readonly timeoutMs: number;
  /** How often the provider's client tries again. */
  readonly retries: number;
  /** Questions under way at the same time. */
  readonly concurrency: number;
  readonly budget: Budget;
  /** Per million tokens, in the currency of the budget; `null` where it is not known. */
  readonly price: { readonly input: number; readonly output: number } | null;
}

export interface Budget {
  /** Input and output together, of one run. */
  readonly tokens: number;
  /** Of one run, in the currency of the price; `null`: no limit. */
  readonly money: number | null;
}

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** One turn of a conversation. */
export interface Turn {
  readonly role: "user" | "assistant";
  readonly text: string;
}

export interface ModelRequest {
  readonly system: string;
  readonly turns: readonly Turn[];
  /** The most that may come back. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** What came of one request. */
export type Completion =
  | { readonly kind: "reply"; readonly text: string; readonly tokens: Tokens }
  /** The model, or a filter in front of it, will not answer. */
  | { readonly kind: "refused"; readonly reason: string; readonly tokens: Tokens }
  /** No answer: the network, the provider, the key, the time. In words, without secrets. */
  | { readonly kind: "unreachable"; readonly reason: string };

/** A language model behind any provider. Never throws for what a provider or a network does. */
export interface LanguageModel {
  complete(request: ModelRequest): Promise<Completion>;
}

/** Opens the configured model. The provider's library is loaded here, and by nothing else. */
export async function openModel(settings: ModelSettings): Promise<LanguageModel> {
  switch (settings.provider) {
    case "anthropic":
      return (await import("./anthropic.ts")).openAnthropic(settings);
    case "openai":
      return (await import("./openai.ts")).openOpenAi(settings);
  }
}
