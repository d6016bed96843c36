import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { contentIdOf, decisionsIdOf, type PlanContent } from "./content-id.ts";
import { readPlan } from "./read-plan.ts";

const planName = /^migration_plan_(\d{8})(?:-(\d+))?\.json$/;

/** A plan with its place: the file that already holds the same content, or a new name of today. */
export interface PlacedPlan {
  readonly plan: Plan;
  /** File name without folder. */
  readonly name: string;
}

/** Puts the two hashes on a plan. */
export function sealPlan(content: PlanContent): Plan {
  return { ...content, contentId: contentIdOf(content), decisionsId: decisionsIdOf(content) };
}

/** The plans in a folder, oldest first (by date, then by number). A folder that does not exist has none. */
export async function listPlans(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [] as string[];
    throw error;
  });
  return names.filter((name) => planName.test(name)).sort(byDateThenNumber);
}

/**
 * Chooses the name of a plan: unchanged content keeps the file that it has, changed content of the same day gets `-2`, `-3`, …
 * A plan of the same folder that was edited by hand is a failure, so that nobody's work is overwritten.
 */
export async function placePlan(plan: Plan, request: { readonly folder: string; readonly today: string }): Promise<Result<PlacedPlan>> {
  const newest = await readNewestPlan(request.folder);
  if (newest.kind === "failed") return newest;
  const existing = newest.value?.plan;
  const same = existing?.contentId === plan.contentId && existing.decisionsId === plan.decisionsId;
  if (newest.value !== null && same) return ok(newest.value);
  return ok({ plan, name: nextName(await listPlans(request.folder), request.today) });
}

/** The newest plan of a folder, `null` where there is none. Fails where it cannot be read or was edited by hand. */
export async function readNewestPlan(folder: string): Promise<Result<PlacedPlan | null>> {
  const name = (await listPlans(folder)).at(-1);
  if (name === undefined) return ok(null);
  const read = await readPlan(join(folder, name));
  return read.kind === "failed" ? read : ok({ plan: read.value, name });
}

function nextName(names: readonly string[], today: string): string {
  const numbers = names.map((name) => planName.exec(name)).filter((match) => match?.[1] === today);
  if (numbers.length === 0) return `migration_plan_${today}.json`;
  const last = Math.max(...numbers.map((match) => Number(match?.[2] ?? 1)));
  return `migration_plan_${today}-${last + 1}.json`;
}

function byDateThenNumber(a: string, b: string): number {
  const [, dateA = "", numberA = "1"] = planName.exec(a) ?? [];
  const [, dateB = "", numberB = "1"] = planName.exec(b) ?? [];
  return dateA === dateB ? Number(numberA) - Number(numberB) : dateA < dateB ? -1 : 1;
}
