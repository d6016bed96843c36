import pMap from "p-map";
import { ask, outgoing, type Answer, type Asking, type Outgoing } from "../assist/ask.ts";
import { checkSql } from "../assist/check-sql.ts";
import { unmaskSql } from "../assist/unmask.ts";
import { withModelSql } from "../decisions/program-suggestion.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import type { AskedOfModel } from "../model/plan.ts";
import type { Conversion } from "../pipeline.ts";
import type { Progress } from "../run.ts";
import { findQuestions } from "./find-questions.ts";
import { proveCircle, type OpenShadow } from "./prove-circle.ts";
import { proveDrafts, type Draft, type Tried } from "./prove-drafts.ts";
import type { ModelQuestion } from "./question.ts";
import type { Literals } from "./material.ts";
import { readSentence } from "./read-sentence.ts";

/** What drafting works with. */
export interface Drafting {
  readonly asking: Asking;
  readonly literals: Literals;
  /** One edge case; `null`: all that are open. */
  readonly only: string | null;
  readonly progress: Progress;
  /** Makes the conversion once more with SQL that is offered for questions, as if a person had accepted it. Writes nothing. */
  readonly tryWith: (drafts: readonly Draft[]) => Promise<Tried>;
  readonly openShadow: OpenShadow;
}

/** What became of a question. */
interface Judged {
  readonly question: ModelQuestion;
  readonly answer: Answer;
  readonly outcome: Pick<AskedOfModel, "outcome" | "text"> | null;
  readonly edgeCase: EdgeCase | null;
}

/** Every question that a model would be asked, down to the letter. Sends nothing. */
export async function previewQuestions(
  conversion: Conversion,
  { literals, only }: Pick<Drafting, "literals" | "only">,
): Promise<readonly { readonly question: ModelQuestion; readonly outgoing: Outgoing | null }[]> {
  return Promise.all(
    findQuestions(conversion, { literals, only }).map(async (question) => ({
      question,
      outgoing: question.material === null ? null : await outgoing(question.task, question.material),
    })),
  );
}

/**
 * Asks the model about what rules left open; what it drafts is parsed, held against the list of its task, executed and proven, and only then stands with its question. What fails is
 * noted as failed. The conversion comes back whatever the model does; a question without an answer stays as it was, and is told.
 */
export async function draftWithModel(conversion: Conversion, drafting: Drafting): Promise<Conversion> {
  const { asking, progress } = drafting;
  const questions = await previewQuestions(conversion, drafting);
  if (questions.length === 0) return conversion;
  progress.begin("asking the model", questions.length);
  let done = 0;
  const answers = await pMap(
    questions,
    async ({ question, outgoing: sent }) => {
      const answer: Answer =
        sent === null
          ? {
              kind: "unanswered",
              reason: "its literals cannot be told from the rest, so it was not sent (--ai-send-literals sends it as it is)",
            }
          : await ask(sent, asking);
      progress.advance(++done);
      return { question, answer };
    },
    { concurrency: asking.settings.concurrency },
  );
  tellUnanswered(answers, progress);
  const judged = await judge(answers, conversion, drafting);
  const asked = judged.flatMap((one) => noteOf(one, asking));
  const changed = new Map(judged.flatMap(({ edgeCase }) => (edgeCase === null ? [] : [[edgeCase.id, edgeCase] as const])));
  const edgeCases = conversion.content.edgeCases.map((edgeCase) => changed.get(edgeCase.id) ?? edgeCase);
  const others = (conversion.content.assistance ?? []).filter((old) => !asked.some((one) => isSameQuestion(one, old)));
  const assistance = [...others, ...asked];
  return { ...conversion, content: { ...conversion.content, edgeCases, ...(assistance.length === 0 ? {} : { assistance }) } };
}

function isSameQuestion(left: AskedOfModel, right: AskedOfModel): boolean {
  return left.task === right.task && left.question === right.question && left.migration === right.migration;
}

interface Answered {
  readonly question: ModelQuestion;
  readonly answer: Answer;
}

