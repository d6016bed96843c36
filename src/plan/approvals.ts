import type { Failure } from "../model/failure.ts";
import type { Approval, Plan } from "../model/plan.ts";

/** How many people have to have approved, and roles of which each has to be among them. */
export interface RequiredApprovals {
  readonly count: number;
  readonly roles: readonly string[];
}

/** The approvals of the plan as it stands: each person once, the newest counts. Approvals of another content or of other decisions are none. */
export function standingApprovals({
  approvals,
  contentId,
  decisionsId,
}: Pick<Plan, "approvals" | "contentId" | "decisionsId">): readonly Approval[] {
  const byPerson = new Map<string, Approval>();
  for (const approval of approvals) {
    const stands = approval.contentId === contentId && approval.decisionsId === decisionsId;
    if (stands) byPerson.set(personOf(approval.as), approval);
  }
  return [...byPerson.values()];
}

/** Enters an approval of the plan as it stands; one of the same person that stands already is replaced. */
export function approvePlan(plan: Plan, { as: name, role, at }: Pick<Approval, "as" | "role" | "at">): Plan {
  const as = name.trim();
  const { contentId, decisionsId } = plan;
  const others = plan.approvals.filter(
    (one) => personOf(one.as) !== personOf(as) || one.contentId !== contentId || one.decisionsId !== decisionsId,
  );
  return { ...plan, approvals: [...others, { as, role, at, contentId, decisionsId }] };
}

/** Why the approvals of a plan are not enough to apply it (exit 4); `null` where they are. */
export function missingApprovals(plan: Plan, required: RequiredApprovals): Failure | null {
  const standing = standingApprovals(plan);
  const roles = required.roles.filter((role) => !standing.some((approval) => approval.role?.toLowerCase() === role.toLowerCase()));
  if (standing.length >= required.count && roles.length === 0) return null;
  const have = standing.length === 0 ? "none" : standing.map(({ as, role }) => (role === null ? as : `${as} (${role})`)).join(", ");
  const outdated = [...new Set(plan.approvals.filter((one) => !standing.includes(one)).map(({ as }) => as))];
  const before =
    outdated.length === 0
      ? ""
      : ` ${outdated.join(", ")} approved it before its content or its decisions changed: that does not count any more.`;
  const wanted = [
    ...(standing.length < required.count ? [`${required.count} ${required.count === 1 ? "approval" : "approvals"}`] : []),
    ...roles.map((role) => `one by ${role}`),
  ];
  return {
    kind: "failure",
    code: "approvals-missing",
    message: `Nothing was run: the plan needs ${wanted.join(" and ")}, and has ${have}.${before}`,
    location: null,
    hint: "Whoever has read the plan as it stands: `pggit approve PLAN --as NAME [--role ROLE]`.",
    exitCode: 4,
  };
}

function personOf(name: string): string {
  return name.trim().toLowerCase();
}
