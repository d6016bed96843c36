import { describeEngine } from "../database/session.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Loss, Rollback, RollbackStatement } from "../model/rollback.ts";
import { joinChecks } from "../sql/row-check.ts";
import { proveWithBackup, type WithoutBackupKnown } from "./backup/keep-data.ts";
import { type Candidate, readAuthored, saysIrreversible } from "./candidate.ts";
import type { ProofContext } from "./context.ts";
import { deriveRollback, type DerivedCandidate } from "./derived.ts";
import type { HiddenChange } from "./hidden-changes.ts";
import { judgeTrial, type Verdict } from "./judge.ts";
import { findLosses, type Losses } from "./losses.ts";
import { changesDefinitions, findPartialReturn, type PartialReturn } from "./partial.ts";
import { conditionsOf, emptyTables, isRestored, lessThan, needless, rowTrouble, ROWS_OFF, stillHidden, withRows } from "./row-verdict.ts";
import { tryCandidate } from "./trial.ts";

/**
 * Finds and proves the way back from a migration: executes the candidates on the shadow, which stands right after it, outside of any
 * transaction, and leaves it as it was. Which one wins: one that restores catalog and rows, least loss first, then the authors' before the
 * derived one. What could not be seen at work (a data change that met no row) is never called proven: beside definitions that came back
 * it is a named loss, alone it has no way back.
 */
export async function proveRollback(replay: MigrationReplay, context: ProofContext): Promise<Rollback> {
  return proveWithBackup(replay, await proveWithoutBackup(replay, context), context);
}

async function proveWithoutBackup(replay: MigrationReplay, context: ProofContext): Promise<WithoutBackupKnown> {
  const losses = findLosses(replay);
  const derived = await deriveRollback(replay, context);
  const authored = await readAuthored(replay.migration, { rows: (sql, parameters) => context.session.rows(sql, parameters) });
  const verdicts: Verdict[] = [];
  const engine = describeEngine(context.session.engine);
  const attempt = async (candidate: Candidate): Promise<Verdict> => {
    const verdict = await withGeneratedRows(judgeTrial(await tryCandidate(candidate, replay, context), losses.up, engine));
    verdicts.push(verdict);
    return verdict;
  };
  const withGeneratedRows = async (verdict: Verdict): Promise<Verdict> => {
    const { candidate } = verdict.trial;
    if (!verdict.rowsBack) return verdict;
    if (context.rows === undefined) return withRows(verdict, ROWS_OFF);
    const outcome = await context.rows.prove({ candidate, replay, ...conditionsOf(candidate, derived), upLoses: losses.up });
    return outcome === null ? verdict : withRows(verdict, outcome);
  };
  const declared = authored !== null && saysIrreversible(authored);
  const written = authored === null || declared ? null : await attempt(authored);
  if (written === null || !written.rowsBack || written.losses.length > 0 || rowTrouble(written) > 0) await attempt(derived.candidate);
  if (!verdicts.some(({ catalogBack }) => catalogBack)) {
    const difference = (await context.stateDifference?.(replay)) ?? null;
    if (difference !== null) await attempt(difference);
  }
  const outcome = { replay, verdicts, derived, losses, declared };
  const known = (rollback: Rollback): WithoutBackupKnown => ({
    rollback,
    downLoses: losses.down,
    authored: verdicts.find(({ catalogBack, trial }) => catalogBack && trial.candidate.origin === "authored")?.trial.candidate ?? null,
  });
  const best = chooseBest(outcome);
  const hidden = stillHidden(replay, best);
  const reason = reasonAgainst({ best, hidden }, outcome);
  if (best !== undefined && reason === null) {
    const upLoses = [
      ...losses.up.filter((loss) => !best.madeGood.has(loss) && !isRestored(loss, best)),
      ...(best.outcome?.losses ?? []),
      ...best.losses,
    ];
    return known(provenBy({ verdict: best, losses: upLoses }, outcome));
  }
  const left = { replay, upLoses: losses.up, hidden, staying: derived.rows.impossible };
  const partial = hasCustomCode(replay) ? null : await findPartialReturn(verdicts, left, context);
  return known(partial === null ? withoutProof(reason, outcome) : provenBy(partial, outcome));
}

