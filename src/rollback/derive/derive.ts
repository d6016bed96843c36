import type { CatalogObject, CatalogSlice, ObjectFacts } from "../../model/catalog.ts";
import { RANK, type Action, type DeriveContext, type KindRules, type Pair, type Restoring } from "./action.ts";
import { bareIdentity, orderActions } from "./order.ts";
import { type Matching, pairSlices, type Pairing } from "./pair.ts";
import { plainRules } from "./plain.ts";
import { relationRules } from "./relation.ts";
import { findReplaced } from "./replaced.ts";
import { routineRules } from "./routine.ts";
import { sequenceRules } from "./sequence.ts";
import { typeRules } from "./type.ts";

const RULES: Readonly<Record<ObjectFacts["kind"], KindRules>> = {
  relation: relationRules,
  sequence: sequenceRules,
  routine: routineRules,
  type: typeRules,
  plain: plainRules,
};

/** What the way back is derived from. */
export interface DeriveInput {
  /** The touched objects as they were. */
  readonly before: CatalogSlice;
  /** The touched objects as they are. */
  readonly after: CatalogSlice;
  /** `oid` for a migration, `identity` for what a way back left different. */
  readonly matching: Matching;
  readonly sessionRole: string;
  readonly major: number;
  /** What a prior backup puts back on the way; absent where there is none. */
  readonly restoring?: Restoring;
}

/** Statements that turn `after` into `before`, and the queries that must return no row for them to succeed on other data. */
export interface Derivation {
  readonly statements: readonly string[];
  readonly conditions: readonly string[];
}

/**
 * Derives the DDL that turns the touched objects back, from their definitions before and after: what the migration's own text says is
 * not looked at. Pure. The result is a candidate: only its execution tells whether it restores.
 */
export function deriveDefinitions(input: DeriveInput): Derivation {
  const pairing = pairSlices(input.before, input.after, input.matching);
  const renamedSchemas = findRenamedSchemas(pairing);
  const renames = pairing.changed.some((pair) => isRenamed(pair, input.matching));
  const context: DeriveContext = {
    before: input.before,
    after: input.after,
    ...pairing,
    renamedSchemas,
    renames,
    replaced: findReplaced(pairing, renames),
    sessionRole: input.sessionRole,
    major: input.major,
    ...(input.restoring === undefined ? {} : { restoring: input.restoring }),
  };
  const rulesOf = (object: CatalogObject): KindRules => RULES[object.facts.kind];
  const actions: Action[] = (input.restoring?.statements ?? []).map((statement, order) => ({
    rank: RANK.restore,
    order,
    phase: "change",
    identity: null,
    mentions: "",
    statements: [statement],
  }));
  for (const object of pairing.extra) actions.push(...rulesOf(object).remove(object, context));
  for (const object of pairing.missing) actions.push(...rulesOf(object).make(object, context));
  for (const pair of pairing.changed) actions.push(...rulesOf(pair.before).change(pair, context));
  const ordered = orderActions(actions);
  const statements = ordered.flatMap((action) => action.statements).map(keepArrayCasts);
  const sqlBodies = statements.some((statement) => /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)/.test(statement));
  return {
    // A body may name what is made later (as in pg_dump).
    statements: sqlBodies ? ["SET LOCAL check_function_bodies = off", ...statements] : statements,
    conditions: [...new Set(ordered.flatMap((action) => action.conditions ?? []))],
  };
}

const CAST_ARRAY = /\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]/g;

/**
 * `(ARRAY['a'::character varying])::text[]`, which is how PostgreSQL prints IN over a varchar column, is not read back as it was printed: a
 * cast that follows an array constructor goes to its elements (manual, 4.2.12). A cast to its own type in between keeps it whole.
 */
function keepArrayCasts(statement: string): string {
  if (/^(?:CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)|COMMENT ON) /.test(statement)) return statement;
  return statement.replace(CAST_ARRAY, "(ARRAY[$1]::character varying[])::text[]");
}

function findRenamedSchemas({ changed }: Pairing): ReadonlyMap<string, string> {
  return new Map(changed.filter(({ before }) => before.kind === "schema").map(({ before, after }) => [after.name, before.name]));
}

function isRenamed({ before, after }: Pair, matching: Matching): boolean {
  if (before.identity !== after.identity) return true;
  if (matching === "identity" || before.facts.kind !== "relation" || after.facts.kind !== "relation") return false;
  const names = new Map(after.facts.columns.map(({ number, name }) => [number, name]));
  return before.address.oid === after.address.oid && before.facts.columns.some(({ number, name }) => (names.get(number) ?? name) !== name);
}

/**
 * The objects that the way back must remove and make again, as they are now: views that lose a column, enums that lose a label, routines
 * with another signature. What stands on them, touched or not, must be given to `deriveDefinitions` too.
 */
export function findDerivedReplacements(input: Pick<DeriveInput, "before" | "after" | "matching">): readonly CatalogObject[] {
  const pairing = pairSlices(input.before, input.after, input.matching);
  const renames = pairing.changed.some((pair) => isRenamed(pair, input.matching));
  const names = findReplaced(pairing, renames);
  return names.size === 0 ? [] : pairing.changed.map(({ after }) => after).filter(({ identity }) => names.has(bareIdentity(identity)));
}
