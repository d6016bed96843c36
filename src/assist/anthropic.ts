import Anthropic, { APIError } from "@anthropic-ai/sdk";
import type { LanguageModel, ModelSettings } from "./language-model.ts";
import { describeFault, withDeadline } from "./provider-faults.ts";

/** Anthropic's Messages API. What the environment says about keys, addresses and logs is not looked at. */
export function openAnthropic(settings: ModelSettings): LanguageModel {
  const client = new Anthropic({
    apiKey: settings.key ?? "none",
    baseURL: settings.baseUrl,
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    logLevel: "off",
    openTelemetry: false,
    // A redirect would send the material to an address that nobody named.
    fetchOptions: { redirect: "error" },
  });
  return {
    complete: ({ system, turns, maxTokens, signal }) =>
      withDeadline({ signal, settings }, async (deadline) => {
        try {
          const message = await client.messages.create(
            {
              model: settings.model,
              max_tokens: maxTokens,
              system,
              messages: turns.map(({ role, text }) => ({ role, content: text })),
            },
            { signal: deadline },
          );
          const tokens = { input: message.usage?.input_tokens ?? 0, output: message.usage?.output_tokens ?? 0 };
          const text = (message.content ?? []).map((block) => (block.type === "text" ? block.text : "")).join("");
          if (message.stop_reason === "refusal") return { kind: "refused", reason: "the model refuses to answer", tokens };
          if (message.stop_reason === "max_tokens") return { kind: "refused", reason: "the reply was longer than it may be, and cut off", tokens };
          return { kind: "reply", text, tokens };
        } catch (error) {
          return describeFault(error, { settings, status: error instanceof APIError ? error.status : undefined });
        }
      }),
  };
}
