/** The language model that a person configured; without it none is ever contacted. */
export interface ModelSettings {
  readonly provider: "anthropic" | "openai";
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
  /** Of one run: input and output tokens together, and money in the currency of the price; `null`: no limit. */
  readonly budget: { readonly tokens: number; readonly money: number | null };
  /** Per million tokens; `null` where it is not known. */
  readonly price: { readonly input: number; readonly output: number } | null;
}
