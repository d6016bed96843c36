import type { Merge, MergeRule, Squash, SquashedStatement, SquashInput } from "../model/squash.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { Ledger, Note, Step, Unit } from "./ledger.ts";
import { openLedger } from "./ledger.ts";
import { printUnit } from "./print.ts";
import { type PrintedStatement, settleDeferred } from "./settle-deferred.ts";
import { standing, walk } from "./walk.ts";

/** A merge with the steps that it consists of, each of which can be taken back by its id. */
export interface MadeMerge extends Merge {
  readonly parts: readonly string[];
}

export interface Merged {
  readonly statements: readonly SquashedStatement[];
  readonly merges: readonly MadeMerge[];
  readonly kept: Squash["kept"];
  readonly elided: Squash["elided"];
}

export interface MergeOptions {
  /** Ids of steps (`MadeMerge.parts`) that are not to be taken. */
  readonly skip: ReadonlySet<string>;
}

function origins(unit: Unit): SquashedStatement["origins"] {
  return unit.origins.map((input) => ({ migration: input.migration, location: input.step.location }));
}

function pathOf(input: SquashInput): string {
  const path = input.searchPath.filter((schema) => schema !== "$user");
  return path.length === 0 ? "''" : path.map((schema) => quoteIdentifier(schema)).join(", ");
}

/** The statements in order, each under the search path in which its names were meant. */
function printAll(units: readonly Unit[], printed: ReadonlyMap<Unit, string>): readonly SquashedStatement[] {
  let path = "public";
  const statements = units.flatMap((unit): readonly PrintedStatement[] => {
    const { input } = unit;
    const wanted = pathOf(unit.input);
    const statement: SquashedStatement = {
      sql: printed.get(unit) ?? unit.text,
      data: unit.input.step.kind === "copy" ? unit.input.step.data : null,
      origins: origins(unit),
      // Without the word CONCURRENTLY it runs in a transaction.
      transactional: unit.input.parsed.transactional || printed.get(unit) !== unit.text,
    };
    if (wanted === path) return [{ statement, input }];
    path = wanted;
    const setting: SquashedStatement = { sql: `SET search_path = ${wanted}`, data: null, origins: [], transactional: true };
    return [
      { statement: setting, input },
      { statement, input },
    ];
  });
  return settleDeferred(statements);
}

/** Steps of one rule into one statement are one merge; what has left no statement is one merge per id. */
function groupSteps(steps: readonly Step[], printed: ReadonlyMap<Unit, string>): readonly MadeMerge[] {
  const groups = new Map<Unit | string, Map<MergeRule, Step[]>>();
  for (const step of steps) {
    const group = groups.get(step.into ?? step.id) ?? new Map<MergeRule, Step[]>();
    groups.set(step.into ?? step.id, group);
    group.set(step.rule, [...(group.get(step.rule) ?? []), step]);
  }
  return [...groups].flatMap(([target, rules]) =>
    [...rules].map(([rule, made]): MadeMerge => {
      const unit = typeof target === "string" ? null : target;
      const original = unit === null ? [] : [unit.input.step.sql];
      const inputs = [...(unit === null ? [] : [unit.input]), ...made.map((step) => step.input)];
      return {
        id: unit === null ? (made[0]?.id ?? "") : `${rule}@${unit.id}`,
        rule,
        migrations: [...new Set(inputs.map((input) => input.migration))],
        before: [...new Set([...original, ...made.map((step) => step.before)])],
        after: unit === null || !unit.live ? [] : [printed.get(unit) ?? unit.text],
        parts: [...new Set(made.map((step) => step.id))],
      };
    }),
  );
}

function notes(given: readonly Note[]): Squash["kept"] {
  return given.map((note) => ({ migration: note.input.migration, sql: note.sql, reason: note.reason }));
}

/** Every change of a statement that no longer stands is gone with it. */
function stillCount(ledger: Ledger): readonly Step[] {
  return ledger.steps.filter((step) => step.into === null || step.into.live);
}

/**
 * Merges the statements of a history into fewer that give the same database: each change moves up into the statement that made its
 * object, through everything in between that it commutes with (in the spirit of Django's migration optimizer). Pure: the same
 * input gives the same text. Whether the result is equal is for `proveSquash` to show. Needs `loadParser()` before.
 */
export function mergeStatements(inputs: readonly SquashInput[], options: MergeOptions): Merged {
  const skip = new Set(options.skip);
  for (;;) {
    const ledger = openLedger(skip);
    walk(ledger, inputs);
    const printed = new Map<Unit, string>();
    const unprintable: Unit[] = [];
    for (const unit of standing(ledger)) {
      const sql = printUnit(unit);
      if (sql === null) unprintable.push(unit);
      else printed.set(unit, sql);
    }
    if (unprintable.length === 0) return finish(ledger, printed);
    const steps = unprintable.flatMap((unit) => unit.merged);
    if (steps.length === 0) throw new Error(`a statement cannot be printed, and no merge changed it: ${unprintable[0]?.text ?? ""}`);
    for (const step of steps) skip.add(step);
  }
}

/** Every step that can be taken, those included that only come up when others are taken back. Without them nothing is merged. */
export function everyStep(inputs: readonly SquashInput[]): ReadonlySet<string> {
  const steps = new Set<string>();
  for (;;) {
    const { merges } = mergeStatements(inputs, { skip: steps });
    if (merges.length === 0) return steps;
    for (const merge of merges) for (const part of merge.parts) steps.add(part);
  }
}

function finish(ledger: Ledger, printed: ReadonlyMap<Unit, string>): Merged {
  return {
    statements: printAll([...printed.keys()], printed),
    merges: groupSteps(stillCount(ledger), printed),
    kept: notes(ledger.kept),
    elided: notes(ledger.elided),
  };
}
