import { afterAll, beforeAll } from "vitest";
import { openShadow, type ShadowRequest } from "../../src/database/shadow.ts";
import type { Shadow } from "../../src/database/session.ts";

/** One shadow for a whole test file: opened before its tests, closed after them. The embedded database unless a server is given. */
export function useShadow(options: Partial<ShadowRequest> = {}): () => Shadow {
  let shadow: Shadow | null = null;
  beforeAll(async () => {
    const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs: 60_000, id: `test${process.pid}`, ...options });
    if (opened.kind === "failed") throw new Error(opened.failures.map(({ message }) => message).join("\n"));
    shadow = opened.value;
  });
  afterAll(async () => {
    await shadow?.close();
  });
  return () => {
    if (shadow === null) throw new Error("the shadow is open inside tests and hooks only");
    return shadow;
  };
}
