import type { Plan } from "../model/plan.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { hasWayBack, type Rollback } from "../model/rollback.ts";
import type { Squash } from "../model/squash.ts";
import { canonicalJson } from "../plan/canonical-json.ts";
import { secretVariables } from "../sql/secrets.ts";
import type { ConversionFiles } from "./conversion-folder.ts";
import { renderEdgeCases } from "./edge-cases-file.ts";
import { renderDown, renderSaving, renderUp, type FileStatement } from "./migration-file.ts";
import { renderSchema } from "./schema-file.ts";

/** What the files are made of: the statements in full, which the plan only refers to. */
export interface ConvertedHistory {
  readonly replays: readonly MigrationReplay[];
  /** In the order of `replays`. */
  readonly rollbacks: readonly Rollback[];
  readonly squash: Squash;
}

/** All files of a conversion by their path in the output folder. The plan comes last: it is what the others are found by. */
export function renderConversionFiles(
  history: ConvertedHistory,
  { plan, planName }: { readonly plan: Plan; readonly planName: string },
): ConversionFiles {
  const files = new Map<string, string>();
  history.replays.forEach((replay, index) => {
    const folder = `migrations/${plan.migrations[index]?.folder}`;
    files.set(`${folder}/up.sql`, upFile(replay));
    const rollback = history.rollbacks[index];
    if (rollback !== undefined && hasWayBack(rollback)) files.set(`${folder}/down.sql`, downFile(replay, rollback));
    const { before = [], after = [] } = rollback?.backup ?? {};
    const header = { migration: replay.migration, variables: [], notes: [] };
    if (before.length > 0) files.set(`${folder}/save-before.sql`, renderSaving(header, "before", before));
    if (after.length > 0) files.set(`${folder}/save-after.sql`, renderSaving(header, "after", after));
  });
  files.set("schema.sql", renderSchema(history.squash, plan));
  files.set("edge-cases.yaml", renderEdgeCases(plan));
  files.set(planName, canonicalJson(plan));
  return files;
}

function upFile(replay: MigrationReplay): string {
  const variables: string[] = [];
  const notes: string[] = [];
  const statements: FileStatement[] = [];
  for (const { step, parsed, outcome } of replay.statements) {
    const place = `${step.location.file}:${step.location.line}`;
    if (step.kind === "custom-code") {
      notes.push(`Not converted: ${step.language} at ${place}. ${step.reason}`);
      continue;
    }
    // The file brings its own BEGIN and COMMIT only where the source's way of running it is kept.
    if (replay.migration.transaction !== "file" && parsed?.changes.every((change) => change.kind === "transaction")) continue;
    const disabled = outcome.kind === "failed" ? `Failed in the replay (${place}): ${outcome.error.message}` : null;
    if (outcome.kind === "skipped") notes.push(`Not run in the replay: ${place}. ${outcome.reason}`);
    const safe = secretVariables(step.sql);
    variables.push(...safe.names);
    statements.push({
      sql: safe.sql,
      data: step.kind === "copy" ? step.data : null,
      transactional: parsed?.transactional ?? true,
      disabled,
    });
  }
  return renderUp({ migration: replay.migration, variables, notes }, statements);
}

function downFile(replay: MigrationReplay, rollback: Rollback): string {
  const safe = rollback.statements.map((statement) => ({ ...statement, ...secretVariables(statement.sql) }));
  const variables = safe.flatMap((statement) => statement.names);
  const saved = rollback.backup?.tables.map(({ table, backup }) => `Puts back what save-before.sql saved of ${table} in ${backup}`) ?? [];
  const notes = [...saved, ...(rollback.check === null ? [] : [`Only if this query returns no row: ${rollback.check}`])];
  return renderDown(
    { migration: replay.migration, variables, notes },
    { statements: safe, loses: [...rollback.upLoses, ...rollback.downLoses] },
  );
}
