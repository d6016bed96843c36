import type { Decision, EdgeCase } from "../model/edge-case.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { History } from "../model/history.ts";
import type { MigrationDependency } from "../model/understanding.ts";
import { parseTree } from "../sql/parser.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { splitStatements } from "../sql/split.ts";
import { contentOf } from "./content.ts";
import type { DecisionFile, DecisionFill, RecordedDecision } from "./decision-file.ts";
import { keepDataChoice } from "./keep-data.ts";
import { problem } from "./problem.ts";
import { withAcceptedSql, type OfferedSql } from "./program-suggestion.ts";
import { effectOf, type Effect } from "./effect.ts";

/** A decided edge case, and what the decision changes. */
export interface Settled {
  readonly edgeCase: EdgeCase;
  readonly effect: Effect;
  readonly decision: RecordedDecision;
}

/** What decisions are taken on. */
export interface Taking {
  readonly file: DecisionFile;
  /** As it was read, with what decisions leave out. */
  readonly history: History;
  readonly dependencies: readonly MigrationDependency[];
  /** What earlier replays of this run were revised by. */
  readonly earlier: readonly Settled[];
  /** ISO 8601: when decisions were made that do not say it. */
  readonly now: string;
  /** SQL that an earlier plan offered for a question, by its id; a database gave it, or a model. */
  readonly offered: ReadonlyMap<string, OfferedSql>;
}

export interface Taken {
  /** The questions with the decisions on them, and those that a decision has made superfluous. */
  readonly edgeCases: readonly EdgeCase[];
  readonly settled: readonly Settled[];
}

/**
 * Finds the decisions on the edge cases of a replay. Fails, with every problem at its line (exit 2), where a choice is not one that the edge case lists, cannot
 * be carried out, leaves out a migration that others need, or did not hold when it was tried.
 */
export function takeDecisions(raised: readonly EdgeCase[], taking: Taking): Result<Taken> {
  const edgeCases = raised.filter((edgeCase) => !isAnswered(edgeCase, taking.earlier));
  const failures: Failure[] = [];
  const fresh: Settled[] = [];
  const decided = edgeCases.map((raised): EdgeCase => {
    const edgeCase = asAccepted(raised, taking);
    const decision = findDecision(edgeCase, taking);
    if (decision === undefined) return edgeCase;
    const settled = settle(edgeCase, decision, taking);
    if (settled.kind === "failed") {
      failures.push(...settled.failures);
      return edgeCase;
    }
    fresh.push(settled.value);
    return settled.value.edgeCase;
  });
  const seen = new Set(edgeCases.map(({ id }) => id));
  const gone = taking.earlier.filter(({ edgeCase }) => !seen.has(edgeCase.id));
  const settled = [...fresh, ...gone];
  failures.push(...missingDependants(settled, taking));
  if (failures.length > 0) return failed(...failures.sort((a, b) => lineOf(a) - lineOf(b)));
  const superfluous = gone.filter(({ effect }) => effect.kind !== "as-it-stands");
  return ok({ edgeCases: [...decided, ...superfluous.map(({ edgeCase }) => edgeCase)], settled });
}

/** Business logic that a person wrote, or moved, in answer to that very question is not asked about once more. */
function isAnswered({ id, migration, kind }: EdgeCase, earlier: readonly Settled[]): boolean {
  return (
    kind === "data-change" &&
    earlier.some(({ edgeCase, effect }) => {
      const same = edgeCase.kind === kind && edgeCase.migration === migration && edgeCase.id !== id;
      return same && (effect.kind === "replace-step" || effect.kind === "extract-step");
    })
  );
}

/** SQL that was accepted for this content is its suggestion, whoever made it; a decision that does not have it yet is about what the plan offered. */
function asAccepted(edgeCase: EdgeCase, { file, history, offered }: Taking): EdgeCase {
  const own = file.decisions.filter(({ id, choice }) => id === edgeCase.id && choice === "use-suggestion");
  if (own.length === 0) return edgeCase;
  const content = contentOf(edgeCase, history);
  const recorded = own.find((decision) => decision.sql !== null && decision.content === content);
  if (recorded !== undefined && recorded.sql !== null)
    return withAcceptedSql(edgeCase, { sql: recorded.sql, origin: recorded.origin ?? "state-difference" });
  const open = own.some((decision) => decision.sql === null) ? offered.get(edgeCase.id) : undefined;
  return open === undefined ? edgeCase : withAcceptedSql(edgeCase, open);
}

/** Made on this content, or on none yet. A suggestion that is another now was not accepted. */
function findDecision(edgeCase: EdgeCase, { file, history }: Taking): RecordedDecision | undefined {
  const own = file.decisions.filter(({ id }) => id === edgeCase.id);
  if (own.length === 0) return undefined;
  const content = contentOf(edgeCase, history);
  const usable = own.filter(
    ({ choice, sql }) => choice !== "use-suggestion" || sql === null || sql.trim() === edgeCase.suggestion?.sql?.trim(),
  );
  return usable.find((decision) => decision.content === content) ?? usable.find((decision) => decision.content === null);
}

