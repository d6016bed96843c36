// The judge of pggit's entries in flyway_schema_history: real Flyway, which must find nothing to do and nothing wrong. Needs `npm run build`.
//   node scripts/conformance/flyway-stamp.js [SERVER_URL] [--record]      PGGIT_FLYWAY=/opt/flyway-9.22.3:/opt/flyway-10.22.0 names installed ones
// Without PGGIT_FLYWAY it fetches 9.22.3 and 10.22.0 from Maven Central. Where neither Flyway nor Java can be had it says so and ends with 0.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBench, root, withEachFlyway } from "./flyway-bench.js";
import { runWay } from "./run-way.js";

const { flyway } = await import(join(root, "dist/adapters/flyway/index.js"));
const { loadParser } = await import(join(root, "dist/src/sql/parser.js"));
const { matchApplied } = await import(join(root, "dist/src/analysis/match-applied.js"));

let failures = 0;
function check(what, holds, seen) {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds || seen === undefined ? "" : `: ${JSON.stringify(seen)}`}`);
}

/** Runs a migration as pggit does, with its entry in the same transaction. */
async function apply(session, history, { migration, table }) {
  const enter = (each) => flyway.schemaHistory.stamp({ migration: each, location: history.location, table, by: null, executionMs: 7 });
  await runWay(session, migration, { way: "up", history, enter });
}

async function judge(server, home, { fixture, locations, until, prepare, placeholders }) {
  const place = { home, fixture, locations, prepare, placeholders };
  const name = home.slice(home.lastIndexOf("/") + 1);
  console.log(`\n${name} on ${fixture}`);
  const reference = await openBench(server, "pggit_judge_reference", place);
  const migrated = reference.run("migrate");
  check("Flyway alone migrates the fixture", migrated.success === true, migrated.error?.message);
  const wanted = await reference.rows();
  if (process.argv.includes("--record") && fixture === "bookshop") {
    const lines = wanted.map((row) => `  ${JSON.stringify(row)}`).join(",\n");
    writeFileSync(join(root, "fixtures/flyway/recorded/schema-history.json"), `[\n${lines}\n]\n`);
  }

  const target = await openBench(server, "pggit_judge_target", place);
  target.run("migrate", `-target=${until}`);
  const history = await target.read();
  const before = await flyway.schemaHistory.read(target.session, history);
  const { pending } = matchApplied(history, before.value);
  check(`Flyway ran a part, pggit sees the rest as pending`, pending.length > 1 && pending.length < history.migrations.length, pending);
  for (const migration of history.migrations) {
    if (pending.includes(migration.id)) await apply(target.session, history, { migration, table: before.value.table });
  }
  const silent = (bench, ...more) => {
    const validated = bench.run("validate", ...more);
    check(
      "flyway validate: nothing wrong",
      validated.validationSuccessful === true,
      validated.errorDetails ?? validated.error?.message ?? validated,
    );
    const info = bench.run("info", ...more);
    const states = [...new Set((info.migrations ?? []).map(({ state }) => state))];
    check(`flyway info: ${info.migrations?.length} migrations, all Success`, states.length === 1 && states[0] === "Success", states);
    const again = bench.run("migrate", ...more);
    check(
      "flyway migrate: nothing to do",
      again.success === true && again.migrationsExecuted === 0,
      again.error?.message ?? again.migrationsExecuted,
    );
  };
  const repeatable = (row) => row.version === null;
  silent(target);
  const own = await target.rows();
  // Repeatables that Flyway already ran with the first part keep their lower rank.
  const plain = (list) =>
    JSON.stringify(list.map(({ installed_rank: _rank, ...row }) => row).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
  check("the rows are those that Flyway writes itself", plain(own) === plain(wanted), {
    own: own.filter((row) => !plain(wanted).includes(JSON.stringify({ ...row, installed_rank: undefined }))),
  });

  const last = history.migrations.findLast(({ type }) => type === "versioned");
  const newest = history.migrations.findLast(({ type }) => type === "repeatable");
  for (const migration of [last, newest]) {
    if (migration === undefined) continue;
    await target.session.run("BEGIN");
    for (const sql of flyway.schemaHistory.unstamp({ migration, table: before.value.table })) await target.session.run(sql);
    await target.session.run("COMMIT");
    const info = target.run("info");
    const row = info.migrations?.find((one) =>
      migration.version === null ? one.description === migration.name : one.version === migration.version,
    );
    check(`after the rollback of ${migration.id} flyway info shows it as Pending`, row?.state === "Pending", row);
    const lenient = target.run("validate", "-ignoreMigrationPatterns=*:pending");
    check(
      "and validate finds nothing wrong but that it is pending",
      lenient.validationSuccessful === true,
      lenient.errorDetails ?? lenient.error?.message,
    );
    await target.session.run("BEGIN");
    for (const sql of flyway.schemaHistory.stamp({
      migration,
      location: history.location,
      table: before.value.table,
      by: null,
      executionMs: 1,
    }))
      await target.session.run(sql);
    await target.session.run("COMMIT");
  }
  silent(target);
  await target.close();

  const fresh = await openBench(server, "pggit_judge_fresh", place);
  const whole = await fresh.read();
  const [table] = ["public.flyway_schema_history"];
  for (const sql of flyway.schemaHistory.create(table)) await fresh.session.run(sql);
  for (const migration of whole.migrations) await apply(fresh.session, whole, { migration, table });
  silent(fresh);
  const all = (await fresh.rows()).filter((row) => !repeatable(row));
  check(
    "from an empty database the rows have Flyway's ranks too",
    JSON.stringify(all) === JSON.stringify(wanted.filter((row) => !repeatable(row))),
  );
  await fresh.close();
  await reference.close();
}

/** A table in every state that it can be in: what pggit makes of it against what `flyway info` says. With --record what it says is kept for the tests. */
async function judgeStates(server, home) {
  console.log(`\n${home.slice(home.lastIndexOf("/") + 1)} on states`);
  const bench = await openBench(server, "pggit_judge_states", {
    home,
    fixture: "states",
    locations: ["sql"],
    prepare: "",
    placeholders: [],
  });
  const table = "public.flyway_schema_history";
  for (const sql of flyway.schemaHistory.create(table)) await bench.session.run(sql);
  const rows = JSON.parse(readFileSync(join(root, "fixtures/flyway/states/table.json"), "utf8"));
  await bench.session.rows(
    `insert into ${table} (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
     select rank, version, description, type, script, checksum, 'deploy', 5, success from rows from (json_to_recordset($1::json) as (version text, description text,
       type text, script text, checksum int, success bool)) with ordinality as r(version, description, type, script, checksum, success, rank)`,
    [JSON.stringify(rows)],
  );
  const info = bench.run("info");
  const states = info.migrations?.map(({ version, description, type, state }) => ({ version, description, type, state }));
  const history = await bench.read({ locations: ["filesystem:sql"] });
  const match = matchApplied(history, (await flyway.schemaHistory.read(bench.session, history)).value);
  const nameOf = ({ version, description }) => (version === null || version === "" ? `R__${description}` : `V${version}`);
  const seen = (state) => states?.filter((row) => row.state === state).map(nameOf) ?? [];
  const same = (what, mine, flyways) => check(`${what}: ${flyways.join(", ")}`, mine.toSorted().join() === flyways.toSorted().join(), mine);
  const pending = [...new Set([...seen("Pending"), ...seen("Ignored"), ...seen("Outdated"), ...seen("Failed")])];
  same("pending (Pending, Ignored, Outdated, Failed)", match.pending, pending);
  same("passed over (Ignored)", match.passedOver, seen("Ignored"));
  same(
    "out of order",
    match.outOfOrder.map(({ migration }) => migration.id),
    seen("Out of Order"),
  );
  same("missing", match.missing.map(nameOf), seen("Missing"));
  same("below the baseline", match.belowBaseline, [...seen("Ignored (Baseline)"), ...seen("Below Baseline")]);
  const invalid = (bench.run("validate").invalidMigrations ?? []).map(({ version, description, errorDetails }) => ({
    version,
    description,
    error: errorDetails.errorCode,
  }));
  const mismatched = invalid.filter(({ error }) => error === "CHECKSUM_MISMATCH").map(nameOf);
  same(
    "changed (validate: CHECKSUM_MISMATCH)",
    match.changed.map(({ migration }) => migration.id),
    mismatched,
  );
  if (process.argv.includes("--record"))
    writeFileSync(join(root, "fixtures/flyway/states/recorded.json"), `${JSON.stringify({ info: states, validate: invalid }, null, 2)}\n`);
  await bench.close();
}

await loadParser();
await withEachFlyway(async (server, home) => {
  await judgeStates(server, home);
  await judge(server, home, {
    fixture: "order",
    locations: ["sql"],
    until: "1.10",
    prepare: "CREATE SCHEMA audit; CREATE TABLE audit.trace (what text)",
    placeholders: [],
  });
  await judge(server, home, {
    fixture: "bookshop",
    locations: ["src/main/resources/db/migration"],
    until: "30",
    prepare: "",
    placeholders: ["default_country=CH", "app_role=bookshop_app", "report_role=bookshop_report"],
  });
});
console.log(failures === 0 ? "\nFlyway found nothing to do and nothing wrong." : `\n${failures} checks failed.`);
process.exit(failures === 0 ? 0 : 1);
