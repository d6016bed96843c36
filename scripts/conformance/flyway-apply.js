// The judge of `pggit apply` and `pggit rollback` beside a database that Flyway keeps: after each, the real Flyway (validate, info, migrate) must find nothing to do
// and nothing wrong. Needs `npm run build`.
//   node scripts/conformance/flyway-apply.js [SERVER_URL]      PGGIT_FLYWAY as for flyway-stamp.js
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { root, runFlyway, withEachFlyway } from "./flyway-bench.js";

let failures = 0;
function check(what, holds, seen) {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds ? "" : `: ${typeof seen === "string" ? seen.trim() : JSON.stringify(seen)}`}`);
}

/** A project, a database, and both tools on them. */
async function openScene(server, home, { title, files, settings = [] }) {
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query("DROP DATABASE IF EXISTS pggit_judge_apply WITH (FORCE)");
  await admin.query("CREATE DATABASE pggit_judge_apply");
  await admin.end();
  const place = new URL(server.url);
  place.pathname = "/pggit_judge_apply";
  const session = new Client({ connectionString: place.href });
  await session.connect();
  const project = mkdtempSync(join(tmpdir(), "pggit-judge-apply-"));
  const conf = ["flyway.locations=filesystem:sql", "flyway.postgresql.transactional.lock=false", ...settings].join("\n");
  const write = (more) => {
    for (const [path, text] of Object.entries(more)) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
  };
  write({ "flyway.conf": `${conf}\n`, ...files });
  console.log(`\n${title}`);
  const pggit = (...given) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/src/cli/main.js"), ...given], {
      cwd: project,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  const scene = {
    write,
    pggit,
    sql: async (text) => (await session.query(text)).rows,
    flyway: (command, ...more) =>
      runFlyway({ home, place, project }, [
        `-configFiles=${join(project, "flyway.conf")}`,
        `-workingDirectory=${project}`,
        ...more,
        command,
      ]),
    apply: (...more) => {
      const converted = pggit("migrate", ".", "--quiet", "--json");
      const { plan } = JSON.parse(converted.stdout);
      const ran = pggit("apply", plan, "--database", place.href, "--json", ...more);
      return { ...ran, outcome: ran.stdout === "" ? null : JSON.parse(ran.stdout) };
    },
    rollback: (...more) => pggit("rollback", "--database", place.href, "--yolo", "--json", ...more),
    async close() {
      await session.end();
      rmSync(project, { recursive: true, force: true });
    },
  };
  return scene;
}

/** Nothing wrong, every migration in one of the states, nothing to do. */
function silent(scene, states = ["Success"]) {
  const validated = scene.flyway("validate");
  check("flyway validate: nothing wrong", validated.validationSuccessful === true, validated.errorDetails ?? validated.error ?? validated);
  const info = scene.flyway("info");
  const seen = [...new Set((info.migrations ?? []).map(({ state }) => state))];
  check(
    `flyway info: ${info.migrations?.length} migrations, ${seen.join(", ")}`,
    seen.length > 0 && seen.every((one) => states.includes(one)),
    info.error ?? seen,
  );
  const again = scene.flyway("migrate");
  check("flyway migrate: nothing to do", again.success === true && again.migrationsExecuted === 0, again.error ?? again.migrationsExecuted);
}

function applied(scene, ids) {
  const { status, outcome, stderr } = scene.apply("--yolo");
  const executed = outcome?.executed?.map(({ id }) => id) ?? [];
  check(
    `pggit apply ran ${ids.join(", ") || "nothing"}, stamped ${ids.length}`,
    status === 0 && executed.join() === ids.join() && outcome.stamped === ids.length,
    { status, executed, stamped: outcome?.stamped, error: outcome?.error, stderr },
  );
}

const first = {
  "sql/V1__customers.sql": "CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);\n",
  "sql/V2__orders.sql":
    "CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, placed timestamptz NOT NULL DEFAULT now());\n",
  "sql/R__customer_orders.sql":
    "CREATE OR REPLACE VIEW customer_orders AS SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id;\n",
};

const scenes = [
  {
    title: "pending: a plain migration, one without a transaction, several statements, an enum value",
    files: {
      ...first,
      "sql/V2.1__state.sql":
        "CREATE TYPE order_state AS ENUM ('open', 'paid');\nALTER TABLE orders ADD COLUMN state order_state NOT NULL DEFAULT 'open';\n",
    },
    async judge(scene) {
      check("flyway migrate", scene.flyway("migrate").success === true);
      await scene.sql("INSERT INTO customers (email) VALUES ('ada@example.org'), ('Bob@example.org')");
      scene.write({
        "sql/V3__email.sql":
          "UPDATE customers SET email = lower(email);\nALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE (email);\n",
        "sql/V4__orders_by_customer.sql": "CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);\n",
        "sql/V5__returned.sql": "ALTER TYPE order_state ADD VALUE 'returned';\n",
        "sql/V6__notes.sql":
          "ALTER TABLE orders ADD COLUMN note text;\nCOMMENT ON COLUMN orders.note IS 'what the customer asked for; ''free text''';\n",
      });
      applied(scene, ["V3", "V4", "V5", "V6"]);
      silent(scene);
      applied(scene, []);
    },
  },
  {
    title: "repeatable migrations: one that changed, one that is new",
    files: first,
    async judge(scene) {
      check("flyway migrate", scene.flyway("migrate").success === true);
      scene.write({
        "sql/R__customer_orders.sql":
          "CREATE OR REPLACE VIEW customer_orders AS SELECT customer_id, count(*) AS orders, max(placed) AS last FROM orders GROUP BY customer_id;\n",
        "sql/R__recent_orders.sql":
          "CREATE OR REPLACE VIEW recent_orders AS SELECT * FROM orders WHERE placed > now() - interval '7 days';\n",
      });
      applied(scene, ["R__customer_orders", "R__recent_orders"]);
      silent(scene, ["Success", "Superseded"]);
    },
  },
  {
    title: "out of order: a lower version comes later",
    files: first,
    settings: ["flyway.outOfOrder=true"],
    async judge(scene) {
      check("flyway migrate", scene.flyway("migrate").success === true);
      scene.write({ "sql/V1.5__phone.sql": "ALTER TABLE customers ADD COLUMN phone text;\n" });
      applied(scene, ["V1.5"]);
      silent(scene, ["Success", "Out of Order"]);
    },
  },
  {
    title: "a database with a baseline",
    files: first,
    async judge(scene) {
      await scene.sql("CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL)");
      check("flyway baseline", scene.flyway("baseline", "-baselineVersion=1").successfullyBaselined === true);
      applied(scene, ["V2", "R__customer_orders"]);
      silent(scene, ["Success", "Baseline", "Below Baseline", "Ignored (Baseline)"]);
    },
  },
  {
    title: "undo: pggit takes back what it ran, and what Flyway ran; then again",
    files: { ...first, "sql/U3__phone.sql": "ALTER TABLE customers DROP COLUMN phone;\n" },
    async judge(scene) {
      check("flyway migrate", scene.flyway("migrate").success === true);
      scene.write({
        "sql/V3__phone.sql": "ALTER TABLE customers ADD COLUMN phone text;\n",
        "sql/V4__city.sql": "ALTER TABLE customers ADD COLUMN city text;\n",
      });
      applied(scene, ["V3", "V4"]);
      const back = scene.rollback("--to", "V2");
      check("pggit rollback --to V2", back.status === 0, back.stdout + back.stderr);
      const pending = scene
        .flyway("info")
        .migrations?.filter(({ state }) => state === "Pending")
        .map(({ version, description }) => version || description);
      check(`flyway info: pending ${pending}`, pending?.includes("3") === true && pending.includes("4"), pending);
      const again = scene.flyway("migrate");
      check("flyway migrate runs them", again.success === true, again.error);
      silent(scene, ["Success", "Available", "Undone"]);
      applied(scene, []);
    },
  },
  {
    title: "a failed entry: a question first, so nothing runs until Flyway's repair, then run",
    files: first,
    async judge(scene) {
      check("flyway migrate", scene.flyway("migrate").success === true);
      scene.write({
        "sql/V3__broken.sql": "CREATE INDEX CONCURRENTLY orders_placed_idx ON orders (plaed);\n",
      });
      check("flyway migrate fails in V3 and enters it as failed", scene.flyway("migrate").error !== undefined);
      const rows = await scene.sql("SELECT success FROM flyway_schema_history WHERE version = '3'");
      check("its entry is failed", rows[0]?.success === false, rows);
      scene.write({ "sql/V3__broken.sql": "CREATE INDEX CONCURRENTLY orders_placed_idx ON orders (placed);\n" });
      const { status, outcome, stderr } = scene.apply();
      check("pggit apply: exit 3, runs nothing", status === 3 && outcome.executed.length === 0, { status, outcome, stderr });
      check("flyway repair", scene.flyway("repair").error === undefined);
      applied(scene, ["V3"]);
      silent(scene);
    },
  },
];

await withEachFlyway(async (server, home) => {
  console.log(`\n=== ${home.slice(home.lastIndexOf("/") + 1)}`);
  for (const given of scenes) {
    const scene = await openScene(server, home, given);
    try {
      await given.judge(scene);
    } finally {
      await scene.close();
    }
  }
});
console.log(failures === 0 ? "\nFlyway found nothing to do and nothing wrong." : `\n${failures} checks failed.`);
process.exit(failures === 0 ? 0 : 1);
