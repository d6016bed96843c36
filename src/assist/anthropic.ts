import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { z } from "zod";
import type { ModelSettings } from "../model/model-settings.ts";
import type { LanguageModel } from "./language-model.ts";
import { describeFault, noReply, withDeadline } from "./provider-faults.ts";

const count = z.number().int().nonnegative().nullish();
const messageSchema = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage: z.looseObject({ input_tokens: count, output_tokens: count }).nullish(),
});

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
          const parsed = messageSchema.safeParse(message);
          if (!parsed.success) return noReply;
          const { content, usage, stop_reason } = parsed.data;
          const tokens = { input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0 };
          const text = content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
          if (stop_reason === "refusal") return { kind: "refused", reason: "the model refuses to answer", tokens };
          if (stop_reason === "max_tokens") return { kind: "refused", reason: "the reply was longer than it may be, and cut off", tokens };
          return { kind: "reply", text, tokens };
        } catch (error) {
          return describeFault(error, { settings, status: error instanceof APIError ? error.status : undefined });
        }
      }),
  };
}
