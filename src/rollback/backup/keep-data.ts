import { describeEngine } from "../../database/session.ts";
import type { MigrationReplay } from "../../model/replay.ts";
import type { Loss, Rollback } from "../../model/rollback.ts";
import { joinChecks } from "../../sql/row-check.ts";
import { type Candidate, plainStatement } from "../candidate.ts";
import type { ProofContext } from "../context.ts";
import type { Restoring } from "../derive/action.ts";
import { deriveRollback, type DerivedCandidate } from "../derived.ts";
import type { HiddenChange } from "../hidden-changes.ts";
import { judgeTrial, type Verdict } from "../judge.ts";
import { changesDefinitions } from "../partial.ts";
import { NOTHING_SEEN, type RowOutcome } from "../row-outcome.ts";
import { conditionsOf, needless, stillHidden, withRows } from "../row-verdict.ts";
import { tryCandidate } from "../trial.ts";
import { restoreConditions, restoreStatements, unsavedRows } from "./restore.ts";
import { saveAfter, saveBefore } from "./save.ts";
import { findSavedTables, findSources, type SavedTable } from "./saved-tables.ts";

/** The schema that backups stand in; a database with a record has it. */
export const BACKUP_SCHEMA = "CREATE SCHEMA IF NOT EXISTS pggit_migrate";

/** What is known of a migration without a backup. */
export interface WithoutBackupKnown {
  readonly rollback: Rollback;
  readonly downLoses: readonly Loss[];
  /** What the authors wrote, where it was seen to bring the definitions back. */
  readonly authored: Candidate | null;
}

/**
 * The way back with a prior backup, where that was asked for and something is lost without: rows and values are saved, the migration runs, the way back puts them back,
 * all of it over generated rows. Where nothing can be saved, or what was saved was not seen to come back, the rollback stays as it is and says why.
 */
export async function proveWithBackup(replay: MigrationReplay, known: WithoutBackupKnown, context: ProofContext): Promise<Rollback> {
  const { rollback } = known;
  if (replay.migration.keepsData !== true || !losesData(rollback)) return rollback;
  const refuse = (reason: string): Rollback => ({ ...rollback, noBackup: reason });
  if (context.rows === undefined)
    return refuse("nothing is saved whose coming back was not seen, and there is no proof with generated rows");
  if (replay.statements.some(({ step }) => step.kind === "custom-code"))
    return refuse("part of the migration is custom code, which was not run");
  const found = findSavedTables(replay, context.reader);
  if (found.kind === "refused") return refuse(found.reason);
  const { tables } = found;
  if (tables.length === 0) return refuse("no table is known whose rows it destroys");
  const restore = restoreStatements(tables);
  const derived = await deriveRollback(replay, context, restoringOf(tables, restore));
  const attempt = { replay, tables, derived, known };
  const first = await tryWithBackup(derived.candidate, attempt, context);
  if (typeof first !== "string") return first;
  if (known.authored === null) return refuse(first);
  const completed = { ...known.authored, statements: [...known.authored.statements, ...restore.map(plainStatement)] };
  const second = await tryWithBackup(completed, attempt, context);
  return typeof second === "string" ? refuse(first) : second;
}

/** Whether a way back loses more than the order of columns. */
function losesData({ status, upLoses }: Rollback): boolean {
  return status === "irreversible" || status === "unproven" || upLoses.some(({ what }) => !what.startsWith("column order"));
}

function restoringOf(tables: readonly SavedTable[], statements: readonly string[]): Restoring {
  return {
    statements,
    tables: new Map(
      tables.flatMap((saved) =>
        saved.after === null
          ? []
          : [[saved.table, { columns: new Set(saved.columns), unsaved: (where: string | null) => unsavedRows(saved, where) }] as const],
      ),
    ),
  };
}

interface Attempt {
  readonly replay: MigrationReplay;
  readonly tables: readonly SavedTable[];
  readonly derived: DerivedCandidate;
  readonly known: WithoutBackupKnown;
}

