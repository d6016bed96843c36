// The judge of pggit's entries in Sqitch's registry: the real Sqitch, which must find nothing to do and must be able to go back. Needs `npm run build`.
//   node scripts/conformance/sqitch-stamp.js
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sqitch } from "../../dist/adapters/sqitch/index.js";
import { matchApplied } from "../../dist/src/analysis/match-applied.js";
import { openShadow } from "../../dist/src/database/shadow.js";
import { loadParser } from "../../dist/src/sql/parser.js";
import { findCases, readOptions } from "./cases.js";
import { runWay } from "./run-way.js";
import { runSqitch, tool } from "./sqitch.js";
import { startPostgres } from "../start-postgres.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let failures = 0;
function check(what, holds, seen) {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds || seen === undefined ? "" : `: ${JSON.stringify(seen).slice(0, 2000)}`}`);
}

async function judge(server, each) {
  console.log(`\n${each.name}`);
  const folder = each.settings.arguments.at(-1) ?? ".";
  const read = await sqitch.read(readOptions(each.project, each.settings.read));
  if (read.kind === "failed") throw new Error(JSON.stringify(read.failures));
  const history = read.value;
  const opened = await openShadow({
    server: { url: server.url("postgres"), disposable: true },
    extensions: [],
    statementTimeoutMs: 60_000,
    id: "stamp",
  });
  if (opened.kind === "failed") throw new Error(JSON.stringify(opened.failures));
  const { session } = opened.value;
  const scratch = mkdtempSync(join(tmpdir(), "pggit-conformance-"));
  const job = { case: each, database: { ...server, name: "pggit_shadow_stamp" }, scratch };
  try {
    for (const sql of each.settings.before) await session.run(sql);
    // Sqitch deploys the first change of the last project and all of the others; pggit the rest.
    for (const other of each.settings.arguments.slice(0, -1)) runSqitch(job, other, ["deploy"]);
    const own = history.migrations.filter(({ entry }) => entry.project === history.migrations.at(-1).entry.project);
    runSqitch(job, folder, ["deploy", "--to", own[0].entry.id]);
    const before = (await sqitch.schemaHistory.read(session, history)).value;
    const { pending } = matchApplied(history, before);
    check(`Sqitch ran a part, pggit sees ${pending.length} as pending`, pending.length === own.length - 1, pending);
    const enter = (migration) =>
      sqitch.schemaHistory.stamp({ migration, location: history.location, table: before.table, by: null, executionMs: 1 });
    const ours = own.filter(({ id }) => pending.includes(id));
    for (const migration of ours) await runWay(session, migration, { way: "up", history, enter });
    const status = runSqitch(job, folder, ["status"]);
    check("sqitch status: up-to-date", status.includes("Nothing to deploy (up-to-date)"), status);
    check("sqitch deploy: nothing to do", /Nothing to deploy/.test(runSqitch(job, folder, ["deploy"])));
    const lines = await tool.applied((sql) => session.rows(sql));
    const expected = tool.expected({ history, replays: [] });
    check(
      "the registry is what sqitch deploy would have left",
      JSON.stringify(lines) === JSON.stringify(expected),
      lines.filter((line) => !expected.includes(line)),
    );
    for (const sql of sqitch.schemaHistory.create('"of pggit".changes')) await session.run(sql);
    const comments = (schema) =>
      session.rows(
        `select c.relname, d.objsubid, d.description from pg_description d join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
         where c.relnamespace = (select oid from pg_namespace where nspname = $1) order by 1, 2`,
        [schema],
      );
    const [{ nspname: registry }] = await session.rows(
      "select nspname from pg_class c join pg_namespace n on n.oid = relnamespace where relname = 'dependencies' and nspname <> 'of pggit'",
    );
    const theirs = await comments(registry);
    check(
      `a registry made by pggit has the ${theirs.length} comments of Sqitch's own`,
      theirs.length > 0 && JSON.stringify(theirs) === JSON.stringify(await comments("of pggit")),
    );
    await session.run('DROP SCHEMA "of pggit" CASCADE');
    const last = own.at(-1);
    await runWay(
      session,
      { ...last, transaction: "one" },
      {
        way: "down",
        history,
        enter: (migration) => sqitch.schemaHistory.unstamp({ migration, table: before.table }),
      },
    );
    check("after a rollback by pggit sqitch deploy brings it again", runSqitch(job, folder, ["deploy"]).includes("ok"));
    const count = Math.min(each.settings.rollback, own.length - 1);
    check(
      `sqitch revert takes back ${count} that pggit entered`,
      runSqitch(job, folder, ["revert", "-y", "--to", `@HEAD^${count}`]).includes("ok"),
    );
    const { pending: open } = matchApplied(history, (await sqitch.schemaHistory.read(session, history)).value);
    check(
      `and pggit sees these ${count} as pending`,
      open.join() ===
        own
          .slice(-count)
          .map(({ id }) => id)
          .join(),
      open,
    );
  } finally {
    await opened.value.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await loadParser();
const installed = await tool.install();
if (installed.kind === "unavailable") {
  console.log(`skipped: ${installed.reason}`);
  process.exit(0);
}
const server = await startPostgres();
try {
  for (const each of findCases(join(root, "fixtures"), "sqitch")) await judge(server, each);
} finally {
  await server.stop();
}
console.log(failures === 0 ? "\nSqitch found nothing to do and nothing wrong." : `\n${failures} checks failed.`);
process.exit(failures === 0 ? 0 : 1);
