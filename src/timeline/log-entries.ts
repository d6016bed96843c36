import type { Plan, PlanMigration } from "../model/plan.ts";
import type { RollbackStatus } from "../model/rollback.ts";
import { namedObjects, type Mentioned } from "./objects.ts";

/** One migration as `pggit log` tells it. */
export interface LogEntry {
  readonly id: string;
  readonly name: string;
  readonly author: string | null;
  readonly date: string | null;
  /** The version of the schema right behind it, or of the object that was asked about. */
  readonly version: string;
  readonly intent: string;
  readonly pattern: string;
  readonly rollback: RollbackStatus;
  readonly confidence: number;
  readonly branch: string;
  readonly files: readonly string[];
  readonly statements: number;
}

/** A change of an object, as a migration made it. */
export interface ObjectChange {
  readonly kind: string;
  /** The name behind the change. */
  readonly identity: string;
  readonly level: string;
  readonly version: string;
  readonly reason: string;
}

/** The branch that each migration belongs to; `main` where none claims it. */
export function branchOfMigrations(plan: Pick<Plan, "branches">): (id: string) => string {
  const branches = new Map(plan.branches.flatMap(({ name, migrations }) => migrations.map((id): [string, string] => [id, name])));
  return (id) => branches.get(id) ?? "main";
}

/** The migrations of a plan, the newest first as in `git log`. */
export function logEntries(plan: Plan): readonly LogEntry[] {
  const branchOf = branchOfMigrations(plan);
  return plan.migrations.map((migration) => entryOf(migration, branchOf(migration.id))).toReversed();
}

/** The migrations that changed an object, the newest first, each with the object's version and what it did to it. */
export function objectLog(plan: Plan, { object }: Pick<Mentioned, "object">): readonly LogEntry[] {
  const entries = new Map(logEntries(plan).map((entry) => [entry.id, entry]));
  return object.history
    .flatMap(({ migration, version, reason }) => {
      const entry = entries.get(migration);
      return entry === undefined ? [] : [{ ...entry, version, intent: reason }];
    })
    .toReversed();
}

/** What a migration did to each object, as the catalogs before and after it say. */
export function changesOf(plan: Pick<Plan, "objects">, migration: string): readonly ObjectChange[] {
  return namedObjects(plan).flatMap(({ object, line }) =>
    line.steps
      .filter((step) => step.migration === migration)
      .map(({ schema, name, level, version, reason }) => ({
        kind: object.kind,
        identity: schema === "" ? name : `${schema}.${name}`,
        level,
        version,
        reason,
      })),
  );
}

/** Which migrations a migration needs, and which need it. */
export function needsOf(
  plan: Pick<Plan, "dependencies">,
  migration: string,
): { readonly dependsOn: readonly string[]; readonly requiredBy: readonly string[] } {
  return {
    dependsOn: plan.dependencies.filter((edge) => edge.migration === migration).map(({ dependsOn }) => dependsOn),
    requiredBy: plan.dependencies.filter((edge) => edge.dependsOn === migration).map((edge) => edge.migration),
  };
}

function entryOf(migration: PlanMigration, branch: string): LogEntry {
  const { id, name, author, date, understanding, rollback, files, up } = migration;
  return {
    id,
    name,
    author,
    date,
    version: understanding.semantic_version,
    intent: understanding.intent,
    pattern: understanding.pattern,
    rollback: rollback.status,
    confidence: understanding.confidence,
    branch,
    files: files.filter(({ role }) => role !== "settings").map(({ path }) => path),
    statements: up.length,
  };
}