interface Outcome {
  readonly replay: MigrationReplay;
  readonly verdicts: readonly Verdict[];
  readonly derived: DerivedCandidate;
  readonly losses: Losses;
  readonly declared: boolean;
}

const ORIGINS: readonly Candidate["origin"][] = ["authored", "derived", "state-difference", "model"];

function chooseBest({ verdicts }: Outcome): Verdict | undefined {
  return verdicts
    .filter(({ rowsBack }) => rowsBack)
    .sort(
      (left, right) =>
        rowTrouble(left) - rowTrouble(right) ||
        left.losses.length - right.losses.length ||
        right.madeGood.size - left.madeGood.size ||
        rankOf(left) - rankOf(right),
    )[0];
}

function provenBy({ verdict, losses: upLoses }: PartialReturn, { replay, verdicts, derived, losses }: Outcome): Rollback {
  const { candidate } = verdict.trial;
  const { conditions: own, guards } = conditionsOf(candidate, derived);
  const conditions = [...guards, ...own.filter((condition) => !needless(condition, verdict)), ...emptyTables(verdict)];
  const check = conditions.length === 0 ? null : joinChecks(conditions);
  return {
    status: upLoses.length > 0 ? "proven-lossy" : check === null ? "proven" : "proven-conditional",
    origin: candidate.origin,
    statements: candidate.statements.map(toStatement),
    upLoses,
    downLoses: losses.down,
    check,
    reason: null,
    proofs: [withReplayGaps(verdict, replay), ...verdicts.filter((other) => other !== verdict).map((other) => lessThan(verdict, other))],
  };
}

function withoutProof(reason: Reason | null, { verdicts, losses, declared }: Outcome): Rollback {
  const proofs = [...verdicts].sort((left, right) => Number(right.rowsBack) - Number(left.rowsBack)).map(({ proof }) => proof);
  const structural =
    verdicts.find(({ catalogBack, trial }) => catalogBack && trial.reordered.length === 0) ??
    verdicts.find(({ catalogBack }) => catalogBack);
  const failure = reason ?? { status: "unproven" as const, text: "no candidate restores what was before" };
  return {
    status: declared && failure.status === "unproven" ? "irreversible" : failure.status,
    origin: null,
    statements: [],
    upLoses: losses.up,
    downLoses: losses.down,
    check: null,
    reason: failure.text,
    ...(declared ? { declared } : {}),
    ...(structural === undefined ? {} : { structural: structural.trial.candidate.statements.map(toStatement) }),
    proofs,
  };
}

function rankOf({ trial }: Verdict): number {
  return ORIGINS.indexOf(trial.candidate.origin);
}

function toStatement({ sql, location, transactional }: Candidate["statements"][number]): RollbackStatement {
  return { sql, location, transactional };
}

/** What the replay itself did not run is not covered by the proof either. */
function withReplayGaps({ proof }: Verdict, replay: MigrationReplay): Verdict["proof"] {
  const gaps = replay.statements.filter(({ outcome }) => outcome.kind !== "done").length;
  if (gaps === 0) return proof;
  const what = gaps === 1 ? "1 statement of the migration that was not run" : `${gaps} statements of the migration that were not run`;
  return { ...proof, notCovered: [...proof.notCovered, what] };
}

interface Reason {
  readonly status: "irreversible" | "unproven";
  readonly text: string;
}

function hasCustomCode({ statements }: MigrationReplay): boolean {
  return statements.some(({ step }) => step.kind === "custom-code");
}