/** A reason in words where it was not seen to bring everything back. */
async function tryWithBackup(
  candidate: Candidate,
  { replay, tables, derived, known }: Attempt,
  context: ProofContext,
): Promise<Rollback | string> {
  const judged = judgeTrial(await tryCandidate(candidate, replay, context), [], describeEngine(context.session.engine));
  if (!judged.catalogBack) return `the way back that would put them back does not restore the definitions${sayError(judged)}`;
  const before = tables.flatMap(saveBefore);
  const compared = tables.flatMap(saveAfter);
  const after = compared.length === 0 ? [] : ["RESET ROLE", ...compared];
  const { conditions, guards } = conditionsOf(candidate, derived);
  const asked = [...new Set([...conditions, ...restoreConditions(tables)])];
  const final = judged.trial.candidate;
  const outcome = await context.rows?.prove({
    candidate: final,
    replay,
    guards,
    conditions: asked,
    upLoses: [],
    saving: {
      before: [BACKUP_SCHEMA, ...before],
      after,
      tables: [...tables.map((saved) => saved.before), ...findSources(replay, context.reader)],
    },
  });
  const verdict = withRows(judged, outcome ?? NOTHING_SEEN);
  const against = whyNotSeen({ verdict, outcome: outcome ?? null, tables, replay });
  if (against !== null) return against;
  const checks = [...guards, ...asked.filter((condition) => !needless(condition, verdict))];
  const check = checks.length === 0 ? null : joinChecks(checks);
  const { status, upLoses, reason } = known.rollback;
  const losses = [...verdict.losses, ...unseenChanges(replay, { verdict, tables }).map((change) => unseenLoss(change, tables))];
  return {
    status: losses.length > 0 ? "proven-lossy" : check === null ? "proven" : "proven-conditional",
    origin: final.origin,
    statements: final.statements.map(({ sql, location, transactional }) => ({ sql, location, transactional })),
    upLoses: losses.filter(({ what, table }, at) => losses.findIndex((other) => other.what === what && other.table === table) === at),
    downLoses: [...known.downLoses, ...tables.flatMap(laterChanges)],
    check,
    reason: null,
    backup: {
      tables: tables.map(({ table, backup, key, columns, saves }) => ({ table, backup, key, columns, saves })),
      before,
      after,
      without: { status, upLoses, check: known.rollback.check, reason },
    },
    proofs: [{ ...verdict.proof, differences: judged.trial.reordered }, ...known.rollback.proofs],
  };
}

function whyNotSeen({
  verdict,
  outcome,
  tables,
  replay,
}: {
  readonly verdict: Verdict;
  readonly outcome: RowOutcome | null;
  readonly tables: readonly SavedTable[];
  readonly replay: MigrationReplay;
}): string | null {
  if (outcome === null || outcome.rows === 0) {
    const why = outcome?.notCovered.join("; ") ?? "";
    return `what would be saved was not seen to come back: no generated row met it${why === "" ? "" : ` (${why})`}`;
  }
  if (outcome.failure !== null) return `with what was saved the way back fails: ${outcome.failure.text}`;
  const [lost] = outcome.losses;
  if (lost !== undefined)
    return `what was saved does not all come back: ${lost.table ?? "a table"}${lost.columns.length === 0 ? "" : ` (${lost.columns.join(", ")})`}`;
  const empty = tables.find(({ table, before }) => !outcome.tables.includes(table) && !hasPartitions(before));
  if (empty !== undefined) return `no generated row could be made for ${empty.table}, so nothing was seen to come back there`;
  const [first] = unseenChanges(replay, { verdict, tables });
  // Beside definitions that come back it is a named loss.
  return first === undefined || changesDefinitions(replay)
    ? null
    : `its ${first.kind.toUpperCase().replace("-", " ")} of ${first.table} met no generated row, so nothing was seen to come back`;
}

/** Data changes that met no generated row, so that nobody saw what was saved of them come back. */
function unseenChanges(
  replay: MigrationReplay,
  { verdict, tables }: { readonly verdict: Verdict; readonly tables: readonly SavedTable[] },
): readonly HiddenChange[] {
  return stillHidden(replay, verdict).filter(({ table }) => !isComparedAsWhole(table, tables));
}

function unseenLoss({ kind, table }: HiddenChange, tables: readonly SavedTable[]): Loss {
  const saved = tables.find(({ before, after }) => before.name === table || after?.name === table);
  const what = `what its ${kind.toUpperCase().replace("-", " ")}${saved === undefined ? ` of ${table}` : ""} does: it is saved, but met no generated row and was not seen to come back`;
  return { table: saved?.table ?? null, columns: [], what };
}

/** Right behind the migration such a table cannot be compared with what it was; at the end it was, as a whole. */
function isComparedAsWhole(name: string, tables: readonly SavedTable[]): boolean {
  return tables.some(({ before, after, kept }) => {
    if (before.facts.kind !== "relation" || after === null || (after.name !== name && before.name !== name)) return false;
    return after.identity !== before.identity || before.facts.columns.some((column) => kept.get(column.name) !== column.name);
  });
}

function hasPartitions({ facts }: SavedTable["before"]): boolean {
  return facts.kind === "relation" && facts.relationKind === "partitioned-table";
}

function sayError({ proof }: Verdict): string {
  if (proof.error !== null) return `: ${proof.error}`;
  const [first] = proof.differences;
  return first === undefined ? "" : `: ${first.identity} has another ${first.aspect}`;
}

/** What was written since to the values that come back. */
function laterChanges({ saves, table, columns, values }: SavedTable): readonly Loss[] {
  return saves === "changes" && columns.length > 0 && values === "may change"
    ? [{ table, columns, what: "what was written since then over the values that the backup puts back" }]
    : [];
}
