import type { EdgeCase } from "../model/edge-case.ts";
import type { Evidence } from "../model/evidence.ts";
import type { Finding, History } from "../model/history.ts";
import { objectKey } from "../model/object.ts";
import type { Plan, PlanBranch, PlanMigration, PlanRollback, PlanStatement, RollbackCounts } from "../model/plan.ts";
import type { ExecutedStatement, MigrationReplay } from "../model/replay.ts";
import type { Rollback, RollbackStatus } from "../model/rollback.ts";
import type { Squash } from "../model/squash.ts";
import type { Compatibility, Hazard, LockMode, MigrationDependency, ObjectHistory, Understanding } from "../model/understanding.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { referToCopyData, referToLongStatement, referToWayBack } from "./bulk-data.ts";
import type { PlanContent } from "./content-id.ts";

/** What is known of one migration when every stage has spoken. Hazards and locks stand in the order of the statements. */
export interface FinishedMigration {
  readonly replay: MigrationReplay;
  readonly rollback: Rollback;
  readonly folder: string;
  readonly understanding: Understanding;
  readonly compatibility: Compatibility;
  readonly evidence: readonly Evidence[];
  readonly hazards: readonly (readonly Hazard[])[];
  readonly locks: readonly (LockMode | null)[];
  readonly operations: number;
}

export interface PlanMaterial {
  readonly history: History;
  readonly engine: Plan["engine"];
  readonly migrations: readonly FinishedMigration[];
  readonly dependencies: readonly MigrationDependency[];
  readonly squash: Squash;
  readonly objects: readonly ObjectHistory[];
  readonly schemaVersion: string;
  /** Mean over the migrations, weighted by their operations, and the lowest. */
  readonly confidence: number;
  readonly minimumConfidence: number;
  readonly branches: readonly PlanBranch[];
  readonly edgeCases: readonly EdgeCase[];
  readonly findings: readonly Finding[];
}

/** Puts a plan together. Secrets are masked, bulk data is referred to by hash; nothing in it depends on the clock. */
export function buildPlan(material: PlanMaterial): PlanContent {
  const { history, migrations, squash, edgeCases } = material;
  const dates = history.migrations.flatMap((migration) => (migration.date === null ? [] : [migration.date])).sort();
  const open = edgeCases.filter((edge) => edge.decision === null);
  return {
    formatVersion: 1,
    source: {
      tool: history.tool,
      toolVersion: history.toolVersion,
      location: history.location,
      migrations: migrations.length,
      from: dates[0] ?? null,
      to: dates.at(-1) ?? null,
    },
    engine: material.engine,
    surroundings: {
      resetBetween: history.resetBetween,
      bookkeeping: history.bookkeeping,
      bookkeepingSql: history.bookkeepingSql,
    },
    summary: {
      operations: migrations.reduce((sum, migration) => sum + migration.operations, 0),
      confidence: round(material.confidence),
      minimumConfidence: round(material.minimumConfidence),
      risk: (["HIGH", "MEDIUM"] as const).find((risk) => open.some((edge) => edge.risk === risk)) ?? "LOW",
      rollbacks: countRollbacks(migrations.map((migration) => migration.rollback.status)),
      version: material.schemaVersion,
    },
    migrations: migrations.map((migration) => planMigration(migration, edgeCases)),
    order: migrations.map((migration) => migration.replay.migration.id),
    dependencies: material.dependencies,
    squash: {
      statements: squash.statements.map((statement) => ({
        ...shown(statement.sql, null),
        ...(statement.data === null ? {} : { data: referToCopyData(statement.data) }),
        migrations: [...new Set(statement.origins.map((origin) => origin.migration))],
        transactional: statement.transactional,
      })),
      merges: squash.merges.map(maskMerge),
      takenBack: squash.takenBack.map(({ merge, difference }) => ({ merge: maskMerge(merge), difference })),
      kept: squash.kept.map((kept) => ({ ...kept, sql: shown(kept.sql, null).sql })),
      elided: squash.elided.map((elided) => ({ ...elided, sql: shown(elided.sql, null).sql })),
      proof: squash.proof,
    },
    objects: material.objects.map(({ object, ...rest }) => ({ kind: object.kind, ...rest })),
    branches: material.branches,
    edgeCases,
    findings: material.findings,
    approvals: [],
  };
}