/** Why there is no proven way back; `null` where there is one. */
function reasonAgainst(
  { best, hidden }: { readonly best: Verdict | undefined; readonly hidden: readonly HiddenChange[] },
  { replay, verdicts, derived, losses, declared }: Outcome,
): Reason | null {
  if (hasCustomCode(replay)) return { status: "unproven", text: "part of the migration is custom code, which was not run" };
  if (best !== undefined && hidden.length > 0 && !(best.trial.candidate.origin === "derived" && best.madeGood.size > 0)) {
    return hiddenReason(hidden, best.trial.candidate.origin === "authored" || best.trial.candidate.origin === "model");
  }
  const unrestored = best?.outcome?.losses ?? [];
  if (unrestored.length > 0 && !changesDefinitions(replay))
    return { status: "irreversible", text: `the way back does not restore ${unrestored.map(sayLoss).join("; ")}` };
  if (best !== undefined) return null;
  if (declared) return { status: "irreversible", text: "its authors say so: their rollback only raises an error" };
  const gone = losses.up.filter(isRowLoss);
  if (verdicts.some(({ catalogBack }) => catalogBack) && gone.length > 0) {
    return { status: "irreversible", text: gone.map(({ table, what }) => `${table ?? "a table"}: ${what} cannot come back`).join("; ") };
  }
  const staying = derived.rows.impossible;
  if (staying.length > 0) return { status: "irreversible", text: staying.map(({ table, why }) => `${table}: ${why}`).join("; ") };
  return { status: "unproven", text: describeFailure(verdicts) };
}

function isRowLoss({ columns, what }: Loss): boolean {
  return columns.length === 0 && !what.startsWith("all rows of the dropped table");
}

function sayLoss({ table, columns, what }: Loss): string {
  return `${table ?? "a table"}${listed(columns)}: ${what}`;
}

function sayChange({ kind, table }: HiddenChange, columns: readonly string[] = []): string {
  return `${kind.toUpperCase().replace("-", " ")} of ${table}${listed(columns)}`;
}

function listed(columns: readonly string[]): string {
  return columns.length === 0 ? "" : ` (${columns.join(", ")})`;
}

function hiddenReason(hidden: readonly HiddenChange[], authored: boolean): Reason {
  const lost = hidden.filter(({ columns }) => columns !== undefined);
  if (lost.some(({ kind }) => kind !== "insert" && kind !== "copy-from")) {
    const what = lost.map((change) => sayChange(change, change.columns));
    return {
      status: "irreversible",
      text: `the data change (${[...new Set(what)].join("; ")}) is not undone: generated rows did not come back as they were`,
    };
  }
  const words = [...new Set(hidden.map((change) => sayChange(change)))].join(", ");
  const destructive = hidden.some(({ kind }) => kind !== "insert" && kind !== "copy-from");
  if (authored || !destructive) {
    return {
      status: "unproven",
      text: authored
        ? `the data change (${words}) ${lost.length > 0 ? "brings rows that stay there" : "met no row in the replay, so nothing shows that the way back restores any"}`
        : `the rows that it brings (${words}) come from rows of the database${lost.length > 0 ? "" : " and there was none in the replay"}, so it is not known which ones to take back`,
    };
  }
  return { status: "irreversible", text: `the data change (${words}) overwrites or removes rows that nothing brings back` };
}

function describeFailure(verdicts: readonly Verdict[]): string {
  const parts = verdicts.map(({ proof }) => {
    if (proof.error !== null) return `the ${proof.origin} way back fails: ${proof.error}`;
    const [first] = proof.differences;
    const more = proof.differences.length > 1 ? ` and ${proof.differences.length - 1} more` : "";
    return first === undefined
      ? `the ${proof.origin} way back was not run`
      : `the ${proof.origin} way back leaves ${first.identity} with another ${first.aspect}${more}`;
  });
  return parts.length === 0 ? "there is no candidate" : parts.join("; ");
}
