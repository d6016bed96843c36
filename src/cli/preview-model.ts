import { previewQuestions } from "../drafting/draft.ts";
import type { ModelSettings } from "../model/model-settings.ts";
import type { Literals } from "../drafting/material.ts";
import type { Conversion } from "../pipeline.ts";
import { counted } from "./terminal.ts";

/** `--ai-preview`: every question that would be sent, down to the letter, as text or as JSON. Nothing is sent, and nothing written. */
export async function previewModel(
  conversion: Conversion,
  { settings, literals, json }: { readonly settings: ModelSettings | null; readonly literals: Literals; readonly json: "json" | "text" },
): Promise<string> {
  const questions = await previewQuestions(conversion, { literals, only: null });
  const to = settings === null ? null : { provider: settings.provider, model: settings.model, baseUrl: settings.baseUrl };
  const listed = questions.map(({ question: { task, edgeCase, migration }, outgoing }) => ({
    task,
    question: edgeCase?.id ?? null,
    migration,
    prompt: outgoing === null ? null : { version: outgoing.prompt.version, sha256: outgoing.prompt.sha256 },
    system: outgoing?.system ?? null,
    user: outgoing?.material ?? null,
  }));
  if (json === "json") return `${JSON.stringify({ preview: { to, sent: false, questions: listed } }, null, 2)}\n`;
  const where = to === null ? "a model, once one is configured" : `${new URL(to.baseUrl).host} (${to.provider}, model ${to.model})`;
  const head = `${counted(listed.length, "question")} would go to ${where}. Nothing was sent, and nothing written.\n`;
  const texts = listed.map(({ task, question, migration, system, user }, index) => {
    const title = `=== ${index + 1}  ${task} of ${question ?? migration ?? "the history"}`;
    if (user === null) return `${title}\nNot sent: its literals cannot be told from the rest (--ai-send-literals sends it as it is).\n`;
    return `${title}\n--- system\n${system ?? ""}\n--- user\n${user}\n`;
  });
  return [head, ...texts].join("\n");
}
