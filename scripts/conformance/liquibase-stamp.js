// The judge of pggit's entries in databasechangelog: the real Liquibase, which must find nothing to do and nothing wrong, and must be able to go back. Needs
// `npm run build`.
//   node scripts/conformance/liquibase-stamp.js [CASE …] [--record]      --record keeps the sums of version 8 for the tests
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { liquibase } from "../../dist/adapters/liquibase/index.js";
import { matchApplied } from "../../dist/src/analysis/match-applied.js";
import { openShadow } from "../../dist/src/database/shadow.js";
import { selectEnvironment } from "../../dist/src/reading/select-environment.js";
import { loadParser } from "../../dist/src/sql/parser.js";
import { quoteLiteral } from "../../dist/src/sql/quote.js";
import { findCases, readOptions } from "./cases.js";
import { askLiquibase, runLiquibase, tool } from "./liquibase.js";
import { readRecording } from "./recording.js";
import { runWay } from "./run-way.js";
import { startPostgres } from "../start-postgres.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const record = process.argv.includes("--record");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--record");
/** What Liquibase computes of version 8, by case and `path::id::author`. */
const oldSums = {};
let failures = 0;
function check(what, holds, seen) {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds || seen === undefined ? "" : `: ${JSON.stringify(seen).slice(0, 3000)}`}`);
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
    const observed = (migration) => ({ ...migration, entry: migration.observed?.().entry ?? migration.entry });
    const enter = (migration) =>
      liquibase.schemaHistory.stamp({
        migration: observed(migration),
        location: history.location,
        table: before.table,
        by: null,
        executionMs: 1,
      });
    const ours = history.migrations.filter(({ id }) => pending.includes(id));
    for (const migration of ours) await runWay(session, migration, { way: "up", history, enter });

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
    const sums = () => session.rows("select id, author, filename, md5sum from databasechangelog order by filename, id, author");
    const own = await sums();
    check("liquibase update: as many rows as before", own.length === recorded.length, own.length);

    await session.run("UPDATE databasechangelog SET md5sum = '8:00000000000000000000000000000000'");
    // Liquibase refuses them all, and says what they should be.
    const { said } = askLiquibase(job, ["validate"]);
    oldSums[each.name] = Object.fromEntries(
      [...said.matchAll(/^\s*(\S.*) was: 8:0{32} but is now: (\S+)/gm)].map(([, row, sum]) => [row, sum]),
    );
    const wrong = history.migrations.filter(({ entry }) => {
      const sum = oldSums[each.name][`${entry.filename}::${entry.id}::${entry.author}`];
      return sum !== undefined && entry.oldSum !== null && entry.oldSum !== sum;
    });
    check(
      `the ${Object.keys(oldSums[each.name]).length} sums of version 8 are Liquibase's`,
      wrong.length === 0,
      wrong.map(({ id }) => id),
    );
    await session.run(
      `UPDATE databasechangelog AS row SET md5sum = known.md5sum FROM (VALUES ${own
        .map(({ id, author, filename, md5sum }) => `(${[id, author, filename, md5sum].map(quoteLiteral).join(", ")})`)
        .join(
          ", ",
        )}) AS known (id, author, filename, md5sum) WHERE (row.id, row.author, row.filename) = (known.id, known.author, known.filename)`,
    );

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
    await runWay(session, last, {
      way: "down",
      history,
      enter: (migration) => liquibase.schemaHistory.unstamp({ migration: observed(migration), table: before.table }),
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
if (record && wanted.length === 0)
  writeFileSync(join(root, "fixtures", "liquibase", "recorded", "old-sums.json"), `${JSON.stringify(oldSums, null, 2)}\n`);
console.log(failures === 0 ? "\nLiquibase found nothing to do and nothing wrong." : `\n${failures} checks failed.`);
process.exit(failures === 0 ? 0 : 1);
