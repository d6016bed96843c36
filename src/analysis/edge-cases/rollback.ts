import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import { hasWayBack } from "../../model/rollback.ts";
import { listNames } from "../names.ts";
import { shorten } from "../sql-text.ts";
import type { QuestionContext, Question } from "./question.ts";

function place(context: QuestionContext): EdgeCaseDraft["source"] {
  const [statement] = context.scope.replay.statements;
  if (statement === undefined) return null;
  const { step } = statement;
  const text = step.kind === "custom-code" ? step.text : step.sql;
  return { location: step.location, text: shorten(context.mask(text), 2_000) };
}

function sentence(text: string): string {
  const start = text.charAt(0);
  // A sentence that begins with a name in the database keeps the name as it is.
  const named = /^[\w".]+[.:]/.test(text);
  return `${named ? start : start.toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

/**
 * No way back although nobody said so. Asked where an own rollback would be written; a migration whose only obstacle are rows that
 * nobody can bring back is asked about its data change, and one whose author said so is a finding.
 */
export const askIrreversible: Question = (context) => {
  const { rollback, scope, pending } = context;
  if (rollback === null || rollback.declared === true) return null;
  if (hasWayBack(rollback)) return null;
  // Its rollback waits for the SQL that stands in for the code, and that is asked already.
  if (scope.replay.statements.some(({ step }) => step.kind === "custom-code")) return null;
  const unproven = rollback.status === "unproven";
  const onlyRows = scope.sites.some((site) => site.change.effect === "data" || site.change.effect === "unknown");
  if (!unproven && onlyRows && !pending) return null;
  const { id } = scope.replay.migration;
  const { noBackup, upLoses } = rollback;
  const tried = noBackup === undefined ? "" : ` A prior backup does not help: ${noBackup}.`;
  const savable = noBackup === undefined && (onlyRows || upLoses.length > 0);
  return {
    kind: "irreversible",
    title: unproven ? `No rollback of ${id} was proven` : `${id} cannot be rolled back`,
    question: `${sentence(rollback.reason ?? "no candidate restored what was there")} ${tried === "" ? "" : `${tried.trim()} `}Is there a way back that you know?`,
    action: savable
      ? "Save the rows before it runs (keep-data), keep it without a rollback (there is then no way back past it), or give the SQL of one (edit)."
      : "Keep it without a rollback (there is then no way back past it), or give the SQL of one (edit).",
    risk: unproven ? "HIGH" : "MEDIUM",
    source: place(context),
    suggestion: null,
    evidence: context.confidence.evidence.filter((part) => part.part === "rollback"),
    choices: savable ? ["keep", "keep-data", "edit"] : ["keep", "edit"],
  };
};

/** What a migration destroys that has yet to run: the rows are still there. In a history that has run it is a finding. */
export const askDataLoss: Question = (context) => {
  const { rollback, pending, scope } = context;
  if (!pending || rollback === null || rollback.upLoses.length === 0 || rollback.backup !== undefined) return null;
  const losses = rollback.upLoses.map((loss) => `${loss.table ?? "the database"}: ${loss.what}`);
  return {
    kind: "data-loss",
    title: `${scope.replay.migration.id} destroys data`,
    question: `It has not run yet, and it destroys ${listNames(losses)}. Save the rows first?`,
    action: "Keep it with a prior backup of these rows, keep it as it is, or leave it out.",
    risk: "HIGH",
    source: place(context),
    suggestion: { text: "A prior backup, so that the way back can put the rows back.", sql: null, origin: "rule", proven: false },
    evidence: context.confidence.evidence.filter((part) => part.part === "rollback"),
    choices: rollback.noBackup === undefined ? ["keep", "keep-data", "edit", "exclude"] : ["keep", "edit", "exclude"],
  };
};
