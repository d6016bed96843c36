// The judge of pggit's entries in databasechangelog: the real Liquibase, which must find nothing to do and nothing wrong, and must be able to go back. Needs
// `npm run build`.
//   node scripts/conformance/liquibase-stamp.js [CASE …]
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { liquibase } from "../../dist/adapters/liquibase/index.js";
import { matchApplied } from "../../dist/src/analysis/match-applied.js";
import { openShadow } from "../../dist/src/database/shadow.js";
import { selectEnvironment } from "../../dist/src/reading/select-environment.js";
import { loadParser } from "../../dist/src/sql/parser.js";
import { findCases, readOptions } from "./cases.js";
import { runLiquibase, tool } from "./liquibase.js";
import { readRecording } from "./recording.js";
import { startPostgres } from "../start-postgres.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const wanted = process.argv.slice(2);
let failures = 0;
function check(what, holds, seen) {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds || seen === undefined ? "" : `: ${JSON.stringify(seen).slice(0, 3000)}`}`);
}

/** Runs a way of a migration as pggit does, with its entry behind it. */
async function run(session, migration, { way, history, entry }) {
  for (const sql of history.resetBetween) await session.run(sql);
  if (migration.transaction === "one") await session.run("BEGIN");
  for await (const step of migration[way]({ rows: (sql, parameters) => session.rows(sql, parameters) })) {
    if (step.kind === "copy") await session.copyIn(step.sql, step.data);
    else if (step.kind === "statement") await session.run(step.sql);
  }
  for (const sql of entry(migration.observed?.().entry ?? migration.entry)) await session.run(sql);
  if (migration.transaction === "one") await session.run("COMMIT");
}

const openIn = (said) => Number(/(\d+) changesets? ha(?:s|ve) not been applied/.exec(said)?.[1] ?? (/is up to date/.test(said) ? 0 : NaN));

async function judge(server, each, installed) {
  console.log(`\n${each.name}`);
  const opened = await openShadow({
    server: { url: server.url("postgres"), disposable: true },
    extensions: [],
    statementTimeoutMs: 60_000,
    id: "stamp",
  });
  if (opened.kind === "failed") throw new Error(JSON.stringify(opened.failures));
  const { session } = opened.value;
  const job = { case: each, installed, database: { ...server, name: "pggit_shadow_stamp" } };
  const says = (...command) => runLiquibase(job, command);
  try {
    const read = await liquibase.read(readOptions(each.project, each.settings.read));
    if (read.kind === "failed") throw new Error(JSON.stringify(read.failures));
    const { history } = selectEnvironment(read.value, { chosen: null, mapped: new Set() });
    const table = async () => (await liquibase.schemaHistory.read(session, history)).value;
    for (const sql of each.settings.before) await session.run(sql);
    const half = Math.floor(history.migrations.length / 2);
    says("update-count", `--count=${half}`);
    const before = await table();
    const { pending, changed } = matchApplied(history, before);
    check(
      `Liquibase ran ${before.rows.length} changeSets, pggit sees ${pending.length} as pending and none as changed`,
      pending.length > 0 && changed.length === 0,
      changed,
    );
    const stamp = (migration) => (entry) =>
      liquibase.schemaHistory.stamp({
        migration: { ...migration, entry },
        location: history.location,
        table: before.table,
        by: null,
        executionMs: 1,
      });
    const ours = history.migrations.filter(({ id }) => pending.includes(id));
    for (const migration of ours) await run(session, migration, { way: "up", history, entry: stamp(migration) });

    const recorded = readRecording(readFileSync(each.recording, "utf8")).get("applied");
    const lines = await tool.applied((sql) => session.rows(sql));
    check(
      "the table is what liquibase update would have left",
      JSON.stringify(lines) === JSON.stringify(recorded),
      lines.filter((line) => !recorded.includes(line)),
    );
    // Liquibase runs these at every start.
    const always = each.settings.always ?? 0;
    const status = says("status", "--verbose");
    check(`liquibase status: ${always} to run`, openIn(status) === always, status);
    check("liquibase validate: no errors", says("validate").includes("No validation errors found"));
    says("update");
    const sums = async () =>
      (await session.rows("select md5sum from databasechangelog order by filename, id, author")).map(({ md5sum }) => md5sum);
    const own = await sums();
    check("liquibase update: as many rows as before", own.length === recorded.length, own.length);

    const byRow = history.migrations.filter(({ entry }) => entry.oldSum !== null);
    for (const { entry } of byRow) {
      await session.rows("update databasechangelog set md5sum = $1 where id = $2 and author = $3 and filename = $4 returning 1", [
        entry.oldSum,
        entry.id,
        entry.author,
        entry.filename,
      ]);
    }
    check("pggit takes sums of version 8 for the same", matchApplied(history, await table()).changed.length === 0);
    check("so does Liquibase", says("validate").includes("No validation errors found"));
    says("update");
    check("which then writes those of version 9 that pggit writes", JSON.stringify(await sums()) === JSON.stringify(own));

    const count = each.settings.rollback;
    if (count === 0) return;
    const last = ours.findLast((migration) => migration.down !== undefined);
    await run(session, last, {
      way: "down",
      history,
      entry: (entry) => liquibase.schemaHistory.unstamp({ migration: { ...last, entry }, table: before.table }),
    });
    check("after a rollback by pggit Liquibase has one more to run", openIn(says("status")) === always + 1);
    says("update");
    check(
      `liquibase rollback-count takes back ${count} of which pggit entered some`,
      says("rollback-count", `--count=${count}`).includes("was executed successfully"),
    );
    check(`and pggit sees these ${count} as pending`, matchApplied(history, await table()).pending.length === count);
  } catch (error) {
    check("runs to its end", false, error instanceof Error ? error.message : String(error));
  } finally {
    await opened.value.close();
  }
}

await loadParser();
const folder = join(root, ".pggit", "tools", "liquibase");
mkdirSync(folder, { recursive: true });
const installed = await tool.install(folder);
if (installed.kind === "unavailable") {
  console.log(`skipped: ${installed.reason}`);
  process.exit(0);
}
const server = await startPostgres();
try {
  const cases = findCases(join(root, "fixtures"), "liquibase").filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const each of cases) await judge(server, each, installed);
} finally {
  await server.stop();
}
console.log(failures === 0 ? "\nLiquibase found nothing to do and nothing wrong." : `\n${failures} checks failed.`);
process.exit(failures === 0 ? 0 : 1);
