import type { EdgeCaseDraft } from "../../../src/model/edge-case.ts";
import type { Finding } from "../../../src/model/history.ts";
import { valueOf, type Node } from "../source/node.ts";
import { checkPreconditions, describe, type Circumstances, type Verdict } from "./preconditions.ts";

/** Whether a changeSet runs. */
export type Decision = { readonly kind: "run" } | { readonly kind: "skip"; readonly mark: "MARK_RAN" | "CONTINUE" };

/** Whose preconditions they are, and where what is found out goes. */
export interface Subject {
  readonly id: string;
  readonly run: { readonly findings: Finding[]; readonly edgeCases: EdgeCaseDraft[] };
}

/**
 * Asks the preconditions of a changeSet and does as `onFail` and `onError` say (`PreconditionContainer`): MARK_RAN and CONTINUE leave the changeSet out, WARN runs
 * it. Where Liquibase would halt, or where nobody here can answer, the changeSet runs, as it did wherever the history was applied, and a question is asked.
 */
export async function decide(groups: readonly Node[], circumstances: Circumstances, subject: Subject): Promise<Decision> {
  for (const group of groups) {
    const verdict = await checkPreconditions(group, circumstances);
    if (verdict.kind === "holds") continue;
    const onFail = (valueOf(group, "onFail") ?? "HALT").toUpperCase();
    const onError = (valueOf(group, "onError") ?? "HALT").toUpperCase();
    const action = verdict.kind === "error" ? onError : onFail;
    if (verdict.kind === "unknown" || action === "HALT") {
      subject.run.edgeCases.push(question(group, verdict, subject.id));
      continue;
    }
    subject.run.findings.push(finding(group, { verdict, action, id: subject.id }));
    if (action === "MARK_RAN" || action === "CONTINUE") return { kind: "skip", mark: action };
  }
  return { kind: "run" };
}

function finding(
  group: Node,
  { verdict, action, id }: { readonly verdict: Verdict; readonly action: string; readonly id: string },
): Finding {
  const why = verdict.kind === "holds" ? "" : verdict.why;
  const outcome = action === "WARN" ? "it runs all the same (WARN)" : `it does nothing on an empty database (${action})`;
  const code = `precondition-${action.toLowerCase().replaceAll("_", "-")}`;
  return { kind: "finding", code, message: `${id}: ${why}; ${outcome}`, location: group.location, migration: id };
}

function question(group: Node, verdict: Verdict, id: string): EdgeCaseDraft {
  const why = verdict.kind === "holds" ? "" : verdict.why;
  const fails =
    verdict.kind === "unknown"
      ? `cannot be answered here: ${why}`
      : `does not hold on a database that the history made: ${why}; Liquibase would stop there`;
  return {
    kind: "precondition",
    title: `The precondition of ${id} ${verdict.kind === "unknown" ? "cannot be answered" : "does not hold"}`,
    question: `The precondition of ${id} ${fails}. It was run as if the precondition held. Is it part of the history?`,
    action: "Keep the migration, give the SQL that stands for it, or leave it out.",
    risk: "MEDIUM",
    source: { location: group.location, text: group.children.map((child) => describe(child)).join("; ") },
    suggestion: null,
    evidence: [{ part: "executed", statement: `precondition: ${why}`, value: 0.85 }],
    choices: ["keep", "edit", "exclude"],
  };
}
