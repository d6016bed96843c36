import type { CatalogObject, ConstraintFacts, IndexFacts, RelationFacts } from "../../model/catalog.ts";
import { qualifiedName, quoteIdentifier } from "../../sql/quote.ts";
import { changeAttached, makeAttached } from "./attached.ts";
import { type Action, change, type DeriveContext, type Pair, RANK } from "./action.ts";
import { changeOptions } from "./column.ts";
import { commentOn } from "./common.ts";
import { constraintCondition, indexCondition } from "./conditions.ts";
import { pairParts, untangleRenames } from "./pair.ts";
import { alterTable, mustReplacePart, type Sides } from "./sides.ts";

/** Constraints that come with a parent are made by it. */
function isOwn(constraint: ConstraintFacts): boolean {
  return (constraint.isLocal || constraint.inheritCount === 0) && constraint.type !== "trigger";
}

/** Whether the constraint of this name belongs to an index of the parent's, and comes with it. */
function isInheritedIndex(facts: RelationFacts, constraint: ConstraintFacts): boolean {
  return facts.indexes.some((index) => index.constraint === constraint.name && index.parent !== null);
}

function makeConstraint(object: CatalogObject, constraint: ConstraintFacts): readonly string[] {
  const name = quoteIdentifier(constraint.name);
  return [
    `${alterTable(object)} ADD CONSTRAINT ${name} ${constraint.definition}`,
    ...(constraint.comment === null ? [] : [commentOn(`CONSTRAINT ${name} ON ${object.identity}`, constraint.comment)]),
  ];
}

function rankOf(constraint: ConstraintFacts): number {
  return constraint.type === "foreign-key" ? RANK.makeForeignKey : RANK.makeIndex;
}

function makeIndex(object: CatalogObject, index: IndexFacts): readonly string[] {
  const name = qualifiedName(index.schema, index.name);
  // Of a partitioned table: with the indexes of its partitions, unless it was made without them.
  const definition = index.valid ? index.definition.replace(/ ON ONLY /, " ON ") : index.definition;
  const own = index.constraint === null ? [definition] : [];
  return [
    ...own,
    ...adornIndex(object, index, null),
    ...(index.comment === null || index.constraint !== null ? [] : [commentOn(`INDEX ${name}`, index.comment)]),
  ];
}

function adornIndex(object: CatalogObject, index: IndexFacts, found: IndexFacts | null): readonly string[] {
  const name = qualifiedName(index.schema, index.name);
  const statements: string[] = [];
  const targets = new Map((found?.columnStatistics ?? []).map(({ number, target }) => [number, target]));
  for (const { number, target } of index.columnStatistics) {
    if (targets.get(number) !== target) statements.push(`ALTER INDEX ${name} ALTER COLUMN ${number} SET STATISTICS ${target}`);
    targets.delete(number);
  }
  for (const number of targets.keys()) statements.push(`ALTER INDEX ${name} ALTER COLUMN ${number} SET STATISTICS -1`);
  if (index.clustered && found?.clustered !== true)
    statements.push(`ALTER TABLE ${object.identity} CLUSTER ON ${quoteIdentifier(index.name)}`);
  if (index.replicaIdentity && found?.replicaIdentity !== true) {
    statements.push(`ALTER TABLE ${object.identity} REPLICA IDENTITY USING INDEX ${quoteIdentifier(index.name)}`);
  }
  if (found !== null && index.tablespace !== found.tablespace) {
    statements.push(`ALTER INDEX ${name} SET TABLESPACE ${quoteIdentifier(index.tablespace ?? "pg_default")}`);
  }
  return statements;
}

/** Everything that hangs on a relation that is made. */
export function makeParts(object: CatalogObject, facts: RelationFacts): readonly Action[] {
  const actions: Action[] = [];
  const add = (rank: number, oid: number, statements: readonly string[]): void => {
    if (statements.length > 0)
      actions.push({ rank, order: oid, phase: "make", identity: null, mentions: statements.join("\n"), statements });
  };
  for (const constraint of facts.constraints) {
    if (isOwn(constraint) && !isInheritedIndex(facts, constraint))
      add(rankOf(constraint), constraint.oid, makeConstraint(object, constraint));
  }
  // Of a materialized view or table alike: after the rows are there, and after the constraints that own some of them.
  for (const index of facts.indexes) {
    const rank = facts.relationKind === "materialized-view" ? RANK.makeView : RANK.makeIndex;
    if (index.parent === null) {
      const statements = makeIndex(object, index);
      if (statements.length > 0) {
        actions.push({ rank: rank + 2, order: index.oid, phase: "make", identity: null, mentions: object.identity, statements });
      }
    }
  }
  for (const kind of ["rules", "policies", "triggers"] as const) {
    for (const part of facts[kind]) if (!part.inherited) add(RANK.makeAttached, part.oid, makeAttached(object, kind, part));
  }
  return actions;
}

