import type { EdgeCase } from "../../model/edge-case.ts";
import type { Plan, PlanMigration } from "../../model/plan.ts";
import type { VersionBump } from "../../model/understanding.ts";
import { html, join, type Markup } from "./markup.ts";
import { anchor, objectId } from "./report-data.ts";

/** What the parts of the report look up in a plan. */
export interface PlanIndex {
  readonly plan: Plan;
  readonly bumps: ReadonlyMap<
    string,
    readonly (VersionBump & { readonly identity: string; readonly kind: string; readonly objectId: string })[]
  >;
  readonly needs: ReadonlyMap<string, readonly { readonly id: string; readonly through: readonly string[] }[]>;
  readonly neededBy: ReadonlyMap<string, readonly string[]>;
  readonly questions: ReadonlyMap<string, readonly EdgeCase[]>;
  /** Numbers of the merges that a migration takes part in. */
  readonly merges: ReadonlyMap<string, readonly number[]>;
  readonly findings: ReadonlyMap<string, readonly string[]>;
  readonly ids: ReadonlySet<string>;
}

export function indexPlan(plan: Plan): PlanIndex {
  const bumps = new Map<string, (VersionBump & { identity: string; kind: string; objectId: string })[]>();
  const needs = new Map<string, { id: string; through: readonly string[] }[]>();
  const neededBy = new Map<string, string[]>();
  const questions = new Map<string, EdgeCase[]>();
  const merges = new Map<string, number[]>();
  const findings = new Map<string, string[]>();
  plan.objects.forEach(({ kind, identity, history }) => {
    for (const bump of history) append(bumps, bump.migration, { ...bump, identity, kind, objectId: objectId(kind, identity) });
  });
  for (const { migration, dependsOn, through } of plan.dependencies) {
    append(needs, migration, { id: dependsOn, through });
    append(neededBy, dependsOn, migration);
  }
  for (const question of plan.edgeCases) if (question.migration !== null) append(questions, question.migration, question);
  plan.squash.merges.forEach((merge, index) => {
    for (const id of new Set(merge.migrations)) append(merges, id, index);
  });
  for (const finding of plan.findings) if (finding.migration !== null) append(findings, finding.migration, finding.message);
  return { plan, bumps, needs, neededBy, questions, merges, findings, ids: new Set(plan.migrations.map(({ id }) => id)) };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** A migration as a link, or as its bare id where the plan has none of that id. */
export function linkMigration(id: string, { ids }: Pick<PlanIndex, "ids">): Markup {
  return ids.has(id) ? html`<a href="#${anchor("migration", id)}">${id}</a>` : html`${id}`;
}

const mostLinks = 16;

/** Migrations as links; of very many the first, and how many more. */
export function linkMigrations(given: readonly string[], index: Pick<PlanIndex, "ids">): Markup {
  const ids = [...new Set(given)];
  const links = join(
    ids.slice(0, mostLinks).map((id) => linkMigration(id, index)),
    html`, `,
  );
  return ids.length > mostLinks ? html`${links} and ${ids.length - mostLinks} more` : links;
}

/** The worst severity of the hazards of a migration; `null` where it has none. */
export function worstHazard({ up }: PlanMigration): "high" | "medium" | "low" | null {
  const found = new Set(up.flatMap(({ hazards }) => hazards.map(({ severity }) => severity)));
  return (["high", "medium", "low"] as const).find((severity) => found.has(severity)) ?? null;
}
