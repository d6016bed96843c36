import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { enter, type PlanUser } from "../../src/plan/in-use.ts";
import { temporaryProject } from "../support/project-files.ts";

const since = "2026-11-20T10:12:00.000Z";
const here = { host: "build1", since } as const;

function user(command: PlanUser["command"], by: string, pid: number): PlanUser {
  return { ...here, command, by, pid };
}

test("of those who change a plan there is one at a time; the second is told who is the first, and leaves nothing behind", async () => {
  const folder = temporaryProject({});
  const ann = await enter(folder, user("review", "Ann", process.pid));
  expect(ann).toMatchObject({ kind: "ok", value: { others: [] } });
  const bob = await enter(folder, user("decide", "Bob", process.ppid));
  expect(bob).toMatchObject({
    kind: "failed",
    failures: [{ code: "plan-in-use", exitCode: 4, message: expect.stringContaining("Ann is reviewing this plan since 2026-11-20 10:12") }],
  });
  const run = await enter(folder, user("apply", "ci", process.ppid));
  expect(run).toMatchObject({ kind: "ok", value: { others: [{ by: "Ann" }] } });
  if (ann.kind === "ok") await ann.value.leave();
  const later = await enter(folder, user("decide", "Bob", process.pid));
  expect(later).toMatchObject({ kind: "ok", value: { others: [{ by: "ci", command: "apply" }] } });
  if (later.kind === "ok") await later.value.leave();
  if (run.kind === "ok") await run.value.leave();
  expect(readdirSync(folder)).toEqual([]);
});

test("who was killed on this machine does not stand in the way; of another machine nobody knows", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const folder = temporaryProject({
    ".in-use/build1-1.json": JSON.stringify(user("review", "Ann", pid)),
    ".in-use/cut-short.json": '{"command":"rev',
  });
  const entered = await enter(folder, user("decide", "Bob", process.pid));
  expect(entered.kind).toBe("ok");
  expect(readdirSync(join(folder, ".in-use"))).toEqual([`build1-${process.pid}.json`]);
  if (entered.kind === "ok") await entered.value.leave();
  const far = temporaryProject({ ".in-use/far.json": JSON.stringify({ ...user("review", "Ann", pid), host: "laptop" }) });
  expect((await enter(far, user("decide", "Bob", process.pid))).kind).toBe("failed");
});
