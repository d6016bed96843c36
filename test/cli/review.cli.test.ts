import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { spawn, type IPty } from "@lydell/node-pty";
import { afterEach, expect, test, vi } from "vitest";
import { nodeFlags, programPath, runProgram, useProjects } from "../support/program.ts";

const newProject = useProjects();
const open: IPty[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.kill("SIGKILL");
});

/** The program on a pseudo-terminal of 80 by 24. Keys are sent once something is seen that was not there before. */
function onTerminal(args: readonly string[], { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }) {
  const variables = { ...process.env, TERM: "xterm-256color", CI: "false", ...env } as Record<string, string>;
  const terminal = spawn(process.execPath, [...nodeFlags, programPath, ...args], { cols: 80, rows: 24, cwd, env: variables });
  open.push(terminal);
  let output = "";
  let mark = 0;
  let code: number | null = null;
  terminal.onData((text) => (output += text));
  terminal.onExit(({ exitCode }) => (code = exitCode));
  const seen = (from: number): string =>
    output
      .slice(from)
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, "")
      .replaceAll("\r", "");
  const waits = { timeout: 100_000, interval: 50 };
  return {
    terminal,
    /** Waits for words behind what was seen so far; then presses keys. */
    async onSeeing(words: RegExp, keys: string): Promise<void> {
      await vi.waitFor(() => expect(seen(mark)).toMatch(words), waits);
      mark = output.length;
      terminal.write(keys);
    },
    async ended(): Promise<number | null> {
      await vi.waitFor(() => expect(code).not.toBeNull(), waits);
      return code;
    },
  };
}

test("on a terminal: decided, killed, edited with its verdict, approved; a second person is told", async () => {
  const project = newProject();
  project.write({
    "sql/V1__customers.sql": "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, points int);\n",
    "sql/V2__phone.sql": "ALTER TABLE customers ADD COLUMN phone text;\nCREATE INDEX customers_phone_idx ON customers (phone);\n",
    "sql/U2__phone.sql": "DROP INDEX customers_phone_idx;\n",
    "sql/V3__points.sql": "UPDATE customers SET points = CASE WHEN email LIKE '%@shop.example' THEN 0 ELSE 100 END;\n",
    "back one.sql": "DROP INDEX customers_phone_idx;\nALTER TABLE customers DROP COLUMN phone;\n",
  });
  const cwd = project.root;
  expect((await runProgram(["migrate", "--quiet"], { cwd })).code).toBe(3);
  const out = join(cwd, "pggit");
  const [name = ""] = readdirSync(out).filter((file) => file.startsWith("migration_plan_"));
  const file = join("pggit", name);
  // An editor that is given its words as a shell would give them.
  const env = { EDITOR: `cp '${join(cwd, "back one.sql")}'`, VISUAL: "" };
  const review = () => onTerminal(["review", "--as", "Ann"], { cwd, env });

  const first = review();
  await first.onSeeing(/2 open/, "\u001B[B");
  await first.onSeeing(/> \[ \] LOW/, "k");
  await first.onSeeing(/Saved in decisions.yaml/, "");
  expect(await runProgram(["decide", file, "V3", "keep"], { cwd })).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("Ann is reviewing this plan"),
  });
  first.terminal.kill("SIGKILL");
  await first.ended();
  expect(readFileSync(join(out, "decisions.yaml"), "utf8")).toContain("choice: keep");

  const second = review();
  await second.onSeeing(/1 decided \(1 not proven yet\) · 1 open/, "\r");
  await second.onSeeing(/U2__phone.sql/, "e");
  await second.onSeeing(/It was run, and is saved[^]*its way back \(authored\) is\s+proven[^]*2 decided · 0 open/, "A");
  await second.onSeeing(/In the role/, "dba\r");
  await second.onSeeing(/approved by Ann/, "q");
  expect(await second.ended()).toBe(0);
  expect(existsSync(join(out, ".in-use"))).toBe(false);
  const plan = JSON.parse(readFileSync(join(out, name), "utf8")) as {
    readonly edgeCases: readonly { readonly decision: { readonly choice: string } }[];
    readonly approvals: readonly object[];
  };
  expect(plan.edgeCases.map(({ decision }) => decision.choice).sort()).toEqual(["edit", "keep"]);
  expect(plan.approvals).toMatchObject([{ as: "Ann", role: "dba" }]);
});
