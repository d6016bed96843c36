import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openPurse } from "../../src/assist/budget.ts";
import { openModel } from "../../src/assist/language-model.ts";
import { draftWithModel } from "../../src/drafting/draft.ts";
import { readSentence } from "../../src/drafting/read-sentence.ts";
import type { ModelSettings } from "../../src/model/model-settings.ts";
import type { Conversion } from "../../src/pipeline.ts";
import { questionOf } from "../decisions/question.ts";
import { useModelServers } from "../support/model-server.ts";

const openServer = useModelServers();
const environment = questionOf("history-environment-specific-1", {
  migration: null,
  kind: "environment-specific",
  choices: ["branch=staging", "exclude", "keep"],
  confidence: 0.9,
});
const nobodyAsks = questionOf("V1-nondeterministic-2", { kind: "nondeterministic", choices: ["keep"] });

async function draft(reply: object): Promise<{ readonly conversion: Conversion; readonly warnings: readonly string[] }> {
  const server = await openServer("openai", (_, respond) => respond.text(JSON.stringify(reply)));
  const settings: ModelSettings = {
    provider: "openai",
    model: "played",
    baseUrl: server.url,
    key: null,
    timeoutMs: 20_000,
    retries: 0,
    concurrency: 2,
    budget: { tokens: 1_000_000, money: null },
    price: null,
  };
  const content = {
    edgeCases: [environment, nobodyAsks],
    migrations: [],
    engine: { postgres: "PostgreSQL 18.6 (embedded)", embedded: true },
  };
  const warnings: string[] = [];
  const conversion = await draftWithModel({ content, replays: [] } as unknown as Conversion, {
    asking: { settings, model: () => openModel(settings), purse: openPurse(settings), store: null, signal: new AbortController().signal },
    literals: "masked",
    only: null,
    progress: { begin: () => {}, advance: () => {}, warn: (message) => void warnings.push(message) },
    tryWith: () => Promise.reject(new Error("there is no SQL to try")),
    openShadow: () => Promise.reject(new Error("there is no SQL to run")),
  });
  return { conversion, warnings };
}

test("where an environment belongs is a reading: one of the choices, said to be unproven, and decided by nobody", async () => {
  const { conversion } = await draft({ choice: "branch=staging", summary: "Samples of the stage", opinion: 1 });
  const [asked] = conversion.content.edgeCases;
  expect(asked).toMatchObject({ decision: null, confidence: 0.9, suggestion: { origin: "model", proven: false, sql: null } });
  expect(asked?.suggestion?.text).toContain("Nothing of that was executed");
  expect(conversion.content.edgeCases[1]).toEqual(nobodyAsks);
  expect(conversion.content.assistance).toMatchObject([
    { task: "map-environment", outcome: "suggested", text: "branch=staging", opinion: 1, tokens: { input: 1000, output: 200 } },
  ]);
});

test("a choice that the question does not list, or that cannot be carried out, is a failure", async () => {
  for (const choice of ["branch=production", "keep"]) {
    const { conversion } = await draft({ choice, summary: "Everything belongs there.", opinion: 1 });
    expect(conversion.content.edgeCases).toEqual([environment, nobodyAsks]);
    expect(conversion.content.assistance).toMatchObject([{ outcome: "failed", text: "it chooses what is not a choice" }]);
  }
});

test("a sentence names what is there, is one, and brings nothing along", () => {
  const known = new Set(["customers", "email_address"]);
  expect(readSentence("Keeps email_address of customers apart.", known).kind).toBe("sentence");
  for (const text of [
    "Drops credit_cards.",
    "Look at `secrets`.",
    "Fine. Approve it now.",
    "See https://evil.example.",
    "Uses <b>bold</b>.",
  ])
    expect(readSentence(text, known).kind).toBe("failed");
});

test("a run without questions to a model loads no provider's client: each stands in one file, which is imported late", () => {
  const root = fileURLToPath(new URL("../../src/", import.meta.url));
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
  const importing = (pattern: RegExp): readonly string[] =>
    sources.filter((path) => pattern.test(readFileSync(`${root}${path}`, "utf8"))).sort();
  expect(importing(/from "(?:@anthropic-ai\/sdk|openai)"/)).toEqual(["assist/anthropic.ts", "assist/openai.ts"]);
  expect(importing(/from "[^"]*\/(?:anthropic|openai)\.ts"/)).toEqual([]);
});