async function judge(answers: readonly Answered[], conversion: Conversion, drafting: Drafting): Promise<readonly Judged[]> {
  const read = answers.map((one) => ({ ...one, reading: readAnswer(one) }));
  const drafts = read.flatMap(({ question, reading }): Draft[] =>
    reading.kind === "sql" && question.edgeCase !== null && question.task !== "order-circle"
      ? [{ edgeCase: question.edgeCase, sql: reading.sql }]
      : [],
  );
  if (drafts.length > 0) drafting.progress.begin("proving what the model wrote", null);
  const proven = await proveDrafts(drafts, { before: conversion, tryWith: drafting.tryWith });
  return Promise.all(
    read.map(async ({ question, answer, reading }): Promise<Judged> => {
      const failed = (text: string): Judged => ({ question, answer, outcome: { outcome: "failed", text }, edgeCase: null });
      const { edgeCase } = question;
      switch (reading.kind) {
        case "nothing":
          return { question, answer, outcome: null, edgeCase: null };
        case "failed":
          return failed(reading.reason);
        case "sentence":
          return { question, answer, outcome: { outcome: "explained", text: reading.text }, edgeCase: null };
        case "choice": {
          if (edgeCase === null) return failed("it answers a question that nobody asked");
          const text = `A language model would choose ${reading.choice}: ${reading.summary} Nothing of that was executed; it is a reading of the text.`;
          return {
            question,
            answer,
            outcome: { outcome: "suggested", text: reading.choice },
            edgeCase: { ...edgeCase, suggestion: { text, sql: null, origin: "model", proven: false } },
          };
        }
        case "sql": {
          if (edgeCase === null) return failed("it answers a question that nobody asked");
          const seen =
            question.task === "order-circle"
              ? await proveCircle({ edgeCase, sql: reading.sql, replays: conversion.replays }, drafting.openShadow)
              : (proven.get(edgeCase.id) ?? { kind: "failed" as const, reason: "it was not run" });
          if (seen.kind === "failed") return failed(seen.reason);
          const words = `A language model wrote it: ${reading.summary} ${seen.text}`;
          const suggested =
            question.task === "order-circle"
              ? { ...edgeCase, suggestion: { text: words, sql: reading.sql, origin: "model" as const, proven: true } }
              : withModelSql(edgeCase, { sql: reading.sql, seen: words });
          return { question, answer, outcome: { outcome: "suggested", text: seen.text }, edgeCase: suggested };
        }
      }
    }),
  );
}

type Reading =
  | { readonly kind: "nothing" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "sql"; readonly sql: string; readonly summary: string }
  | { readonly kind: "sentence"; readonly text: string }
  | { readonly kind: "choice"; readonly choice: string; readonly summary: string };

/** A reply that has the right form, held against what may stand in it. */
function readAnswer({ question, answer }: Answered): Reading {
  if (answer.kind === "unanswered") return { kind: "nothing" };
  if (answer.kind === "unusable") return { kind: "failed", reason: answer.reason };
  const { reply } = answer;
  const { expects, names } = question;
  const summary = shown(reply["summary"]);
  switch (expects.kind) {
    case "sentence":
      return readSentence(shown(reply["sentence"]), expects.mayName);
    case "choice": {
      const choice = expects.choices.find((one) => one === reply["choice"]);
      return choice !== undefined ? { kind: "choice", choice, summary } : { kind: "failed", reason: "it chooses what is not a choice" };
    }
    case "sql": {
      const statements: string[] = [];
      for (const entry of reply["statements"] as readonly string[]) {
        const put = unmaskSql(entry, names);
        if (put.kind === "unknown")
          return { kind: "failed", reason: `it uses ${put.name}, which stands for no literal that can be put there` };
        statements.push(put.sql);
      }
      const checked = checkSql(statements, expects.rules);
      return checked.kind === "refused" ? { kind: "failed", reason: checked.reason } : { kind: "sql", sql: checked.sql, summary };
    }
  }
}

/** A text of the model as it may stand anywhere: one line, nothing that commands a terminal, and with an end. */
function shown(text: unknown): string {
  const line = (typeof text === "string" ? text : "").replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function noteOf({ question, answer, outcome }: Judged, { settings }: Asking): readonly AskedOfModel[] {
  if (answer.kind === "unanswered" || outcome === null) return [];
  const { asked } = answer;
  const opinion = answer.kind === "answered" ? answer.reply["opinion"] : null;
  return [
    {
      task: question.task,
      question: question.edgeCase?.id ?? null,
      migration: question.migration,
      provider: settings.provider,
      model: settings.model,
      endpoint: new URL(settings.baseUrl).host,
      prompt: { version: asked.promptVersion, sha256: asked.promptSha256 },
      request: asked.requestSha256,
      reply: asked.replySha256,
      tokens: asked.tokens,
      cost: asked.cost,
      ...outcome,
      opinion: typeof opinion === "number" ? opinion : null,
    },
  ];
}

/** One warning a reason, however many questions it keeps open. */
function tellUnanswered(answers: readonly Answered[], progress: Progress): void {
  const reasons = new Map<string, string[]>();
  for (const { question, answer } of answers) {
    if (answer.kind !== "unanswered") continue;
    const about = `${question.task} of ${question.migration ?? question.edgeCase?.id ?? "the history"}`;
    reasons.set(answer.reason, [...(reasons.get(answer.reason) ?? []), about]);
  }
  for (const [reason, about] of reasons) {
    const more = about.length > 3 ? ` and ${about.length - 3} more` : "";
    progress.warn(`The model gave no answer (${about.slice(0, 3).join(", ")}${more}): ${reason}. What was open stays open.`);
  }
}
