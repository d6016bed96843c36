import { adapters } from "../../dist/adapters/index.js";
import { installCatalogReader } from "../../dist/src/catalog/install.js";
import { readRows } from "../../dist/src/catalog/rows.js";
import { readWholeCatalog } from "../../dist/src/catalog/snapshot/read.js";
import { bookkeepingTables } from "../../dist/src/prove-stretch.js";
import { readHistory } from "../../dist/src/reading/read-history.js";
import { selectEnvironment } from "../../dist/src/reading/select-environment.js";
import { replayHistory } from "../../dist/src/replay/replay.js";
import { findNondeterministicColumns } from "../../dist/src/squash/nondeterministic-columns.js";
import { readOptions } from "./cases.js";
import { inspectorOf, sendSteps } from "./run-way.js";

/** Reads a case and runs it on a shadow as `pggit migrate` would. Gives history and replays; throws where reading fails. */
export async function replayCase(tool, job) {
  const adapter = adapters.find((each) => each.tool === tool);
  if (adapter === undefined) throw new Error(`pggit has no adapter for ${tool}`);
  const options = readOptions(job.case.project, job.case.settings.read);
  const read = await readHistory(adapter, options);
  if (read.kind === "failed") throw new Error(read.failures.map(({ message }) => message).join("\n"));
  const { history } = selectEnvironment(read.value, { chosen: options.environment, mapped: new Set() });
  const { session } = job.shadow;
  const reader = await installCatalogReader(session, { excludeFromReads: bookkeepingTables(history) });
  const replays = [];
  for await (const replay of replayHistory(history, { session, reader, clock: () => performance.now() })) replays.push(replay);
  return { history, replays, failures: replays.flatMap((replay) => failuresOf(replay)) };
}

function failuresOf({ migration, statements }) {
  return statements.flatMap(({ outcome }) => (outcome.kind === "failed" ? [`${migration.id}: ${outcome.error.message}`] : []));
}

/** Takes the last migrations back by what their authors wrote (or their tool makes of it), the youngest first. */
export async function rollBack({ history, replays, session, count }) {
  const ran = replays.filter(({ statements, migration }) => statements.length > 0 || migration.down !== undefined);
  for (const { migration } of ran.slice(-count).reverse()) {
    if (migration.down === undefined) throw new Error(`${migration.id} has no way back of its own`);
    for (const sql of history.resetBetween) await session.run(sql);
    const inOne = migration.transaction !== "none";
    if (inOne) await session.run("BEGIN");
    await sendSteps(session, migration.down(inspectorOf(session)));
    if (inOne) await session.run("COMMIT");
  }
}

/** What no comparison of this history looks at: the tool's own tables, those that the case names, values that no run has twice. */
export function readingOf(tool, replays, { bookkeeping = [] } = {}) {
  return {
    excludeFromReads: [...tool.bookkeeping, ...bookkeeping.map((name) => ({ schema: null, name }))],
    nondeterministic: findNondeterministicColumns(replays),
  };
}

/** Catalog and rows of a database. */
export async function readState(session, reading) {
  return { catalog: await readWholeCatalog(session, reading), rows: await readRows(session, reading) };
}
