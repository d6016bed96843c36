import { hostname } from "node:os";
import type { Result } from "../model/failure.ts";
import { describeUser, enter, type PlanUser } from "../plan/in-use.ts";

/** Works with the plans of a folder, and says so to everybody else meanwhile. Fails (exit 4) where the work would change plans that somebody else changes. */
export async function whileInUse<T>(
  folder: string,
  { command, by }: Pick<PlanUser, "command" | "by">,
  work: (others: readonly PlanUser[]) => Promise<Result<T>>,
): Promise<Result<T>> {
  const entered = await enter(folder, { command, by, host: hostname(), pid: process.pid, since: new Date().toISOString() });
  if (entered.kind === "failed") return entered;
  try {
    return await work(entered.value.others);
  } finally {
    await entered.value.leave();
  }
}

/** What whoever decides is told of those who apply the plan just now: one line each. */
export function sayOthers(others: readonly PlanUser[]): readonly string[] {
  return others.map((other) => `${describeUser(other)}; its run goes on with the decisions that it began with.`);
}
