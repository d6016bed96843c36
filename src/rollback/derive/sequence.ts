import type { CatalogObject, SequenceFacts } from "../../model/catalog.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import { type Action, change, type DeriveContext, type KindRules, make, RANK, remove } from "./action.ts";
import { adornChanged, adornNew } from "./common.ts";
import { bareIdentity } from "./order.ts";
import { renameBack, temporaryName } from "./rename.ts";
import { sequenceOptions } from "./sequence-options.ts";

function factsOf(object: CatalogObject): SequenceFacts {
  if (object.facts.kind !== "sequence") throw new Error(`${object.identity} is no sequence`);
  return object.facts;
}

/** The table of `schema.table.column`. */
function owningTable(ownedBy: string): string {
  return bareIdentity(ownedBy);
}

/** Whether the column that owns it goes too, which takes the sequence along. */
function goesWithItsColumn(facts: SequenceFacts, context: DeriveContext): boolean {
  if (facts.ownedBy === null) return false;
  const table = owningTable(facts.ownedBy);
  const column = facts.ownedBy.slice(table.length + 1);
  return context.changed.some(({ before, after }) => {
    if (after.identity !== table || after.facts.kind !== "relation" || before.facts.kind !== "relation") return false;
    const owner = after.facts.columns.find(({ name }) => name === column || `"${name.replaceAll('"', '""')}"` === column);
    const kept =
      owner !== undefined &&
      before.facts.columns.some(({ number, name, type }) => number === owner.number || (name === owner.name && type === owner.type));
    return owner !== undefined && !kept;
  });
}

/** `setval` to the position of a sequence: its last value, or the one that waits to be given out first. */
function setPosition(identity: string, facts: SequenceFacts): string {
  return `SELECT pg_catalog.setval(${quoteLiteral(identity)}, ${positionOf(facts)}, ${facts.lastValue === null ? "false" : "true"})`;
}

function positionOf(facts: SequenceFacts): string {
  return facts.lastValue ?? facts.waitingAt ?? facts.start;
}

/** Only where nobody moved it since: a position that goes back under values in use would give them out twice. */
function setPositionBack(identity: string, wanted: SequenceFacts, found: SequenceFacts): string {
  const untouched = `last_value = ${positionOf(found)} AND ${found.lastValue === null ? "NOT is_called" : "is_called"}`;
  return `${setPosition(identity, wanted)} FROM ${identity} WHERE ${untouched}`;
}

function ownedByStatement(identity: string, ownedBy: string | null): string {
  return `ALTER SEQUENCE ${identity} OWNED BY ${ownedBy ?? "NONE"}`;
}

export const sequenceRules: KindRules = {
  make(object, context): readonly Action[] {
    const facts = factsOf(object);
    const position =
      facts.lastValue === null && (facts.waitingAt ?? null) === null
        ? []
        : [change(RANK.position, object, [setPosition(object.identity, facts)])];
    if (facts.identity) return position;
    const type = facts.dataType === "bigint" ? "" : ` AS ${facts.dataType}`;
    const options = sequenceOptions(facts, null).map((option) => ` ${option}`);
    const unlogged = facts.persistence === "unlogged" ? "UNLOGGED " : "";
    return [
      make(RANK.makeSequence, object, [
        `CREATE ${unlogged}SEQUENCE ${object.identity}${type}${options.join("")}`,
        ...adornNew(object, context),
      ]),
      ...(facts.ownedBy === null ? [] : [change(RANK.adorn, object, [ownedByStatement(object.identity, facts.ownedBy)])]),
      ...position,
    ];
  },
  remove(object, context): readonly Action[] {
    const facts = factsOf(object);
    const table = facts.ownedBy === null ? null : owningTable(facts.ownedBy);
    if (context.extra.some(({ identity }) => identity === table)) return [];
    const goes = goesWithItsColumn(facts, context);
    // DROP IDENTITY comes early and takes it along.
    if (facts.identity && !goes) return [];
    const wanted = [...context.before.values()].some(({ kind, identity }) => kind === "sequence" && identity === object.identity);
    if (!wanted)
      return goes ? [] : [remove(RANK.removeSequence, object, { statements: [`DROP SEQUENCE ${object.identity}`], mentions: "" })];
    // Another takes its name while defaults may still use it.
    const aside = temporaryName("replaced", object.name);
    return [
      change(RANK.moveAside, object, [`ALTER SEQUENCE ${object.identity} RENAME TO ${quoteIdentifier(aside)}`]),
      ...(goes ? [] : [change(RANK.removeSequence, object, [`DROP SEQUENCE ${qualifiedName(object.schema, aside)}`])]),
    ];
  },
  change(pair, context): readonly Action[] {
    const { before, after } = pair;
    const wanted = factsOf(before);
    const found = factsOf(after);
    const actions: Action[] = [];
    const ownerMoved =
      found.ownedBy !== null &&
      before.name === after.name &&
      context.changed.some((other) => other.after.identity === owningTable(found.ownedBy ?? "") && other.before.schema === before.schema);
    if (!ownerMoved) actions.push(...renameBack(pair, context));
    const statements: string[] = [];
    const type = wanted.dataType === found.dataType || wanted.identity ? "" : ` AS ${wanted.dataType}`;
    const options = sequenceOptions(wanted, found);
    if (type !== "" || options.length > 0) {
      statements.push(`ALTER SEQUENCE ${before.identity}${type}${options.map((option) => ` ${option}`).join("")}`);
    }
    if (wanted.persistence !== found.persistence) {
      statements.push(`ALTER SEQUENCE ${before.identity} SET ${wanted.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`);
    }
    const released = wanted.ownedBy === null && found.ownedBy !== null;
    // Its owner's removal would take it along.
    if (released && !wanted.identity) actions.push(change(RANK.detach, after, [ownedByStatement(after.identity, null)]));
    else if (wanted.ownedBy !== found.ownedBy && !wanted.identity && !context.renames) {
      actions.push(change(RANK.adorn, before, [ownedByStatement(before.identity, wanted.ownedBy)]));
    }
    if (positionOf(wanted) !== positionOf(found) || (wanted.lastValue === null) !== (found.lastValue === null)) {
      actions.push(change(RANK.position, before, [setPositionBack(before.identity, wanted, found)]));
    }
    // The owner of an owned sequence is that of its table.
    const adorn = wanted.identity ? [] : adornChanged(pair, context);
    statements.push(...(wanted.ownedBy === null ? adorn : adorn.filter((statement) => !/ OWNER TO \S+$/.test(statement))));
    return statements.length === 0 ? actions : [...actions, change(RANK.changeTable, before, statements)];
  },
};