function settle(edgeCase: EdgeCase, decision: RecordedDecision, { file, history, earlier, now }: Taking): Result<Settled> {
  const wrong = (message: string, hint?: string): Result<Settled> => failed(problem(file.path, decision.line, message, hint));
  if (decision.migration !== null && decision.migration !== edgeCase.migration)
    return wrong(`${edgeCase.id} is about ${edgeCase.migration ?? "the whole history"}, not about ${decision.migration}.`);
  const known = new Set(history.migrations.map(({ id }) => id));
  const unknown = decision.with.filter((id) => !known.has(id));
  if (unknown.length > 0) return wrong(`with: names ${unknown.join(", ")}, which the history does not have.`);
  const migration = history.migrations.find(({ id }) => id === edgeCase.migration) ?? null;
  const effect = effectOf({ edgeCase, decision, migration });
  if (effect.kind === "impossible") return wrong(effect.message, effect.hint);
  if (effect.kind === "replace-step" || effect.kind === "way-back") {
    const refused = refusedSql(effect);
    if (refused !== null) return wrong(`The SQL for ${edgeCase.id} does not parse: ${refused}.`, "Correct it.");
    const tried = earlier.some((one) => one.edgeCase.id === edgeCase.id);
    // A program stays a program in its source; what failed or did not restore must not be asked about again.
    if (tried && edgeCase.kind !== "custom-code" && edgeCase.kind !== "data-change")
      return wrong(`The SQL for ${edgeCase.id} was tried and did not hold: ${edgeCase.question}`, "Correct it, or choose otherwise.");
  }
  return ok({ edgeCase: { ...edgeCase, decision: asDecision({ ...decision, at: decision.at ?? now }, edgeCase) }, effect, decision });
}

function asDecision({ choice, by, at, reason, sql, with: dependants }: RecordedDecision, { suggestion }: EdgeCase): Decision {
  const accepted = choice === "use-suggestion" ? (suggestion?.sql ?? null) : sql;
  return {
    choice,
    by,
    at,
    reason,
    sql: accepted === null ? null : maskSecrets(accepted),
    ...(dependants.length === 0 ? {} : { with: dependants }),
  };
}

/** What PostgreSQL's parser says against the SQL of a decision; `null` where it has none. */
function refusedSql({ kind, sql }: Extract<Effect, { readonly sql: string }>): string | null {
  const statements = splitStatements(sql);
  if (statements.length === 0 && kind === "way-back") return "it holds no statement";
  for (const statement of statements) {
    const parsed = parseTree(statement.sql);
    if (parsed.kind === "refused") return `line ${statement.line}: ${parsed.problem.message}`;
  }
  return null;
}

/** The migrations that decisions leave out. */
export function leftOut(settled: readonly Settled[]): ReadonlySet<string> {
  return new Set(settled.flatMap(({ effect }) => (effect.kind === "leave-out" ? effect.migrations : [])));
}

/** Migrations that need one that is left out are left out with it, and a person says so by name. */
function missingDependants(settled: readonly Settled[], { dependencies, file }: Taking): readonly Failure[] {
  const left = leftOut(settled);
  return settled.flatMap(({ effect, decision }) => {
    if (effect.kind !== "leave-out") return [];
    const needed = new Map<string, string>();
    const queue = [...effect.migrations];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      for (const { migration, dependsOn, through } of dependencies) {
        if (dependsOn !== id || left.has(migration) || needed.has(migration)) continue;
        needed.set(migration, `${migration} (needs ${dependsOn} for ${through.slice(0, 2).join(", ")})`);
        queue.push(migration);
      }
    }
    if (needed.size === 0) return [];
    const message = `${effect.migrations.join(", ")} cannot be left out alone: ${[...needed.values()].join(", ")}.`;
    const hint = `Leave these out as well, with: [${[...decision.with, ...needed.keys()].join(", ")}], or choose otherwise.`;
    return [problem(file.path, decision.line, message, hint)];
  });
}

function lineOf({ location }: Failure): number {
  return location === null || typeof location === "string" ? 0 : location.line;
}

/** What the file does not say of decisions that were taken, by their place in it. */
export function fillsOf(settled: readonly Settled[], { history, now }: Pick<Taking, "history" | "now">): ReadonlyMap<number, DecisionFill> {
  const fills = new Map<number, DecisionFill>();
  for (const { edgeCase, decision } of settled) {
    const suggested = decision.choice === "use-suggestion" ? (edgeCase.suggestion?.sql ?? null) : null;
    const fill: DecisionFill = {
      ...(decision.migration === null && edgeCase.migration !== null ? { migration: edgeCase.migration } : {}),
      ...(decision.content === null ? { content: contentOf(edgeCase, history) } : {}),
      ...(decision.at === null ? { at: now } : {}),
      ...(decision.sql === null && suggested !== null ? { sql: suggested } : {}),
      ...(decision.sql === null && edgeCase.suggestion?.origin === "model" && suggested !== null ? { origin: "model" } : {}),
    };
    if (Object.keys(fill).length > 0) fills.set(decision.index, fill);
  }
  return fills;
}

/** Kinds of questions that a database raises: what works with it takes the decisions on them. */
export const ofADatabase = /-(?:data-loss|history-mismatch)-[0-9a-f]+$/;

/** Decisions that none of the edge cases took: they stay in the file, and are told. */
export function unmatchedDecisions(file: DecisionFile, settled: readonly Settled[], edgeCases: readonly EdgeCase[]): readonly string[] {
  const taken = new Set(settled.map(({ decision }) => decision.index));
  const open = new Set(edgeCases.filter(({ decision }) => decision === null).map(({ id }) => id));
  const decided = new Set(settled.map(({ edgeCase }) => edgeCase.id));
  return file.decisions
    .filter(({ id, index, choice }) => !taken.has(index) && !decided.has(id) && !ofADatabase.test(id) && choice !== keepDataChoice)
    .map(({ id, choice, line }) =>
      open.has(id)
        ? `${file.path}:${line}: "${choice}" on ${id} was decided on other content than there is now. It is kept, and the question asked anew.`
        : `${file.path}:${line}: "${choice}" on ${id} matches no edge case of this history. It is kept.`,
    );
}
