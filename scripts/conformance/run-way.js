// How the judges run a way of a migration as pggit does: the tool's own settings first, its entry last, all in one transaction where the migration has one.

/** What a migration may ask of a database. */
export function inspectorOf(session) {
  return { rows: (sql, parameters) => session.rows(sql, parameters) };
}

/** Sends the steps of `migration.up` or `migration.down` (`way`), then what `enter(migration)` gives. */
export async function runWay(session, migration, { way, history, enter }) {
  const whole = migration.transaction === "one";
  for (const sql of history.resetBetween) await session.run(sql);
  if (whole) await session.run("BEGIN");
  await sendSteps(session, migration[way](inspectorOf(session)));
  for (const sql of ["RESET ROLE", "RESET search_path", ...enter(migration)]) await session.run(sql);
  if (whole) await session.run("COMMIT");
}

/** Sends steps as they are. Throws at what only its authors can run. */
export async function sendSteps(session, steps) {
  for await (const step of steps) {
    if (step.kind === "custom-code") throw new Error(`${step.location.file}:${step.location.line}: ${step.reason}`);
    if (step.kind === "copy") await session.copyIn(step.sql, step.data);
    else await session.run(step.sql);
  }
}
