import { expect, test } from "vitest";
import type { Shadow } from "../../src/database/session.ts";
import { openShadow } from "../../src/database/shadow.ts";

async function open(statementTimeoutMs: number | null): Promise<Shadow> {
  const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs, id: "deaths" });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  return opened.value;
}

const endless = "do $$ begin loop perform 1; end loop; end $$";

test("a statement beyond its time is given up, and the shadow with it", async () => {
  const shadow = await open(700);
  let beats = 0;
  const heart = setInterval(() => (beats += 1), 50);
  await expect(shadow.session.run(endless)).rejects.toMatchObject({
    name: "StatementError",
    error: { code: "57014", message: "canceling statement due to statement timeout" },
  });
  clearInterval(heart);
  expect(beats).toBeGreaterThan(5);
  await expect(shadow.session.run("select 1")).rejects.toMatchObject({ error: { code: "57014" } });
  await expect(shadow.session.rows("select 1")).rejects.toMatchObject({ error: { code: "57014" } });
  await expect(shadow.session.copyIn("copy t from stdin", "")).rejects.toMatchObject({ error: { code: "57014" } });
  await expect(shadow.withPool(async () => 1)).rejects.toMatchObject({ error: { code: "57014" } });
  await shadow.close();
});

test("what ends the database's process is an error of the statement", async () => {
  const shadow = await open(5_000);
  await shadow.session.run("create table t (id int)");
  await expect(shadow.session.run("copy t to program 'cat'")).rejects.toMatchObject({ name: "StatementError", error: { code: "57P02" } });
  await expect(shadow.session.rows("select 1")).rejects.toMatchObject({
    error: { code: "57P02", message: expect.stringContaining("has stopped") },
  });
  await shadow.close();
});

test("closing ends what is under way, and closing again is fine", async () => {
  const shadow = await open(null);
  const outcome = shadow.session.run(endless).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await Promise.all([shadow.close(), shadow.close()]);
  expect(await outcome).toMatchObject({ name: "StatementError" });
  await shadow.close();
  await expect(shadow.session.run("select 1")).rejects.toThrow("the shadow is closed");
});

test("exhausted memory and stack are errors of the statement, and the session goes on", async () => {
  const shadow = await open(60_000);
  const { session } = shadow;
  await session.run("create function f(n int) returns int language plpgsql as $$ begin return f(n + 1); end $$");
  const error = await session.run("select f(1)").catch((error: unknown) => error);
  expect(error).toMatchObject({ error: { code: "54001" } });
  expect(String((error as { error?: { where?: unknown } }).error?.where).split("\n").length).toBeLessThan(20);
  await expect(session.run(`select 1${"+1".repeat(50_000)}`)).rejects.toMatchObject({ error: { code: "54001" } });
  await expect(session.run("select repeat('x', 1100000000)")).rejects.toMatchObject({ error: { code: "54000" } });
  expect(await session.rows("select 1 as one")).toEqual([{ one: 1 }]);
  await shadow.close();
});
