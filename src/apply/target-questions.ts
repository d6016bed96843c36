import { createHash } from "node:crypto";
import { numberQuestions, type RaisedQuestion } from "../analysis/edge-cases/index.ts";
import { StatementError, type Session } from "../database/session.ts";
import { keepDataChoice } from "../decisions/keep-data.ts";
import type { RecordedDecision } from "../decisions/decision-file.ts";
import type { EdgeCase, EdgeCaseDraft } from "../model/edge-case.ts";
import { inputFailure, ok, failed, type Failure, type Result } from "../model/failure.ts";
import { qualifiedName, quoteIdentifier } from "../sql/quote.ts";
import { maskSecrets } from "../sql/secrets.ts";
import type { ApplyRequest } from "./apply-types.ts";
import type { RunnableMigration } from "./runnable.ts";

/** What rows or values a migration would destroy. */
interface Destroyed {
  /** Quoted and schema-qualified. */
  readonly table: string;
  /** Unquoted; empty for whole rows. */
  readonly columns: readonly string[];
  readonly what: string;
}

export interface TargetAsking {
  readonly pending: readonly string[];
  /** What the source tool's table raises. */
  readonly mismatches: readonly EdgeCaseDraft[];
  /** Those of the history: where a name without a schema may be. */
  readonly schemas: readonly string[];
}

/**
 * The questions that one target raises about what would run there, with the decisions on them: what the source tool's table says, and data that pending migrations
 * destroy although rows stand there. A migration that loses nothing there asks nothing. Fails (exit 2) where a decision is not one of the choices. Only reads.
 */
export async function askOfTarget(
  { target, runnable, options }: ApplyRequest,
  { pending, mismatches, schemas }: TargetAsking,
): Promise<Result<readonly EdgeCase[]>> {
  const raised: RaisedQuestion[] = mismatches.map((draft) => ({ migration: null, confidence: 1, draft }));
  // What is saved first is not lost.
  const asked = runnable.migrations.filter(({ plan }) => pending.includes(plan.id) && plan.rollback.backup === undefined);
  for (const migration of asked) {
    const draft = await dataLossOf(migration, { session: target.session, schemas });
    if (draft !== null) raised.push({ migration: migration.plan.id, confidence: migration.plan.understanding.confidence, draft });
  }
  const failures: Failure[] = [];
  const questions = numberQuestions(raised, (text) => createHash("sha256").update(text).digest("hex")).map((question): EdgeCase => {
    const decision = options.decisions?.find(({ id }) => id === question.id);
    if (decision === undefined) return question;
    if (decision.choice === keepDataChoice) failures.push(notSaved(question, decision, runnable));
    else if (decision.choice !== "keep") failures.push(notKept(question, decision));
    const { choice, by, at, reason } = decision;
    return { ...question, decision: { choice, by, at, reason, sql: null } };
  });
  return failures.length > 0 ? failed(...failures) : ok(questions);
}

function notSaved({ id, migration }: EdgeCase, { line, file }: RecordedDecision, { plan }: ApplyRequest["runnable"]): Failure {
  const reason = plan.migrations.find((one) => one.id === migration)?.rollback.noBackup;
  return inputFailure(
    "nothing-saved",
    reason === undefined ? `The plan saves nothing of ${migration ?? id} yet.` : `Nothing can be saved of ${migration ?? id}: ${reason}.`,
    {
      location: { file, line },
      hint:
        reason === undefined
          ? "Run `pggit migrate` again: the plan then saves the rows, and proves that they come back."
          : "Choose keep to run it as it is, after saving the rows by other means; or change the migration.",
    },
  );
}

function notKept({ id, choices }: EdgeCase, { choice, line, file }: RecordedDecision): Failure {
  const listed = choices.includes(choice) ? "" : `: its choices are ${choices.join(", ")}`;
  return inputFailure("invalid-decision", `${id} is about one database and cannot be decided with "${choice}"${listed}.`, {
    location: { file, line },
    hint: "Choose keep to run it as it is, or change the migrations and run `pggit migrate` again.",
  });
}

async function dataLossOf(
  migration: RunnableMigration,
  { session, schemas }: Pick<TargetAsking, "schemas"> & { readonly session: Session },
): Promise<EdgeCaseDraft | null> {
  const destroyed: Destroyed[] = [];
  for (const one of destroyedBy(migration, schemas)) if (await isThere(one, session)) destroyed.push(one);
  if (destroyed.length === 0) return null;
  const { plan } = migration;
  const statements = plan.up.filter(({ hazards }) => hazards.some(({ rule }) => rule === "loses-data"));
  const [first = plan.up[0]] = statements;
  const losses = destroyed.map(({ table, columns, what }) => `${table}${columns.length === 0 ? "" : ` (${columns.join(", ")})`}: ${what}`);
  return {
    kind: "data-loss",
    title: `${plan.id} destroys data that stands in this database: ${losses.join("; ")}`,
    question: `${plan.id} has not run here, and destroys ${losses.join("; ")}. Save the rows first?`,
    action:
      "keep-data saves the rows before it runs, so that its way back puts them back; keep runs it as it is; or take the migration out of the project and convert again.",
    risk: "HIGH",
    source: first === undefined ? null : { location: first.location, text: maskSecrets(first.sql) },
    suggestion: null,
    evidence: [],
    choices: plan.rollback.noBackup === undefined ? ["keep-data", "keep"] : ["keep"],
  };
}

/** By what the replay saw, and by statements that find rows only in a database in use. */
function destroyedBy({ plan, up }: RunnableMigration, schemas: readonly string[]): readonly Destroyed[] {
  const seen = plan.rollback.upLoses.flatMap(({ table, columns, what }) => (table === null ? [] : [{ table, columns, what }]));
  const told = new Set(seen.map(({ table }) => table));
  const removing = up.statements.flatMap(({ parsed }) => parsed.changes.filter(({ kind }) => kind === "delete" || kind === "truncate"));
  const unseen = removing.flatMap(({ object, details }): readonly Destroyed[] => {
    if (object === null || details.temporary === true) return [];
    const tables = (object.schema === null ? schemas : [object.schema]).map((schema) => qualifiedName(schema, object.name));
    return tables.filter((table) => !told.has(table)).map((table) => ({ table, columns: [], what: "rows that it deletes" }));
  });
  return [...seen.map((loss) => ({ ...loss, what: loss.what.replace(/ \(\d+ rows? on the shadow\)$/, "") })), ...unseen];
}

/** Whether there are such rows or values. What a pending migration has yet to make holds none. */
async function isThere({ table, columns }: Destroyed, session: Session): Promise<boolean> {
  const [found] = await session.rows<{ columns: number; there: boolean }>(
    `select exists (select from pg_catalog.pg_class where oid = to_regclass($1) and relkind in ('r', 'p')) as there,
       (select count(*)::int from pg_catalog.pg_attribute where attrelid = to_regclass($1) and not attisdropped and attname = any ($2::text[])) as columns`,
    [table, columns],
  );
  if (found === undefined || !found.there || found.columns < columns.length) return false;
  const valued = columns.map((name) => `${quoteIdentifier(name)} is not null`).join(" or ");
  try {
    const [row] = await session.rows<{ there: boolean }>(
      `select exists (select from ${table}${valued === "" ? "" : ` where ${valued}`}) as there`,
    );
    return row?.there === true;
  } catch (error) {
    // Who may not look does not know that nothing is there.
    if (error instanceof StatementError && error.error.code === "42501") return true;
    throw error;
  }
}
