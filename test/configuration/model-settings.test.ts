import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isOnThisMachine, readModelSettings } from "../../src/configuration/model-settings.ts";

const folder = mkdtempSync(join(tmpdir(), "pggit-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(yaml: string, env: Readonly<Record<string, string>> = {}): ReturnType<typeof readModelSettings> {
  writeFileSync(join(folder, "pggit.yaml"), yaml);
  return readModelSettings(folder, {}, { cwd: folder, env });
}

test("nothing is configured by itself, not by a key that is there either", async () => {
  expect(await read("", { ANTHROPIC_API_KEY: "k", OPENAI_API_KEY: "k" })).toEqual({
    kind: "ok",
    value: { kind: "none", reason: "no model is configured" },
  });
  expect(await read("ai: { provider: anthropic, model: m }")).toMatchObject({
    value: { kind: "none", reason: expect.stringContaining("ANTHROPIC_API_KEY") },
  });
});

test("variables win over the file; a local endpoint needs no key", async () => {
  const yaml = "ai: { provider: anthropic, model: m, keyVariable: MY_KEY, budget: { money: 2 }, price: { input: 1, output: 2 } }";
  expect(await read(yaml, { MY_KEY: "k", PGGIT_AI_MODEL: "other", PGGIT_AI_TIMEOUT: "5" })).toMatchObject({
    value: {
      kind: "model",
      settings: {
        provider: "anthropic",
        model: "other",
        key: "k",
        timeoutMs: 5000,
        budget: { tokens: 200_000, money: 2 },
        baseUrl: "https://api.anthropic.com",
      },
    },
  });
  const local = { PGGIT_AI_PROVIDER: "openai", PGGIT_AI_MODEL: "llama", PGGIT_AI_BASE_URL: "http://localhost:11434/v1" };
  expect(await read("", local)).toMatchObject({ value: { kind: "model", settings: { key: null, retries: 3, concurrency: 3 } } });
});

test("what cannot be meant is refused before anything runs", async () => {
  for (const [yaml, env] of [
    ["ai: { provider: gemini, model: m }", {}],
    ["ai: { provider: anthropic, model: m, keyVariable: 'sk-ant-123' }", {}],
    ["ai: { provider: openai, model: m, baseUrl: 'https://user:key@host/v1' }", {}],
    ["ai: { provider: openai, model: m, baseUrl: 'ftp://host' }", {}],
    ["ai: { provider: openai, model: m, budget: { money: 1 } }", {}],
    ["ai: { provider: openai, model: m }", { PGGIT_AI_TIMEOUT: "soon" }],
    ["", { PGGIT_AI_PROVIDER: "other", PGGIT_AI_MODEL: "m" }],
  ] as const) {
    const result = await read(yaml, { OPENAI_API_KEY: "k", ...env });
    expect(result).toMatchObject({ kind: "failed", failures: [{ exitCode: 2 }] });
  }
});

test("what is sent to this machine stays here", () => {
  const urls = ["http://localhost:1/v1", "http://127.0.0.1", "http://[::1]:1", "http://a.localhost"];
  expect(urls.map(isOnThisMachine)).toEqual([true, true, true, true]);
  expect(["https://api.anthropic.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example"].map(isOnThisMachine)).toEqual([
    false,
    false,
    false,
  ]);
});
