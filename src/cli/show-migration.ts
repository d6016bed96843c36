import { formatLocation } from "../model/source.ts";
import type { Plan, PlanMigration, PlanStatement } from "../model/plan.ts";
import { changesOf, needsOf, branchOfMigrations, type ObjectChange } from "../timeline/log-entries.ts";
import { describeLoss } from "../export/migration-file.ts";
import { rollbackWords } from "./log.ts";
import type { Shown } from "./plan-command.ts";
import { alignColumns, hang, listWithin, type Style } from "./terminal.ts";

/** A migration with all that the plan knows of it. */
export function showMigration(plan: Plan, migration: PlanMigration): Shown {
  const objects = changesOf(plan, migration.id);
  const needs = needsOf(plan, migration.id);
  const branch = branchOfMigrations(plan)(migration.id);
  const edgeCases = plan.edgeCases.filter((edge) => edge.migration === migration.id);
  const merges = plan.squash.merges.filter(({ migrations }) => migrations.includes(migration.id));
  return {
    json: { ...migration, branch, objects, ...needs, edgeCases, merges },
    text: ({ style, width }) => {
      const part = (label: string, text: string): readonly string[] => hang(label.padEnd(12), text, width);
      const { understanding, rollback } = migration;
      const lines = [
        style.yellow(`migration ${migration.id}`) + (branch === "main" ? "" : `  on branch ${branch}`),
        ...part("Name", migration.name || "none"),
        ...part("Author", migration.author ?? "unknown"),
        ...part("Date", migration.date ?? "unknown"),
        ...migration.files.flatMap(({ path, role }) => part(role === "up" ? "File" : `File ${role}`, path)),
        "",
        ...part("Intent", understanding.intent),
        ...part("Pattern", `${understanding.pattern}; in the squash ${understanding.optimization}`),
        ...part("Schema", `${understanding.semantic_version}; compatibility ${migration.compatibility}`),
        ...part("Confidence", understanding.confidence.toFixed(3)),
        ...migration.evidence.flatMap(({ statement, value }) => hang(`            ${value.toFixed(2)}  `, statement, width)),
        ...part("Needs", needs.dependsOn.length === 0 ? "nothing" : listWithin(needs.dependsOn, width - 12)),
        ...part("Needed by", needs.requiredBy.length === 0 ? "nothing" : listWithin(needs.requiredBy, width - 12)),
        ...edgeCases.flatMap(({ id, title, decision }) =>
          part("Question", `${id}: ${title} (${decision === null ? "open" : `decided: ${decision.choice}`})`),
        ),
        ...(objects.length === 0 ? [] : ["", style.bold("Objects"), ...objectLines(objects, width)]),
        "",
        style.bold("Up"),
        ...migration.up.flatMap((statement) => statementLines(statement, { style, width })),
        "",
        style.bold(`Down  ${rollbackWords[rollback.status]}${rollback.origin === null ? "" : `, ${rollback.origin}`}`),
        ...(rollback.reason === null ? [] : hang("  ", rollback.reason, width)),
        ...(rollback.check === null ? [] : hang("  Only if this returns no row: ", rollback.check, width)),
        ...[...rollback.upLoses, ...rollback.downLoses].flatMap((loss) => hang("  Does not bring back: ", describeLoss(loss), width)),
        ...(rollback.noBackup === undefined ? [] : hang("  Nothing is saved: ", rollback.noBackup, width)),
        ...savingLines(rollback, width),
        ...rollback.sql.flatMap((sql) => indent(`${sql};`)),
        ...(rollback.proof === null ? [] : hang("  Proof: ", proofText(rollback.proof), width)),
      ];
      return `${lines.join("\n")}\n`;
    },
  };
}

/** What is saved before, and what the way back is without. */
function savingLines({ backup }: PlanMigration["rollback"], width: number): readonly string[] {
  if (backup === undefined) return [];
  const { tables, before, after, without } = backup;
  return [
    ...tables.flatMap(({ table, columns, saves, backup: name }) =>
      hang("  Puts back: ", `${table}${saves === "rows" ? "" : ` (${columns.join(", ")})`}, saved in ${name}`, width),
    ),
    ...hang("  Without: ", `${rollbackWords[without.status]}${without.reason === null ? "" : `: ${without.reason}`}`, width),
    "  -- before the migration, in its transaction",
    ...before.flatMap((sql) => indent(`${sql};`)),
    ...(after.length === 0 ? [] : ["  -- behind it, in its transaction", ...after.flatMap((sql) => indent(`${sql};`))]),
    "  -- the way back",
  ];
}

function objectLines(objects: readonly ObjectChange[], width: number): readonly string[] {
  const heads = alignColumns(objects.map(({ kind, identity, version }) => [`  ${kind}`, identity, version, ""]));
  return objects.flatMap(({ reason }, index) => hang(`${(heads[index] ?? "").trimEnd()}  `, reason, width));
}

function statementLines(statement: PlanStatement, { style, width }: { readonly style: Style; readonly width: number }): readonly string[] {
  const facts = [
    formatLocation(statement.location),
    ...(statement.lock === null ? [] : [`lock ${statement.lock}`]),
    ...(statement.transactional ? [] : ["outside of a transaction"]),
    ...(statement.outcome === "done" ? [] : [statement.outcome]),
  ];
  return [
    ...hang("  -- ", facts.join(", "), width).map((line) => style.dim(line)),
    ...statement.hazards.flatMap(({ rule, severity, message }) =>
      hang("  -- ", `${severity} ${rule}: ${message}`, width).map((line) => style.red(line)),
    ),
    ...(statement.sql === "" ? [] : indent(`${statement.sql};`)),
    ...(statement.data === null
      ? []
      : [`  -- ${statement.data.rows} rows, ${statement.data.bytes} bytes, SHA-256 ${statement.data.sha256}`]),
  ];
}

function proofText({ engine, rows, notCovered }: NonNullable<PlanMigration["rollback"]["proof"]>): string {
  const covered = `executed on ${engine} with ${rows === 1 ? "1 row" : `${rows} rows`}`;
  return notCovered.length === 0 ? covered : `${covered}; not covered: ${notCovered.join("; ")}`;
}

function indent(text: string): readonly string[] {
  return text.split(/\r\n|[\r\n]/).map((line) => `  ${line}`);
}
