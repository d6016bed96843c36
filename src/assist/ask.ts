import { parseJson } from "../model/parse-json.ts";
import { createHash } from "node:crypto";
import { z } from "zod";
import { costOf, mostTokens, type Purse } from "./budget.ts";
import type { ModelSettings } from "../model/model-settings.ts";
import type { Completion, LanguageModel, Tokens, Turn } from "./language-model.ts";
import { loadPrompt, systemText, type Prompt, type TaskName } from "./prompt.ts";

/** A question as it would be sent, down to the letter. */
export interface Outgoing {
  readonly task: TaskName;
  readonly prompt: Pick<Prompt, "id" | "version" | "sha256" | "reply">;
  readonly system: string;
  readonly material: string;
}

/** Puts a question together; sends nothing. `material`: masked already. */
export async function outgoing(task: TaskName, material: string): Promise<Outgoing> {
  const prompt = await loadPrompt(task);
  // Nothing in the material can end it.
  const inside = material.replaceAll(/<(\/?)material>/gi, "<$1 material>");
  return { task, prompt, system: systemText(prompt), material: `<material>\n${inside}\n</material>` };
}

/** What the plan keeps of one question. */
export interface Asked {
  readonly task: TaskName;
  readonly promptVersion: number;
  readonly promptSha256: string;
  readonly requestSha256: string;
  readonly replySha256: string;
  readonly tokens: Tokens;
  /** In the currency of the price; `null` where none is known. */
  readonly cost: number | null;
}

/** What came of a question. */
export type Answer =
  /** `reply` has the form that the prompt asks for; whether it is right is another matter. */
  | { readonly kind: "answered"; readonly reply: Readonly<Record<string, unknown>>; readonly asked: Asked }
  /** There is a reply, and it is of no use. */
  | { readonly kind: "unusable"; readonly reason: string; readonly asked: Asked }
  /** There is none: the question stays as it was. */
  | { readonly kind: "unanswered"; readonly reason: string };

/** Where replies are kept from run to run; only those that have the right form are. */
export interface ReplyStore {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

export interface Asking {
  readonly settings: ModelSettings;
  /** Opened when the first question is really sent. */
  readonly model: () => Promise<LanguageModel>;
  readonly purse: Purse;
  readonly store: ReplyStore | null;
  readonly signal: AbortSignal;
}

const maxReplyTokens = 8_000;
/** Longer material would be a history of its own; no question needs it. */
const maxMaterial = 120_000;

const keptSchema = z.strictObject({ text: z.string(), tokens: z.strictObject({ input: z.number(), output: z.number() }) });

/** Asks one question: from the store where it was asked before, else the model, with one chance to mend a reply of the wrong form. Never throws for what a model does. */
export async function ask(question: Outgoing, asking: Asking): Promise<Answer> {
  const { settings, store, signal } = asking;
  if (question.material.length > maxMaterial) return { kind: "unanswered", reason: "the migration is too long to be asked about" };
  const requestSha256 = requestHash(question, settings);
  const kept = keptSchema.safeParse(await store?.read(`reply ${requestSha256}`));
  const first: Turn = { role: "user", text: question.material };
  const asked = (text: string, tokens: Tokens): Asked => ({
    task: question.task,
    promptVersion: question.prompt.version,
    promptSha256: question.prompt.sha256,
    requestSha256,
    replySha256: sha256(text),
    tokens,
    cost: costOf(tokens, settings.price),
  });
  if (kept.success) {
    const read = readReply(kept.data.text, question.prompt);
    if (read.kind === "read") return { kind: "answered", reply: read.reply, asked: asked(kept.data.text, kept.data.tokens) };
  }
  let turns: readonly Turn[] = [first];
  let tokens: Tokens = { input: 0, output: 0 };
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return { kind: "unanswered", reason: "it was stopped" };
    const completion = await completeWithin({ system: question.system, turns }, asking);
    if (completion.kind === "unreachable") return { kind: "unanswered", reason: completion.reason };
    tokens = { input: tokens.input + completion.tokens.input, output: tokens.output + completion.tokens.output };
    if (completion.kind === "refused") return { kind: "unusable", reason: completion.reason, asked: asked("", tokens) };
    const read = readReply(completion.text, question.prompt);
    if (read.kind === "read") {
      await store?.write(`reply ${requestSha256}`, { text: read.text, tokens });
      return { kind: "answered", reply: read.reply, asked: asked(read.text, tokens) };
    }
    if (attempt === 2)
      return {
        kind: "unusable",
        reason: `its reply has not the form that was asked for: ${read.reason}`,
        asked: asked(completion.text, tokens),
      };
    const again = `That is not the form that was asked for: ${read.reason}. Reply with the JSON object alone.`;
    turns = [first, { role: "assistant", text: completion.text.slice(0, 20_000) || "(nothing)" }, { role: "user", text: again }];
  }
}

/** One request, if the budget has room for the most that it can need. */
async function completeWithin(
  { system, turns }: { readonly system: string; readonly turns: readonly Turn[] },
  { model, purse, signal }: Asking,
): Promise<Completion> {
  const input = mostTokens(system + turns.map(({ text }) => text).join(""));
  const reservation = purse.reserve({ input, output: maxReplyTokens });
  if (reservation === null) return { kind: "unreachable", reason: "the budget of this run has no room for it" };
  const opened = await model();
  const completion = await opened.complete({ system, turns, maxTokens: maxReplyTokens, signal });
  reservation.settle(completion.kind === "unreachable" ? { input: 0, output: 0 } : completion.tokens);
  return completion;
}

type ReadReply =
  | { readonly kind: "read"; readonly reply: Readonly<Record<string, unknown>>; readonly text: string }
  | { readonly kind: "wrong"; readonly reason: string };

/** Reads a reply: a JSON object, bare, in a fence, or among words, that has the form of the prompt. */
function readReply(text: string, { reply: schema }: Pick<Prompt, "reply">): ReadReply {
  const json = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  const value = parseJson(json);
  if (value === undefined) return { kind: "wrong", reason: json === "" ? "there is no JSON object" : "the JSON is broken" };
  const parsed = z.fromJSONSchema(schema).safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    // The path is of our own schema, the message is zod's; what the model wrote is in neither.
    const where =
      issue?.code === "unrecognized_keys"
        ? "it has keys that the schema does not"
        : `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
    return { kind: "wrong", reason: where };
  }
  return { kind: "read", reply: parsed.data as Readonly<Record<string, unknown>>, text: json };
}

/** What a reply is kept under: everything that it depends on, and no key. */
function requestHash({ system, material }: Outgoing, { provider, model, baseUrl }: ModelSettings): string {
  return sha256(JSON.stringify([provider, baseUrl, model, system, material]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