/** Counts rollbacks by status. `coverage` is the share with any proven way back; 1 where there is no migration. */
export function countRollbacks(statuses: readonly RollbackStatus[]): RollbackCounts {
  const of = (status: RollbackStatus): number => statuses.filter((found) => found === status).length;
  const counts = {
    proven: of("proven"),
    provenConditional: of("proven-conditional"),
    provenLossy: of("proven-lossy"),
    irreversible: of("irreversible"),
    unproven: of("unproven"),
  };
  const covered = counts.proven + counts.provenConditional + counts.provenLossy;
  return { ...counts, coverage: statuses.length === 0 ? 1 : round(covered / statuses.length) };
}

function planMigration(finished: FinishedMigration, edgeCases: readonly EdgeCase[]): PlanMigration {
  const { migration, statements } = finished.replay;
  const entry = finished.replay.entry ?? migration.entry;
  return {
    id: migration.id,
    name: migration.name,
    author: migration.author,
    date: migration.date,
    files: migration.files,
    checksum: migration.checksum,
    ...(entry === undefined ? {} : { entry }),
    ...(migration.adopted === undefined ? {} : { adopted: migration.adopted }),
    folder: finished.folder,
    up: statements.map((statement, index) =>
      planStatement(statement, { hazards: finished.hazards[index] ?? [], lock: finished.locks[index] ?? null }),
    ),
    rollback: planRollback(finished.rollback),
    understanding: finished.understanding,
    compatibility: finished.compatibility,
    evidence: finished.evidence,
    edgeCases: edgeCases.filter((edge) => edge.migration === migration.id).map((edge) => edge.id),
  };
}

function planStatement(
  { step, parsed, outcome }: ExecutedStatement,
  risk: { readonly hazards: readonly Hazard[]; readonly lock: LockMode | null },
): PlanStatement {
  const rows = outcome.kind === "done" ? outcome.rows : null;
  const text = step.kind === "custom-code" ? { sql: "", data: null } : shown(step.sql, rows);
  const changes = parsed?.changes ?? [];
  return {
    sql: text.sql,
    data: step.kind === "copy" ? referToCopyData(step.data) : text.data,
    location: step.location,
    change: changes.map(({ kind, effect }) => ({ kind, effect })),
    objects: {
      reads: distinct(changes.flatMap((change) => change.reads.map(objectKey))),
      writes: distinct(changes.flatMap((change) => change.writes.map(objectKey))),
    },
    lock: risk.lock,
    hazards: risk.hazards,
    transactional: parsed?.transactional ?? true,
    outcome: describeOutcome(outcome),
  };
}

function describeOutcome(outcome: ExecutedStatement["outcome"]): string {
  switch (outcome.kind) {
    case "done":
      return "done";
    case "failed":
      return `failed: ${maskSecrets(outcome.error.message)}`;
    case "skipped":
      return `skipped: ${outcome.reason}`;
  }
}

function planRollback(rollback: Rollback): PlanRollback {
  const { status, origin, statements, upLoses, downLoses, check, reason } = rollback;
  const [proof = null, ...rejected] = rollback.proofs;
  const sql = statements.map((statement) => referToWayBack(maskSecrets(statement.sql)));
  return {
    status,
    origin,
    sql,
    upLoses,
    downLoses,
    check,
    reason,
    proof,
    rejected,
    ...(rollback.backup === undefined ? {} : { backup: rollback.backup }),
    ...(rollback.noBackup === undefined ? {} : { noBackup: rollback.noBackup }),
  };
}

function shown(sql: string, rows: number | null): { readonly sql: string; readonly data: PlanStatement["data"] } {
  return referToLongStatement(maskSecrets(sql), rows);
}

function maskMerge(merge: Squash["merges"][number]): Squash["merges"][number] {
  const mask = (texts: readonly string[]): readonly string[] => texts.map((text) => shown(text, null).sql);
  return { ...merge, before: mask(merge.before), after: mask(merge.after) };
}

function distinct(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)].sort();
}

/** Three decimals: more would claim a precision that the parts do not have. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
