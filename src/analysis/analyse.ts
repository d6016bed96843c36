import type { EdgeCase, EdgeCaseDraft } from "../model/edge-case.ts";
import type { Evidence } from "../model/evidence.ts";
import type { Finding, History } from "../model/history.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Rollback } from "../model/rollback.ts";
import type { Squash } from "../model/squash.ts";
import type {
  Compatibility,
  Hazard,
  LockMode,
  MigrationDependency,
  ObjectHistory,
  Understanding,
  VersionBump,
} from "../model/understanding.ts";
import { compatibilityOf } from "./compatibility.ts";
import {
  confidenceOf,
  executedEvidence,
  judgeEvidence,
  overallConfidence,
  readEvidence,
  rollbackEvidence,
  squashEvidence,
  type Confidence,
} from "./confidence.ts";
import { findDependencies } from "./dependencies.ts";
import { askCircle, askSquashDifference } from "./edge-cases/history-wide.ts";
import { askManualReview } from "./edge-cases/manual-review.ts";
import { numberQuestions, questionsOf, type RaisedQuestion } from "./edge-cases/index.ts";
import { findingsOf, historyFindings } from "./findings.ts";
import { hazardsOfScope, type StatementHazards } from "./hazards/index.ts";
import { describeIntent } from "./intent/index.ts";
import { findOptimizations } from "./optimization.ts";
import { findPatterns } from "./patterns/index.ts";
import { openScope, type MigrationScope } from "./scope.ts";
import { summarise, type AnalysisSummary } from "./summary.ts";
import { findTransitions } from "./transitions/find-transitions.ts";
import type { Transition } from "./transitions/transition.ts";
import { findVersions } from "./versions.ts";

/** All that the stages before found out. Lists stand in the order of `replays`. */
export interface AnalysisInput {
  readonly history: History;
  readonly replays: readonly MigrationReplay[];
  /** `null` where the run stopped before rollbacks were proven; else one per replay. */
  readonly rollbacks: readonly Rollback[] | null;
  /** `null` where the run stopped before the squash. */
  readonly squash: Squash | null;
  /** Questions of other stages, by migration id (`null`: the whole history), beside those that migrations and replays carry themselves. */
  readonly drafts: readonly { readonly migration: string | null; readonly draft: EdgeCaseDraft }[];
  /** Ids of the migrations that a target still has to run; empty without a target. */
  readonly pending: ReadonlySet<string>;
  /** `every-migration`: those that raise no question of their own are one. Absent: only what needs an answer is asked. */
  readonly asking?: "every-migration" | "as-needed";
  /** Whose result the end state was compared with (`flyway migrate`, `pg_dump`), or `null`. */
  readonly comparedWith: string | null;
}

/** What a pure room cannot make itself. */
export interface AnalysisTools {
  /** A hash of the text in hexadecimal, at least 16 digits. */
  readonly identify: (text: string) => string;
  /** A statement with its secrets masked. */
  readonly mask: (sql: string) => string;
}

/** One migration understood. `hazards` and `locks` have one entry per statement of its replay. */
export interface MigrationAnalysis {
  readonly id: string;
  readonly understanding: Understanding;
  readonly compatibility: Compatibility;
  readonly evidence: readonly Evidence[];
  readonly hazards: readonly (readonly Hazard[])[];
  readonly locks: readonly (LockMode | null)[];
  /** Typed changes of the catalog or of rows; session commands are none. */
  readonly operations: number;
  readonly transitions: readonly Transition[];
}

export interface Analysis {
  readonly migrations: readonly MigrationAnalysis[];
  readonly dependencies: readonly MigrationDependency[];
  readonly objects: readonly ObjectHistory[];
  readonly schemaVersion: string;
  readonly schemaHistory: readonly VersionBump[];
  readonly edgeCases: readonly EdgeCase[];
  readonly findings: readonly Finding[];
  readonly confidence: number;
  readonly minimumConfidence: number;
  readonly summary: AnalysisSummary;
}

interface Entry {
  readonly id: string;
  readonly replay: MigrationReplay;
  readonly scope: MigrationScope;
  readonly transitions: readonly Transition[];
  readonly hazards: readonly StatementHazards[];
  readonly rollback: Rollback | null;
  readonly confidence: Confidence;
}