/** Everything that hangs on a relation that stayed, turned back. */
export function changeParts({ before, after }: Pair, context: DeriveContext): readonly Action[] {
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return [];
  const sides: Sides = { before, after, wanted: before.facts, found: after.facts };
  return [
    ...changeConstraints(sides, context),
    ...changeIndexes(sides, context),
    ...(["rules", "policies", "triggers"] as const).flatMap((kind) => changeAttached(kind, sides, context)),
  ];
}

const TIMING = / DEFERRABLE(?: INITIALLY DEFERRED)?$/;

/** When a foreign key is checked, as ALTER CONSTRAINT says it. */
function timing({ definition }: ConstraintFacts): string {
  const found = TIMING.exec(definition)?.[0].trim();
  if (found === undefined) return "NOT DEFERRABLE";
  return found.includes("INITIALLY") ? found : `${found} INITIALLY IMMEDIATE`;
}

const VALIDITY = / NOT (?:VALID|ENFORCED)/g;

function changeConstraints({ before, after, wanted, found }: Sides, context: DeriveContext): readonly Action[] {
  const actions: Action[] = [];
  const pairs = pairParts(wanted.constraints, found.constraints, (left, right) => left.oid === right.oid);
  const drop = (constraint: ConstraintFacts): void => {
    if (!isOwn(constraint) || isInheritedIndex(found, constraint)) return;
    const rank = constraint.type === "foreign-key" ? RANK.removeForeignKey : RANK.removeIndex;
    actions.push(change(rank, after, [`${alterTable(after)} DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`]));
  };
  const add = (constraint: ConstraintFacts): void => {
    if (!isOwn(constraint) || isInheritedIndex(wanted, constraint)) return;
    const condition = constraintCondition(constraint, { before, after });
    actions.push({
      rank: rankOf(constraint),
      order: constraint.oid,
      phase: "change",
      identity: null,
      mentions: "",
      statements: makeConstraint(before, constraint),
      conditions: condition === null ? [] : [condition],
    });
  };
  const inMotion = new Set([...context.extra, ...context.changed.map((pair) => pair.after)].map(({ identity }) => identity));
  for (const constraint of pairs.extra) {
    // One that refers to a table which goes or loses its key stands in the way.
    if (stays(constraint.definition, { wanted, found }) || inMotion.has(constraint.references ?? "")) drop(constraint);
  }
  for (const constraint of pairs.missing) add(constraint);
  const renames: { from: string; to: string }[] = [];
  for (const { before: old, after: now } of pairs.changed) {
    const onlyValidated =
      old.definition.replace(VALIDITY, "") === now.definition.replace(VALIDITY, "") &&
      old.type === now.type &&
      old.noInherit === now.noInherit;
    const sameOid = old.oid === now.oid;
    // A constraint cannot be made unvalidated again: validating it is undone by making it anew with NOT VALID.
    if (mustReplacePart({ wanted: old.definition, found: now.definition, sameOid }, context) || (!onlyValidated && !context.renames)) {
      if (onlyValidated && !old.definition.includes(" NOT ") && now.definition.endsWith(" NOT VALID")) {
        actions.push(change(RANK.makeForeignKey, before, [`${alterTable(before)} VALIDATE CONSTRAINT ${quoteIdentifier(old.name)}`]));
        continue;
      }
      if (
        old.type === "foreign-key" &&
        sameOid &&
        timing(old) !== timing(now) &&
        old.definition.replace(TIMING, "") === now.definition.replace(TIMING, "")
      ) {
        actions.push(change(RANK.adorn, before, [`${alterTable(before)} ALTER CONSTRAINT ${quoteIdentifier(old.name)} ${timing(old)}`]));
        continue;
      }
      drop(now);
      add(old);
      continue;
    }
    if (old.name !== now.name) renames.push({ from: now.name, to: old.name });
    if (old.comment !== now.comment) {
      actions.push(change(RANK.adorn, before, [commentOn(`CONSTRAINT ${quoteIdentifier(old.name)} ON ${before.identity}`, old.comment)]));
    }
  }
  const statements = untangleRenames(renames).map(
    ({ from, to }) => `${alterTable(before)} RENAME CONSTRAINT ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`,
  );
  return statements.length === 0 ? actions : [...actions, change(RANK.renamePart, before, statements)];
}

