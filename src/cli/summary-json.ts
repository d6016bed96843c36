import type { Plan } from "../model/plan.ts";

/** What `migrate --json` prints, key by key as `docs/cli.md` has it. */
export interface MigrateSummary {
  readonly plan: string | null;
  readonly source: Plan["source"];
  readonly operations: number;
  readonly confidence: number;
  readonly minimumConfidence: number;
  readonly risk: "LOW" | "MEDIUM" | "HIGH";
  readonly branches: number;
  readonly rollbacks: Plan["summary"]["rollbacks"];
  readonly squash: {
    readonly statementsBefore: number;
    readonly statementsAfter: number;
    readonly merges: number;
    readonly proven: boolean;
  };
  readonly edgeCases: { readonly open: number; readonly decided: number };
  readonly versions: { readonly schema: string; readonly objects: number };
  readonly database: null;
  /** Of how many migrations an earlier run had the results. */
  readonly remembered: number;
  readonly timings: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
}

export interface MeasuredRun {
  readonly remembered: number;
  readonly planPath: string | null;
  /** Seconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
}

/** The summary of a plan and of the run that made it. */
export function summariseMigrate(plan: Plan, run: MeasuredRun): MigrateSummary {
  const open = plan.edgeCases.filter((edge) => edge.decision === null).length;
  return {
    plan: run.planPath,
    source: { ...plan.source, from: plan.source.from?.slice(0, 10) ?? null, to: plan.source.to?.slice(0, 10) ?? null },
    operations: plan.summary.operations,
    confidence: plan.summary.confidence,
    minimumConfidence: plan.summary.minimumConfidence,
    risk: plan.summary.risk,
    branches: plan.branches.length,
    rollbacks: plan.summary.rollbacks,
    squash: {
      statementsBefore: plan.migrations.reduce((sum, migration) => sum + migration.up.length, 0),
      statementsAfter: plan.squash.statements.length,
      merges: plan.squash.merges.length,
      proven: plan.squash.proof.proven,
    },
    edgeCases: { open, decided: plan.edgeCases.length - open },
    versions: { schema: plan.summary.version, objects: plan.objects.filter((object) => !object.dropped).length },
    database: null,
    remembered: run.remembered,
    timings: Object.fromEntries(Object.entries(run.timings).map(([name, seconds]) => [name, Number(seconds.toFixed(3))])),
    peakMemoryBytes: run.peakMemoryBytes,
  };
}
