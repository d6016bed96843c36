import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Rollback, RollbackProof } from "../model/rollback.ts";
import { listDifferences, sayDifferences } from "../model/say-difference.ts";

/** The question that a rollback raises: the one that its authors wrote does not restore. Empty where there is nothing to ask. */
export function rollbackQuestions(replay: MigrationReplay, rollback: Rollback): readonly EdgeCaseDraft[] {
  const wrong = rollback.proofs.find(({ origin, ...proof }) => (origin === "authored" || origin === "model") && isWrong(proof));
  if (wrong === undefined || rollback.origin === "authored" || rollback.origin === "model") return [];
  const { migration } = replay;
  const file = migration.files.find(({ role }) => role === "down" || role === "both") ?? migration.files[0];
  const proven = rollback.origin !== null;
  const sql = proven ? rollback.statements.map((statement) => `${statement.sql};`).join("\n") : null;
  return [
    {
      kind: "rollback-wrong",
      title: `The rollback of ${migration.id} does not restore what was before`,
      question: `${describeWrong(wrong)}. Which way back should the converted history have?`,
      action: proven
        ? "Take the proven rollback, keep the one of the authors, or give another."
        : "Keep the rollback of the authors, or give another.",
      risk: "HIGH",
      source: file === undefined ? null : { location: { file: file.path, line: 1 }, text: "" },
      suggestion: proven
        ? {
            text: "The derived rollback was executed and restores catalog and rows.",
            sql,
            origin: rollback.origin === "state-difference" ? "state-difference" : "derived",
            proven: true,
          }
        : null,
      evidence: [{ part: "rollback", statement: describeWrong(wrong), value: 0.6 }],
      choices: [...(proven ? ["use-suggestion"] : []), "keep", "edit"],
    },
  ];
}

function isWrong({ error, differences }: Pick<RollbackProof, "error" | "differences">): boolean {
  return error !== null || differences.some(({ aspect }) => aspect !== "columnOrder");
}

function describeWrong({ error, differences }: RollbackProof): string {
  return error === null
    ? `After the authors' rollback the database is not as before: ${listDifferences(sayDifferences(differences))}`
    : `The authors' rollback fails: ${error}`;
}
