import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProgram, useProjects, type TemporaryProject } from "../support/program.ts";

const newProject = useProjects();
const resources = "src/main/resources";

/** A Spring project whose profile `dev` adds a location with seeds of its own. */
const springProject = {
  [`${resources}/application.yml`]: "spring:\n  flyway:\n    locations: classpath:db/migration\n",
  [`${resources}/application-dev.yml`]: "spring:\n  flyway:\n    locations: classpath:db/migration,classpath:db/dev\n",
  [`${resources}/db/migration/V1__users.sql`]: "CREATE TABLE users (id int PRIMARY KEY, name text);\n",
  [`${resources}/db/migration/V3__age.sql`]: "ALTER TABLE users ADD COLUMN age int;\n",
  [`${resources}/db/dev/V2__seed.sql`]: "INSERT INTO users VALUES (1, 'a developer');\n",
};

interface Plan {
  readonly migrations: readonly { readonly id: string }[];
  readonly branches: readonly { readonly name: string; readonly database: string | null; readonly migrations: readonly string[] }[];
  readonly edgeCases: readonly { readonly kind: string; readonly title: string; readonly question: string }[];
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

async function convert(project: TemporaryProject): Promise<{ code: number; plan: Plan; schema: string }> {
  const run = await runProgram(["migrate", ".", "--quiet"], { cwd: project.root });
  const out = join(project.root, "pggit");
  const name = readdirSync(out).find((file) => file.startsWith("migration_plan_")) ?? "";
  return {
    code: run.code,
    plan: JSON.parse(readFileSync(join(out, name), "utf8")) as Plan,
    schema: readFileSync(join(out, "schema.sql"), "utf8"),
  };
}

describe("migrations that only one environment runs", () => {
  test("stay out of the main history and are one question", async () => {
    const project = newProject();
    project.write(springProject);
    const { code, plan, schema } = await convert(project);
    expect(code).toBe(3);
    expect(plan.migrations.map(({ id }) => id)).toEqual(["V1", "V3"]);
    expect(plan.edgeCases).toMatchObject([{ kind: "environment-specific", title: expect.stringContaining("dev") }]);
    expect(schema).not.toContain("a developer");
  });

  test("are a branch and no question where pggit.yaml maps the environment", async () => {
    const project = newProject();
    project.write({ ...springProject, "pggit.yaml": "environments:\n  dev: { branch: development, database: shop_dev }\n" });
    const { code, plan, schema } = await convert(project);
    expect({ code, questions: plan.edgeCases }).toEqual({ code: 0, questions: [] });
    expect(plan.branches).toMatchObject([
      { name: "main", migrations: ["V1", "V3"] },
      { name: "development", database: "shop_dev", migrations: ["V2@dev"] },
    ]);
    expect(schema).not.toContain("a developer");
  });

  test("belong to the history where --environment chooses it", async () => {
    const project = newProject();
    project.write(springProject);
    const run = await runProgram(["migrate", ".", "--environment", "dev", "--stop-after", "read", "--json"], { cwd: project.root });
    expect(run.code).toBe(0);
    const { migrations } = JSON.parse(run.stdout) as Plan;
    expect(migrations.map(({ id }) => id)).toEqual(["V1", "V2", "V3"]);
  });
});

describe("a Flyway baseline beside the migrations that it stands for", () => {
  const project = (baseline: string) => {
    const made = newProject();
    made.write({
      "flyway.conf": "flyway.locations=filesystem:sql\n",
      "sql/V1__users.sql": "CREATE TABLE users (id int);\n",
      "sql/V2__name.sql": "ALTER TABLE users ADD COLUMN name text NOT NULL;\n",
      "sql/V3__view.sql": "CREATE VIEW names AS SELECT name FROM users;\n",
      "sql/B2__start.sql": baseline,
    });
    return made;
  };

  test("is a finding where it gives the same", async () => {
    const { code, plan } = await convert(project("CREATE TABLE users (id int, name text NOT NULL);\n"));
    expect({ code, questions: plan.edgeCases }).toEqual({ code: 0, questions: [] });
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: "baseline-equal" }));
    expect(plan.migrations.map(({ id }) => id)).toEqual(["V1", "V2", "V3"]);
  });

  test("is a question in words where it does not", async () => {
    const { code, plan } = await convert(project("CREATE TABLE users (id int, name text);\n"));
    expect(code).toBe(3);
    expect(plan.edgeCases).toMatchObject([{ title: "The baseline B2 is not what the migrations up to V2 give" }]);
    expect(plan.edgeCases[0]?.question).toMatch(/users/);
    expect(plan.edgeCases[0]?.question).not.toMatch(/[{[]/);
  });
});
