import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, type ProgramRun, useProjects } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import { useDatabases } from "../support/target.ts";
import { legacyShop } from "./legacy-shop.ts";

const server = useServer();
const newDatabase = useDatabases(server);
const newProject = useProjects();

interface Plan {
  readonly order: readonly string[];
  readonly edgeCases: readonly { readonly id: string; readonly kind: string; readonly decision: Record<string, unknown> | null }[];
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

test("questions block an apply until each is decided; what was decided is what runs, and a re-run changes nothing", async () => {
  const project = newProject();
  project.write(legacyShop);
  const out = join(project.root, "pggit");
  const migrate = (): Promise<ProgramRun> => runProgram(["migrate", "--quiet"], { cwd: project.root });
  const plans = (): readonly string[] => readdirSync(out).filter((name) => name.startsWith("migration_plan_"));
  const newest = (): string => [...plans()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1) ?? "";
  const plan = (): Plan => JSON.parse(readFileSync(join(out, newest()), "utf8")) as Plan;
  const database = await newDatabase("decisions_shop");
  const apply = (...flags: readonly string[]): Promise<ProgramRun> =>
    runProgram(["apply", join("pggit", newest()), "--database", database.url, "--shadow-url", server, "--json", ...flags], {
      cwd: project.root,
    });

  expect((await migrate()).code).toBe(3);
  const ids = Object.fromEntries(plan().edgeCases.map(({ kind, id }) => [kind, id]));
  expect(Object.keys(ids).sort()).toEqual(["custom-code", "replay-failure", "rollback-wrong"]);
  const blocked = await apply();
  expect(blocked.code).toBe(3);
  expect(JSON.parse(blocked.stdout)).toMatchObject({ error: { code: "decisions-open", hint: expect.stringContaining("decisions.yaml") } });

  const decide = (leavingOut: string): void =>
    writeFileSync(
      join(out, "decisions.yaml"),
      `# Release of November\ndecisions:
  - { id: ${ids["custom-code"]}, choice: use-suggestion, by: Ann, reason: read the class }
  - id: ${ids["replay-failure"]}
    choice: exclude
    by: Ann
    ${leavingOut}
  - id: ${ids["rollback-wrong"]}
    choice: edit
    by: Bob
    sql: |
      DROP INDEX customers_phone_idx;
      ALTER TABLE customers DROP COLUMN phone;
`,
    );
  // Refused before any work is done, with its line.
  decide("with: V5");
  expect(await migrate()).toMatchObject({ code: 2, stderr: expect.stringContaining("decisions.yaml:7") });
  expect(plans()).toHaveLength(1);

  decide("with: [V5]");
  expect(await migrate()).toMatchObject({ code: 0, stderr: "" });
  expect(plan().order).toEqual(["V1", "V2", "V3", "V6"]);
  expect(plan().findings.filter(({ code }) => code === "left-out")).toHaveLength(1);
  expect(Object.fromEntries(plan().edgeCases.map(({ id, decision }) => [id, decision?.["choice"]]))).toEqual({
    [ids["custom-code"] ?? ""]: "use-suggestion",
    [ids["replay-failure"] ?? ""]: "exclude",
    [ids["rollback-wrong"] ?? ""]: "edit",
  });
  const folder = readdirSync(join(out, "migrations")).find((name) => name.endsWith("phone")) ?? "";
  expect(readFileSync(join(out, "migrations", folder, "down.sql"), "utf8")).toContain("ALTER TABLE customers DROP COLUMN phone");
  const decisions = readFileSync(join(out, "decisions.yaml"), "utf8");
  expect(decisions).toMatch(/^# Release of November\n/);
  expect(decisions.match(/content: [0-9a-f]{64}/g)).toHaveLength(3);

  const written = readFileSync(join(out, newest()), "utf8");
  expect((await migrate()).code).toBe(0);
  expect([plans().length, readFileSync(join(out, newest()), "utf8")]).toEqual([2, written]);

  expect(await apply("--yolo")).toMatchObject({ code: 0 });
  expect(
    await database.query(
      "select to_regclass('legacy_customers')::text as legacy, to_regclass('audit')::text as audit, to_regclass('customers')::text as customers",
    ),
  ).toEqual([{ legacy: "legacy_customers", audit: null, customers: "customers" }]);
});