function openEntry(input: AnalysisInput, index: number, replay: MigrationReplay): Entry {
  const scope = openScope(replay);
  const rollback = input.rollbacks?.[index] ?? null;
  const confidence = confidenceOf({
    read: readEvidence(replay),
    executed: executedEvidence(replay),
    rollback: rollback === null ? null : rollbackEvidence(rollback),
    squash: input.squash === null ? null : squashEvidence(replay.migration.id, input.squash),
    judge: judgeEvidence(input.comparedWith),
  });
  return {
    id: replay.migration.id,
    replay,
    scope,
    transitions: findTransitions(replay),
    hazards: hazardsOfScope(scope),
    rollback,
    confidence,
  };
}

/** Typed changes of the catalog or of rows. Commands that only steer the session are none; what is not known counts. */
function countOperations(replay: MigrationReplay): number {
  let operations = 0;
  for (const { parsed } of replay.statements) for (const change of parsed?.changes ?? []) if (change.effect !== "session") operations += 1;
  return operations;
}

function byStatement<T>(entry: Entry, read: (found: StatementHazards) => T, absent: T): readonly T[] {
  const found = new Map(entry.hazards.map((item) => [item.index, read(item)]));
  return entry.replay.statements.map((_statement, index) => found.get(index) ?? absent);
}

function askEverything(input: AnalysisInput, entries: readonly Entry[], tools: AnalysisTools): RaisedQuestion[] {
  const raised: RaisedQuestion[] = [];
  const draftsOf = new Map<string | null, EdgeCaseDraft[]>();
  for (const { migration, draft } of input.drafts) draftsOf.set(migration, [...(draftsOf.get(migration) ?? []), draft]);
  for (const { id, scope, transitions, rollback, confidence } of entries) {
    const compatibility = compatibilityOf(transitions);
    const context = { scope, transitions, rollback, confidence, compatibility, pending: input.pending.has(id), mask: tools.mask };
    const own = questionsOf(context, draftsOf.get(id) ?? []);
    const questions = own.length === 0 && input.asking === "every-migration" ? [askManualReview(context)] : own;
    for (const draft of questions) raised.push({ migration: id, confidence: confidence.value, draft });
  }
  for (const draft of draftsOf.get(null) ?? []) raised.push({ migration: null, confidence: 1, draft });
  return raised;
}

/**
 * Understands a history from what its replay, its rollbacks and its squash showed: intent, pattern, optimization, version,
 * compatibility, locks, hazards and confidence of every migration; dependencies, object versions, questions and findings of the whole.
 * Pure: the same input gives the same answer. Cost in proportion to the statements and the objects that they touch.
 */
export function analyse(input: AnalysisInput, tools: AnalysisTools): Analysis {
  const entries = input.replays.map((replay, index) => openEntry(input, index, replay));
  const patterns = findPatterns(entries);
  const optimizations = input.squash === null ? null : findOptimizations(input.squash);
  const versions = findVersions(entries);
  const dependencies = findDependencies(input.replays);
  const migrations = entries.map((entry): MigrationAnalysis => {
    const { id, scope, transitions, confidence } = entry;
    return {
      id,
      understanding: {
        intent: describeIntent(scope, transitions),
        pattern: patterns.byMigration.get(id) ?? "EMPTY",
        optimization: optimizations?.get(id) ?? "NONE",
        semantic_version: versions.after.get(id) ?? "0.0.0",
        confidence: confidence.value,
      },
      compatibility: compatibilityOf(transitions),
      evidence: confidence.evidence,
      hazards: byStatement(entry, (found) => found.hazards, []),
      locks: byStatement(entry, (found) => found.lock, null),
      operations: countOperations(entry.replay),
      transitions,
    };
  });
  const overall = overallConfidence(
    migrations.map(({ operations, understanding }) => ({ operations, confidence: understanding.confidence })),
  );
  const raised = askEverything(input, entries, tools);
  const wide = [askSquashDifference(input.squash), ...dependencies.cycles.map((cycle) => askCircle(cycle, input.squash))];
  for (const draft of wide) if (draft !== null) raised.push({ migration: null, confidence: overall.confidence, draft });
  const own = entries.flatMap((entry) => findingsOf(entry.scope, entry.hazards, entry.rollback));
  return {
    migrations,
    dependencies: dependencies.migrations,
    objects: versions.objects,
    schemaVersion: versions.schema.at(-1)?.version ?? "0.0.0",
    schemaHistory: versions.schema,
    edgeCases: numberQuestions(raised, tools.identify),
    findings: [
      ...input.history.findings,
      ...input.replays.flatMap((replay) => replay.findings ?? []),
      ...own,
      ...historyFindings(dependencies, patterns.redundantIndexes),
    ],
    confidence: overall.confidence,
    minimumConfidence: overall.minimum,
    summary: summarise(migrations, versions.objects),
  };
}
