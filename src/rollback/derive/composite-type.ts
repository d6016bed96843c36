import type { CatalogObject, ColumnFacts } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Action, change, type KindRules, make, RANK, remove } from "./action.ts";
import { adornChanged, adornNew, commentOn } from "./common.ts";
import { pairParts, untangleRenames } from "./pair.ts";
import { renameBack } from "./rename.ts";

function columnsOf(object: CatalogObject): readonly ColumnFacts[] {
  return object.facts.kind === "relation" ? object.facts.columns : [];
}

function attribute(column: ColumnFacts): string {
  return `${quoteIdentifier(column.name)} ${column.type}${column.collation === null ? "" : ` COLLATE ${column.collation}`}`;
}

function comments(object: CatalogObject, columns: readonly ColumnFacts[]): readonly string[] {
  return columns.flatMap(({ name, comment }) =>
    comment === null ? [] : [commentOn(`COLUMN ${object.identity}.${quoteIdentifier(name)}`, comment)],
  );
}

/** Stand-alone composite types (manual, CREATE TYPE and ALTER TYPE). */
export const compositeTypeRules: KindRules = {
  make(object, context): readonly Action[] {
    const columns = columnsOf(object);
    const create = `CREATE TYPE ${object.identity} AS (${columns.map(attribute).join(", ")})`;
    return [make(RANK.makeType, object, [create, ...adornNew(object, context), ...comments(object, columns)])];
  },
  remove(object): readonly Action[] {
    const mentions = columnsOf(object)
      .map(({ type }) => type)
      .join("\n");
    return [remove(RANK.removeType, object, { statements: [`DROP TYPE ${object.identity}`], mentions })];
  },
  change(pair, context): readonly Action[] {
    const { before, after } = pair;
    const alter = `ALTER TYPE ${before.identity}`;
    const pairs = pairParts(columnsOf(before), columnsOf(after), (left, right) => left.number === right.number);
    const renames = pairs.changed
      .filter(({ before: old, after: now }) => old.name !== now.name)
      .map(({ before: old, after: now }) => ({ from: now.name, to: old.name }));
    const statements = [
      ...pairs.extra.map(({ name }) => `${alter} DROP ATTRIBUTE ${quoteIdentifier(name)}`),
      ...untangleRenames(renames).map(({ from, to }) => `${alter} RENAME ATTRIBUTE ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`),
      ...pairs.changed
        .filter(({ before: old, after: now }) => old.type !== now.type || old.collation !== now.collation)
        .map(({ before: old }) => `${alter} ALTER ATTRIBUTE ${attribute(old).replace(/^("(?:[^"]|"")+"|\S+) /, "$1 TYPE ")}`),
      ...pairs.missing.map((column) => `${alter} ADD ATTRIBUTE ${attribute(column)}`),
      ...comments(before, pairs.missing),
      ...pairs.changed
        .filter(({ before: old, after: now }) => old.comment !== now.comment)
        .map(({ before: old }) => commentOn(`COLUMN ${before.identity}.${quoteIdentifier(old.name)}`, old.comment)),
      ...adornChanged(pair, context),
    ];
    return [...renameBack(pair, context), ...(statements.length === 0 ? [] : [change(RANK.changeTable, before, statements)])];
  },
};
