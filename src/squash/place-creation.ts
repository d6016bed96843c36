import type { Node } from "../sql/parser.ts";
import { fieldsOf, listName } from "../sql/tree.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { bodyIsChecked, bodyText, owningColumn } from "./creations.ts";
import type { Creation } from "./creations.ts";
import type { Ledger, Mention, Statement, Tracked, Unit } from "./ledger.ts";
import { barrierAfter, elide, forget, place, record, stepId, touch, touchesAfter, track } from "./ledger.ts";
import { mentionsOf } from "./mentions.ts";
import { missingAt } from "./obstacles.ts";
import { findRelation, findRoutines, needsOf, relationsOf } from "./resolve.ts";

/** A statement that PostgreSQL's parser took. */
interface Parsed extends Omit<Statement, "tree"> {
  readonly tree: Node;
}

interface Use {
  readonly object: Tracked;
  readonly columns: Mention;
}

/** What a creation uses: by its tree, and for a routine by its body as far as that is known. */
function usesOf(ledger: Ledger, statement: Parsed): readonly Use[] {
  const { input, tree } = statement;
  const needs = needsOf(ledger, tree, input);
  const columns = mentionsOf(tree).columns;
  const uses = new Map<Tracked, Mention>();
  for (const object of [...needs.relations, ...needs.types, ...needs.routines]) uses.set(object, columns);
  const trigger = fieldsOf(tree, "CreateTrigStmt");
  for (const routine of trigger === null ? [] : findRoutines(ledger, listName(trigger.funcname), input)) uses.set(routine, columns);
  const owner = owningColumn(tree);
  if (owner !== null) uses.set(findRelation(ledger, owner.table, input), new Set([owner.column]));
  if ("CreateFunctionStmt" in tree) {
    // A body that is only text: its columns are the words in it, all of them where it says `*`.
    const body = bodyText(tree);
    const words: Mention = body.includes("*") ? "all" : new Set(body.match(/[\p{L}_][\p{L}\p{N}_$]*/gu));
    const inBody = input.parsed.changes.flatMap((change) => relationsOf(ledger, [...change.reads, ...change.writes], input));
    if (bodyIsChecked(tree) || /%\s*(row)?type/i.test(body)) for (const object of inBody) uses.set(object, words);
  }
  return [...uses].map(([object, mention]) => ({ object, columns: mention }));
}

function use(unit: Unit, creation: Creation, uses: readonly Use[]): void {
  for (const each of uses) {
    if (each.object.creator === unit) continue;
    const isRelation = each.object.key.startsWith("rel:");
    touch(each.object, unit, { kind: isRelation ? creation.uses : "column-use", columns: each.columns });
  }
}

function register(ledger: Ledger, creation: Creation, unit: Unit): Tracked {
  const owner = creation.on === null ? null : findRelation(ledger, creation.on, unit.input);
  unit.subject = owner;
  const tracked = track(ledger, { key: creation.key, kind: creation.kind, creator: unit, owner });
  if (creation.key.startsWith("func:")) {
    const name = creation.key.slice(5, creation.key.indexOf("("));
    ledger.routines.set(name, [...(ledger.routines.get(name) ?? []), tracked]);
  }
  return tracked;
}

/** A trigger, policy or rule names no signature: it is what it was as long as nothing between hangs on its older form. */
function dependants(object: Tracked, from: Unit): readonly string[] {
  return touchesAfter(object, from).map((each) => each.unit.input.migration);
}

/**
 * CREATE OR REPLACE of what a statement made before. The older form goes where nothing depends on it; where something does, the
 * newer one takes its place if all that it needs stands there already.
 */
function replace(ledger: Ledger, creation: Creation, statement: Parsed): Unit | null {
  const older = ledger.names.get(creation.key);
  const first = older?.creator ?? null;
  const id = stepId("replace-keeps-last", statement);
  if (older === undefined || first === null || !first.live || first.creates[0] !== older || ledger.skip.has(id)) return null;
  if (barrierAfter(ledger.barriers, first) !== null) return null;
  const uses = usesOf(ledger, statement);
  const step = { id, rule: "replace-keeps-last" as const, input: statement.input, before: first.input.step.sql };
  if (dependants(older, first).length === 0 && barrierAfter(ledger.creationBarriers, first) === null) {
    first.live = false;
    forget(ledger, older);
    const unit = place(ledger, statement);
    unit.origins.unshift(...first.origins);
    register(ledger, creation, unit);
    use(unit, creation, uses);
    record(ledger, { ...step, into: unit });
    return unit;
  }
  const needed = uses.map((each) => each.object).filter((object) => object !== older);
  const moved = needed.some((object) =>
    touchesAfter(object, first).some((each) => ["add-column", "drop-column", "alter-column", "rename-column"].includes(each.kind)),
  );
  if (moved || missingAt(needed, first) !== null || ledger.extensions.some((each) => each.live && each.position > first.position))
    return null;
  retext(first, statement);
  use(first, creation, uses);
  record(ledger, { ...step, into: first });
  return first;
}

function retext(unit: Unit, statement: Statement): void {
  unit.parsed = statement.tree;
  unit.text = statement.input.step.sql;
}

/** Places a statement that makes one object, or merges it with the one that made the object before. */
export function placeCreation(ledger: Ledger, creation: Creation, statement: Parsed): void {
  const older = ledger.names.get(creation.key);
  const exists = older !== undefined && older.creator !== null && older.creator.live;
  if (exists && creation.ifNotExists === "if-not-exists") {
    const reason = `${quoteIdentifier(creation.kind)} is there already`;
    if (elide(ledger, statement, { rule: "no-op-elided", reason })) return;
  }
  if (exists && creation.replaces === "replace") {
    if (replace(ledger, creation, statement) !== null) return;
    const unit = place(ledger, statement);
    unit.subject = older;
    touch(older, unit, { kind: "replace", columns: "all" });
    use(unit, creation, usesOf(ledger, statement));
    return;
  }
  const unit = place(ledger, statement);
  const uses = usesOf(ledger, statement);
  if (!exists || creation.ifNotExists === "always") register(ledger, creation, unit);
  use(unit, creation, uses);
}
