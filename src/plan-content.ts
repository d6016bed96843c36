import type { Analysis } from "./analysis/analyse.ts";
import type { ProvenOutcome } from "./cache/history-cache.ts";
import type { MigrateRequest } from "./configuration/resolve-request.ts";
import { migrationFolder } from "./export/slug.ts";
import type { History } from "./model/history.ts";
import type { PlanBranch } from "./model/plan.ts";
import type { MigrationReplay } from "./model/replay.ts";
import { buildPlan } from "./plan/build-plan.ts";
import type { PlanContent } from "./plan/content-id.ts";
import type { Stage } from "./run.ts";

interface Finished {
  readonly replays: readonly MigrationReplay[];
  readonly outcome: ProvenOutcome;
  readonly analysis: Analysis;
}

/** Puts what every stage found out into a plan; its lists stand in the order of the migrations. */
export function planContent(
  { history, request }: Pick<Stage, "history" | "request">,
  { replays, outcome, analysis }: Finished,
): PlanContent {
  const { engine, rollbacks, squash } = outcome;
  return buildPlan({
    history,
    engine: { postgres: engine.version, embedded: engine.embedded },
    migrations: analysis.migrations.map((migration, index) => ({
      ...migration,
      replay: at(replays, index),
      rollback: at(rollbacks, index),
      folder: migrationFolder(index + 1, at(replays, index).migration),
    })),
    dependencies: analysis.dependencies,
    squash,
    objects: analysis.objects,
    schemaVersion: analysis.schemaVersion,
    confidence: analysis.confidence,
    minimumConfidence: analysis.minimumConfidence,
    branches: branchesOf(history, request),
    edgeCases: analysis.edgeCases,
    findings: analysis.findings,
  });
}

/** `main` with all that belongs to no environment, and a branch for each environment that has migrations of its own. */
function branchesOf(history: History, request: MigrateRequest): readonly PlanBranch[] {
  const shared = history.migrations.filter((migration) => migration.environment === null).map((migration) => migration.id);
  const main = { name: "main", environment: null, database: null, migrations: shared };
  const others = history.environments
    .filter((environment) => environment.migrations.length > 0)
    .map(({ name, migrations }): PlanBranch => {
      const settings = request.environments[name];
      return { name: settings?.branch ?? name, environment: name, database: settings?.database ?? null, migrations };
    });
  return [main, ...others];
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing stands at ${index} of ${items.length}`);
  return item;
}
