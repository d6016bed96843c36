import type { Plan } from "../model/plan.ts";
import { hashOf } from "./canonical-json.ts";

/** A plan before it has its ids. */
export type PlanContent = Omit<Plan, "contentId" | "decisionsId">;

/** What was read and found, without what people added: SHA-256, hexadecimal. */
export function contentIdOf(plan: PlanContent | Plan): string {
  const { approvals: _approvals, request: _request, edgeCases, ...rest } = plan;
  const content: Record<string, unknown> = { ...rest, edgeCases: edgeCases.map(({ decision: _decision, ...question }) => question) };
  delete content["contentId"];
  delete content["decisionsId"];
  return hashOf(content);
}

/** The decisions alone, by edge case: SHA-256, hexadecimal. */
export function decisionsIdOf(plan: Pick<Plan, "edgeCases">): string {
  return hashOf(plan.edgeCases.filter((edge) => edge.decision !== null).map((edge) => ({ id: edge.id, decision: edge.decision })));
}
