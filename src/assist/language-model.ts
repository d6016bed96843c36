import type { ModelSettings } from "../model/model-settings.ts";

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
