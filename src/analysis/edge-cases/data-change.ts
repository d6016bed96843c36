import type { RowChange } from "../../model/replay.ts";
import { assignedColumns, computesFromRows, decidesByRules, isSeed } from "../data-changes.ts";
import type { ChangeSite } from "../scope.ts";
import { readableWords } from "../sql-text.ts";
import { andMore, sourceOf, type Question, type QuestionContext } from "./question.ts";

const ROUTINE_KINDS: ReadonlySet<string> = new Set(["do", "call", "select"]);

/** DO, CALL and SELECT f(): what they write is known from the body where it is static, else from the rows that changed. */
function writesThroughCode(site: ChangeSite, context: QuestionContext): boolean {
  if (!ROUTINE_KINDS.has(site.change.kind) || site.change.effect !== "unknown") return false;
  const silent = context.scope.replay.rows.some((row: RowChange) => row.existedBefore && row.updated + row.deleted > 0);
  if (site.change.kind !== "do") return silent;
  const existing = site.change.writes.some((ref) => ref.kind === "table" && existedBefore(ref, context));
  return (existing && changesRowsInCode(site.sql)) || silent;
}

/** Inserts alone are seeds that look before they write; what changes or removes rows decides something about them. */
function changesRowsInCode(sql: string): boolean {
  return /\bupdate\s+[\w".]+\s+(?:as\s+\w+\s+|\w+\s+)?set\b|\bdelete\s+from\b|\bmerge\s+into\b/.test(readableWords(sql));
}

function existedBefore(ref: { readonly schema: string | null; readonly name: string }, context: QuestionContext): boolean {
  const now = context.scope.findRelation(ref, "after");
  const was = context.scope.findRelation(ref, "before");
  return was !== null || now === null;
}

function isBusinessLogic(site: ChangeSite, context: QuestionContext): boolean {
  const { kind } = site.change;
  if (writesThroughCode(site, context)) return true;
  if (kind !== "update" && kind !== "merge" && kind !== "insert") return false;
  if (site.subject?.existed !== true || site.change.details.temporary === true || isSeed(site)) return false;
  // Moving rows to where they now belong is no rule of the business; deciding what they become is.
  if (kind === "insert" || fillsNewColumns(site, context)) return decidesByRules(site.sql);
  return computesFromRows(site.sql);
}

/** A backfill: every column that is assigned was added by the same migration. */
function fillsNewColumns(site: ChangeSite, context: QuestionContext): boolean {
  const added = new Set(
    context.transitions.filter((t) => t.kind === "column-added" || t.kind === "required-column-added").map((t) => t.part),
  );
  const columns = assignedColumns(site.sql);
  return columns.length > 0 && columns.every((column) => added.has(column));
}

/** Whether a prior backup would bring back what is lost without one, as far as is known. */
function canBeSaved({ rollback }: QuestionContext): boolean {
  if (rollback === null || rollback.noBackup !== undefined) return false;
  return rollback.backup !== undefined || !["proven", "proven-conditional"].includes(rollback.status);
}

/** Business logic on rows that exist: what a migration computes, and not what it lists. Seeds and plain backfills are none. */
export const askDataChange: Question = (context) => {
  const sites = context.scope.sites.filter((site) => isBusinessLogic(site, context));
  const [first] = sites;
  if (first === undefined) return null;
  const table = first.subject?.label ?? "existing rows";
  const rows = context.scope.replay.rows.filter((row) => row.existedBefore).reduce((sum, row) => sum + row.updated + row.deleted, 0);
  return {
    kind: "data-change",
    title: `Business logic on ${table}`,
    question: `The migration computes values of rows that exist${andMore(sites)}. Does it stay a part of the schema's history, or is it a function of its own?`,
    action: "Keep it as it is, extract it into a function, or leave the migration out.",
    risk: rows > 0 || context.pending ? "MEDIUM" : "LOW",
    source: sourceOf(first, context),
    suggestion: {
      text: "Keep it: it stays in its migration; schema.sql for an empty database needs it only where it writes rows there.",
      sql: null,
      origin: "rule",
      proven: false,
    },
    evidence: [{ part: "executed", statement: `${rows} existing rows were changed in the replay from empty`, value: 1 }],
    choices: ["keep", ...(canBeSaved(context) ? ["keep-data"] : []), "extract", "edit", "exclude"],
  };
};
