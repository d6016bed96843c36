// npm run conformance [-- TOOL …] [-- --case NAME] [-- --record] [-- --all]: for every history of fixtures/ that has a `.conformance.json`, the source tool itself
// builds one database, pggit's replay another on the same server, and catalogs, rows and ways back are compared. `--record` keeps what the tool gave. `TOOL --project DIR --settings FILE` compares a project that is no fixture; FILE is like a `.conformance.json`.
//
// A tool is a module beside this one that exports `tool` and stands in tools.js:
//   name         as the folder in fixtures/ and the adapter are called
//   bookkeeping  its own tables, `{ schema, name }`, which no comparison looks at
//   install(folder)  makes the tool available in that folder, which git ignores: `{ kind: "ok", version, … }` or `{ kind: "unavailable", reason }`
//   migrate(job)     runs the history; job: `{ installed, case: { name, project, settings }, database: { host, port, user, password, name, url }, scratch }`; throws where the tool fails
//   rollBack(job)    takes `job.case.settings.rollback` migrations back, the way the tool does it
//   applied(rows, settings) lines that say what the tool entered in its tables; `rows(sql)` asks its database
//   expected(result) the same lines as pggit sees it, from `{ history, replays }`
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareRows } from "../../dist/src/catalog/rows.js";
import { compareSnapshots } from "../../dist/src/catalog/snapshot/compare.js";
import { openShadow } from "../../dist/src/database/shadow.js";
import { loadParser } from "../../dist/src/sql/parser.js";
import { findCases, foreignCase } from "./cases.js";
import { catalogLines, rowLines, writeRecording } from "./recording.js";
import { readState, readingOf, replayCase, rollBack } from "./replay.js";
import { startPostgres } from "../start-postgres.js";
import { tools } from "./tools.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const given = process.argv.slice(2);
const record = given.includes("--record");
const valueAfter = (flag) => (given.includes(flag) ? given[given.indexOf(flag) + 1] : null);
const only = valueAfter("--case");
const foreign = valueAfter("--project");
const wanted = tools.filter(({ name }) => given.includes(name));
const counts = { equal: 0, different: 0, skipped: 0 };

await loadParser();
const server = await startPostgres();
try {
  for (const tool of wanted.length > 0 ? wanted : tools) await judge(tool);
} finally {
  await server.stop();
}
console.log(`${counts.equal} equal, ${counts.different} different, ${counts.skipped} skipped`);
process.exit(counts.different > 0 ? 1 : 0);

async function judge(tool) {
  const { name } = tool;
  const found = foreign === null ? findCases(join(root, "fixtures"), name) : [foreignCase(foreign, valueAfter("--settings"))];
  const cases = found.filter((each) => only === null || each.name === only);
  if (cases.length === 0) return;
  const folder = join(root, ".pggit", "tools", name);
  mkdirSync(folder, { recursive: true });
  const installed = await tool.install(folder);
  if (installed.kind === "unavailable") {
    console.log(`${name}: skipped, ${installed.reason}`);
    counts.skipped += cases.length;
    return;
  }
  for (const each of cases) {
    let problems;
    try {
      problems = await compare(tool, { case: each, installed });
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)];
    }
    console.log(`${name} ${each.name}: ${problems.length === 0 ? "equal" : "DIFFERENT"}`);
    const shown = given.includes("--all") ? problems : problems.slice(0, 30);
    for (const problem of shown) console.log(`  ${problem}`);
    if (problems.length > shown.length) console.log(`  … and ${problems.length - shown.length} more (--all shows them)`);
    counts[problems.length === 0 ? "equal" : "different"] += 1;
  }
}

/** Every difference in words; none where the two agree. */
async function compare(tool, job) {
  // Roles belong to a whole server: a history that makes some has one for each side.
  const other = job.case.settings.servers === 2 ? await startPostgres() : null;
  const theirs = await open("theirs", server);
  const ours = await open("ours", other ?? server);
  const scratch = mkdtempSync(join(tmpdir(), "pggit-conformance-"));
  try {
    const database = { ...server, name: "pggit_shadow_theirs", url: server.url("pggit_shadow_theirs") };
    const its = { ...job, database, scratch };
    for (const { session } of [theirs, ours]) for (const sql of job.case.settings.before) await session.run(sql);
    const empty = (await readState(theirs.session, readingOf(tool, [], job.case.settings))).catalog;
    await tool.migrate(its);
    const result = await replayCase(tool.name, { case: job.case, shadow: ours });
    const problems = [...result.failures];
    const reading = readingOf(tool, result.replays, job.case.settings);
    const sections = { applied: await tool.applied((sql) => theirs.session.rows(sql), job.case.settings) };
    problems.push(...compareLines(sections.applied, tool.expected(result)));
    const head = await compareState({ theirs, ours, reading });
    problems.push(...head.problems);
    sections.catalog = catalogLines(empty, head.catalog);
    sections.rows = rowLines(head.rows);
    const count = job.case.settings.rollback;
    if (count > 0) {
      await tool.rollBack(its);
      await rollBack({ ...result, session: ours.session, count });
      const back = await compareState({ theirs, ours, reading });
      problems.push(...back.problems.map((problem) => `after the rollback of ${count}: ${problem}`));
      sections[`catalog after the rollback of ${count}`] = catalogLines(empty, back.catalog);
      sections[`rows after the rollback of ${count}`] = rowLines(back.rows);
    }
    problems.push(...keep(job, writeRecording(`${tool.name} ${job.installed.version} on ${theirs.session.engine.version}`, sections)));
    return problems;
  } finally {
    await theirs.close();
    await ours.close();
    await other?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function open(id, on) {
  const opened = await openShadow({
    server: { url: on.url("postgres"), disposable: true },
    extensions: [],
    statementTimeoutMs: 60_000,
    id,
  });
  if (opened.kind === "failed") throw new Error(opened.failures.map(({ message }) => message).join("\n"));
  return opened.value;
}

async function compareState({ theirs, ours, reading }) {
  const its = await readState(theirs.session, reading);
  const own = await readState(ours.session, reading);
  const differences = [...compareSnapshots(its.catalog, own.catalog), ...compareRows(its.rows, own.rows)];
  return { ...its, problems: differences.map((each) => sayDifference(each)) };
}

function sayDifference({ identity, what, aspect, expected, found }) {
  return `${identity} ${what === "different" ? aspect : what}: the tool ${expected ?? "nothing"}, pggit ${found ?? "nothing"}`;
}

function compareLines(theirs, ours) {
  const missing = theirs.filter((line) => !ours.includes(line)).map((line) => `only the tool applied ${line}`);
  const extra = ours.filter((line) => !theirs.includes(line)).map((line) => `only pggit applied ${line}`);
  if (missing.length + extra.length > 0) return [...missing, ...extra];
  return theirs.join("\n") === ours.join("\n") ? [] : ["the order of what was applied differs"];
}

/** Writes the recording, or compares it with the one that is there. */
function keep(job, text) {
  if (job.case.recording === null) return [];
  if (record) {
    writeFileSync(job.case.recording, text);
    return [];
  }
  if (!existsSync(job.case.recording)) return ["there is no recording: run again with --record"];
  return readFileSync(job.case.recording, "utf8") === text
    ? []
    : ["the tool gave something else than was recorded: look at it, then run again with --record"];
}
