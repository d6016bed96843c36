import type { EdgeCase } from "../model/edge-case.ts";
import { failed, inputFailure, ok, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { formatLocation } from "../model/source.ts";
import { keepDataChoice } from "./keep-data.ts";
import type { NewDecision } from "./record-decision.ts";
import { ofADatabase } from "./take-decisions.ts";

/** What a person chose, before it is checked. */
export interface Choosing {
  /** An edge case, or a migration: all its open cases, or all where none is open. */
  readonly id: string;
  readonly choice: string;
  readonly sql: string | null;
  /** `exclude`: the migrations that are left out with it. */
  readonly with: readonly string[];
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string | null;
}

type Questions = Pick<Plan, "edgeCases" | "dependencies" | "order">;

/** The decisions that a choice stands for, as far as the plan alone can tell; every reason against it otherwise (exit 2). Whether it holds, a run has to show. */
export function choose(plan: Questions, choosing: Choosing): Result<readonly NewDecision[]> {
  const { id, choice, sql } = choosing;
  // Of a migration that asks nothing as well: what it destroys is a matter of record, and saving it a wish.
  if (choice === keepDataChoice && plan.order.includes(id)) return ok([asNew(choosing, { id, migration: id })]);
  const cases = casesOf(plan, id);
  if (cases.length === 0) return ofADatabase.test(id) ? decideForDatabase(plan, choosing) : failed(unknownId(plan, id));
  const failures = cases.flatMap((edgeCase) => objections(edgeCase, choosing));
  if (sql !== null && cases.length > 1) failures.push(oneForAll(cases, id));
  if (choice === "exclude") failures.push(...leftBehind(plan, cases, choosing));
  if (failures.length > 0) return failed(...failures);
  return ok(cases.map((edgeCase) => asNew(choosing, edgeCase)));
}

/** The edge case of that id, or those of a migration: the open ones, or all where none is open. */
export function casesOf({ edgeCases }: Pick<Plan, "edgeCases">, id: string): readonly EdgeCase[] {
  const one = edgeCases.filter((edgeCase) => edgeCase.id === id);
  if (one.length > 0) return one;
  const all = edgeCases.filter(({ migration }) => migration === id);
  const open = all.filter(({ decision }) => decision === null);
  return open.length > 0 ? open : all;
}

/** The migrations that cannot be without these ones, directly or through others, in the order of the plan. */
export function dependantsOf({ dependencies, order }: Pick<Plan, "dependencies" | "order">, ids: readonly string[]): readonly string[] {
  const left = new Set(ids);
  const queue = [...ids];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const { migration, dependsOn } of dependencies) {
      if (dependsOn !== id || left.has(migration)) continue;
      left.add(migration);
      queue.push(migration);
    }
  }
  return order.filter((id) => left.has(id) && !ids.includes(id));
}

function asNew(
  { choice, sql, with: others, by, at, reason }: Choosing,
  edgeCase: Pick<EdgeCase, "id" | "migration" | "content">,
): NewDecision {
  return { id: edgeCase.id, migration: edgeCase.migration, content: edgeCase.content ?? null, choice, sql, with: others, by, at, reason };
}

function objections({ id, choices, source }: EdgeCase, { choice, sql, with: others }: Choosing): Failure[] {
  const at = source === null ? id : formatLocation(source.location);
  const wrong = (message: string, hint: string): Failure => inputFailure("invalid-decision", message, { location: at, hint });
  if (!choices.includes(choice)) {
    return [wrong(`${id} cannot be decided with "${choice}".`, `Its choices are ${choices.join(", ")}.`)];
  }
  if (choice === "edit" && sql === null)
    return [wrong(`To edit, ${id} needs the SQL that is to stand there.`, "Give it with --sql FILE; - is standard input.")];
  if (choice !== "edit" && sql !== null)
    return [wrong(`SQL belongs to edit alone, and ${id} is decided with ${choice}.`, "Leave --sql out, or choose edit.")];
  if (choice !== "exclude" && others.length > 0) return [wrong("--with belongs to exclude alone.", "Leave it out.")];
  return [];
}

function oneForAll(cases: readonly EdgeCase[], id: string): Failure {
  return inputFailure("invalid-decision", `${id} has ${cases.length} edge cases, and one SQL cannot answer them all.`, {
    location: id,
    hint: `Name one of them: ${cases.map((edgeCase) => edgeCase.id).join(", ")}.`,
  });
}

/** What would be left without something that it needs. */
function leftBehind(plan: Questions, cases: readonly EdgeCase[], { with: others }: Choosing): readonly Failure[] {
  const known = new Set([...plan.order, ...plan.edgeCases.flatMap(({ migration, decision }) => [migration, ...(decision?.with ?? [])])]);
  const unknown = others.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    const hint = "`pggit status` lists the migrations of the newest plan.";
    return [inputFailure("invalid-decision", `The plan has no migration ${unknown.join(", ")}.`, { location: "--with", hint })];
  }
  const migrations = cases.flatMap(({ migration }) => (migration === null ? [] : [migration]));
  const needed = dependantsOf(plan, [...new Set([...migrations, ...others])]);
  if (needed.length === 0) return [];
  return [
    inputFailure("invalid-decision", `${migrations.join(", ")} cannot be left out alone: ${needed.join(", ")} would not run without it.`, {
      location: migrations[0] ?? null,
      hint: `Leave these out as well: ${[...others, ...needed].map((id) => `--with ${id}`).join(" ")}; or choose otherwise.`,
    }),
  ];
}

/** Questions that only a database raises stand in no plan; the run that asked them takes what is decided. */
function decideForDatabase({ order }: Questions, choosing: Choosing): Result<readonly NewDecision[]> {
  const { id, choice } = choosing;
  if (choice !== "keep" && choice !== keepDataChoice) {
    const hint = "Its choices are keep and keep-data; otherwise change the migration or the database.";
    return failed(
      inputFailure("invalid-decision", `${id} is a question about a database, and cannot be decided with "${choice}".`, {
        location: id,
        hint,
      }),
    );
  }
  const prefix = id.replace(ofADatabase, "");
  const migration = order.find((one) => one.toLowerCase() === prefix.toLowerCase()) ?? null;
  return ok([asNew(choosing, { id, migration })]);
}

const shownIds = 8;

function unknownId({ edgeCases, order }: Questions, id: string): Failure {
  if (order.includes(id)) {
    return inputFailure("unknown-edge-case", `${id} asks nothing: it has no edge case.`, {
      location: id,
      hint: "There is nothing to decide.",
    });
  }
  const open = edgeCases.filter(({ decision }) => decision === null).map((edgeCase) => edgeCase.id);
  const more = open.length > shownIds ? ` and ${open.length - shownIds} more` : "";
  return inputFailure("unknown-edge-case", `The plan has no edge case or migration ${id}.`, {
    location: id,
    hint:
      open.length === 0 ? "No question is open." : `Open are ${open.slice(0, shownIds).join(", ")}${more}; edge-cases.yaml has them all.`,
  });
}
