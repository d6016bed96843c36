import type { MigrationReplay } from "../model/replay.ts";
import { secretVariables } from "../sql/secrets.ts";
import { parseStatement } from "../sql/statement.ts";
import { masked, type Script, type ScriptStatement } from "./read-script.ts";
import type { RunnablePlan } from "./runnable.ts";

/** The same plan with the secrets that its files leave out, as the replay that made it had them in memory. */
export function withSecrets(runnable: RunnablePlan, replays: readonly MigrationReplay[]): RunnablePlan {
  const originals = new Map<string, string>();
  for (const { step } of replays.flatMap(({ statements }) => statements)) {
    if (step.kind === "custom-code") continue;
    const safe = secretVariables(step.sql);
    if (safe.names.length > 0) originals.set(masked(safe.sql, safe.names), step.sql);
  }
  if (originals.size === 0) return runnable;
  const fill = (statement: ScriptStatement): ScriptStatement => {
    const sql = originals.get(statement.sql);
    return sql === undefined ? statement : { ...statement, sql, parsed: parseStatement(sql) };
  };
  const filled = (script: Script): Script => ({
    ...script,
    statements: script.statements.map(fill),
    units: script.units.map((unit) => ({ ...unit, statements: unit.statements.map(fill) })),
  });
  return {
    ...runnable,
    schema: runnable.schema === null ? null : filled(runnable.schema),
    migrations: runnable.migrations.map((migration) => ({ ...migration, up: filled(migration.up) })),
  };
}