/** An index or constraint over a column that goes is removed with it; dropping it first is only needed where something stays. */
function stays(definition: string, sides: Pick<Sides, "wanted" | "found">): boolean {
  const kept = new Set(sides.wanted.columns.map(({ number }) => number));
  const gone = sides.found.columns.filter(({ number }) => !kept.has(number));
  // Only when sure that it goes along: one of the column list is a column that goes.
  const [, list] = /^(?:PRIMARY KEY|UNIQUE(?: NULLS NOT DISTINCT)?|FOREIGN KEY) \((.*?)\)/.exec(definition) ?? [];
  if (list === undefined) return true;
  const names = new Set(list.split(", "));
  return !gone.some(({ name }) => names.has(quoteIdentifier(name)) && !sides.wanted.columns.some((column) => column.name === name));
}

function changeIndexes({ before, after, wanted, found }: Sides, context: DeriveContext): readonly Action[] {
  const actions: Action[] = [];
  const pairs = pairParts(wanted.indexes, found.indexes, (left, right) => left.oid === right.oid);
  const drop = (index: IndexFacts): void => {
    if (index.constraint !== null || index.parent !== null) return;
    actions.push(change(RANK.removeIndex, after, [`DROP INDEX ${qualifiedName(index.schema, index.name)}`]));
  };
  const add = (index: IndexFacts): void => {
    if (index.parent !== null) return;
    const statements = makeIndex(before, index);
    if (statements.length === 0) return;
    const condition = index.constraint === null ? indexCondition(index, { before, after }) : null;
    actions.push({ ...change(RANK.makeIndex + 2, before, statements, condition === null ? [] : [condition]), order: index.oid });
  };
  for (const index of pairs.extra) drop(index);
  for (const index of pairs.missing) add(index);
  const renames: { from: string; to: string }[] = [];
  for (const { before: old, after: now } of pairs.changed) {
    if (old.constraint === null && now.constraint !== null) {
      // The up made a constraint of it (USING INDEX): dropping that dropped the index.
      add(old);
      continue;
    }
    if (old.constraint !== null && now.constraint === null) {
      // The other way round: the constraint makes its index again.
      drop(now);
      continue;
    }
    const sameOid = old.oid === now.oid;
    const onlyOptions = old.definition !== now.definition && withoutOptions(old.definition) === withoutOptions(now.definition) && sameOid;
    if (old.constraint === null && mustReplacePart({ wanted: old.definition, found: now.definition, sameOid }, context)) {
      if (onlyOptions) {
        actions.push(
          change(
            RANK.makeIndex,
            before,
            changeOptions(`ALTER INDEX ${qualifiedName(old.schema, old.name)}`, optionsOf(now), optionsOf(old)),
          ),
        );
      } else {
        drop(now);
        add(old);
        continue;
      }
    }
    const ownRename = old.name !== now.name && (old.constraint === null || wanted.constraints.every(({ name }) => name !== old.constraint));
    if (ownRename) renames.push({ from: now.name, to: old.name });
    const statements = [
      ...adornIndex(before, old, now),
      ...(old.comment === now.comment || old.constraint !== null
        ? []
        : [commentOn(`INDEX ${qualifiedName(old.schema, old.name)}`, old.comment)]),
      ...(now.clustered && !old.clustered && !wanted.indexes.some(({ clustered }) => clustered)
        ? [`ALTER TABLE ${before.identity} SET WITHOUT CLUSTER`]
        : []),
    ];
    if (statements.length > 0) actions.push(change(RANK.adorn, before, statements));
  }
  const statements = untangleRenames(renames).map(
    ({ from, to }) => `ALTER INDEX ${qualifiedName(before.schema, from)} RENAME TO ${quoteIdentifier(to)}`,
  );
  return statements.length === 0 ? actions : [...actions, change(RANK.renamePart, before, statements)];
}

const INDEX_OPTIONS = / WITH \(((?:[^()']|'[^']*')*)\)/;

function withoutOptions(definition: string): string {
  return definition.replace(INDEX_OPTIONS, "").replace(/^CREATE (UNIQUE )?INDEX .*? ON /, "");
}

function optionsOf(index: IndexFacts): readonly string[] {
  const [, list] = INDEX_OPTIONS.exec(index.definition) ?? [];
  return list === undefined ? [] : list.split(", ").map((option) => option.replace(/^(\w+)='?(.*?)'?$/, "$1=$2"));
}
