import OpenAI, { APIError } from "openai";
import { z } from "zod";
import type { ModelSettings } from "../model/model-settings.ts";
import type { LanguageModel } from "./language-model.ts";
import { describeFault, noReply, withDeadline } from "./provider-faults.ts";

const count = z.number().int().nonnegative().nullish();
const completionSchema = z.looseObject({
  choices: z.array(
    z.looseObject({
      message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z.looseObject({ prompt_tokens: count, completion_tokens: count }).nullish(),
});

/** Any endpoint with OpenAI's chat completions: Ollama, vLLM, OpenRouter and others. What the environment says about keys, addresses and logs is not looked at. */
export function openOpenAi(settings: ModelSettings): LanguageModel {
  const client = new OpenAI({
    apiKey: settings.key ?? "none",
    organization: null,
    project: null,
    baseURL: settings.baseUrl,
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    logLevel: "off",
    // A redirect would send the material to an address that nobody named.
    fetchOptions: { redirect: "error" },
  });
  return {
    complete: ({ system, turns, maxTokens, signal }) =>
      withDeadline({ signal, settings }, async (deadline) => {
        try {
          const completion = await client.chat.completions.create(
            {
              model: settings.model,
              // The name that every compatible endpoint knows.
              max_tokens: maxTokens,
              messages: [{ role: "system", content: system }, ...turns.map(({ role, text }) => ({ role, content: text }))],
            },
            { signal: deadline },
          );
          const parsed = completionSchema.safeParse(completion);
          const choice = parsed.data?.choices[0];
          if (!parsed.success || choice === undefined) return noReply;
          const { usage } = parsed.data;
          const tokens = { input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0 };
          const { refusal, content } = choice.message;
          if (typeof refusal === "string" && refusal !== "") return { kind: "refused", reason: "the model refuses to answer", tokens };
          if (choice.finish_reason === "content_filter")
            return { kind: "refused", reason: "a filter of the provider kept the reply back", tokens };
          if (choice.finish_reason === "length")
            return { kind: "refused", reason: "the reply was longer than it may be, and cut off", tokens };
          return { kind: "reply", text: content ?? "", tokens };
        } catch (error) {
          return describeFault(error, { settings, status: error instanceof APIError ? error.status : undefined });
        }
      }),
  };
}
