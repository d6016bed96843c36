import type { ColumnFacts, RelationFacts } from "../../model/catalog.ts";
import { compareTypes } from "../column-types.ts";
import { changed, type Pair, type Transition, type TransitionKind } from "./transition.ts";

/** Whether an INSERT that does not name the column fails. */
function isRequired(column: ColumnFacts): boolean {
  return column.notNull && column.default === null && column.generated === null && column.identity === null;
}

const FITS: Record<"wider" | "narrower" | "different", TransitionKind> = {
  wider: "column-widened",
  narrower: "column-narrowed",
  different: "column-retyped",
};

function compareColumn(pair: Pair, before: ColumnFacts, after: ColumnFacts): Transition[] {
  const found: Transition[] = [];
  const say = (kind: TransitionKind, from: string | null, to: string | null): void => {
    found.push(changed(pair, kind, { part: after.name, from, to }));
  };
  if (before.name !== after.name) say("column-renamed", before.name, after.name);
  if (before.type !== after.type) say(FITS[compareTypes(before.type, after.type).fit], before.type, after.type);
  if (before.notNull !== after.notNull) say(after.notNull ? "not-null-set" : "not-null-dropped", null, null);
  if (before.generated !== after.generated || (after.generated !== null && before.default !== after.default)) {
    say("generation-changed", before.default, after.default);
  } else if (!pair.echo.sameText(before.default, after.default)) {
    say(after.default === null ? "default-dropped" : "default-set", before.default, after.default);
  }
  if (before.identity !== after.identity) say("identity-changed", before.identity, after.identity);
  const tuning = (column: ColumnFacts): string =>
    JSON.stringify([column.collation, column.storage, column.compression, column.statistics, column.options, column.fdwOptions]);
  if (before.type === after.type && tuning(before) !== tuning(after)) say("column-tuned", null, null);
  if (before.comment !== after.comment) say("commented", before.comment, after.comment);
  for (const item of after.acl) if (!before.acl.includes(item)) say("granted", null, item);
  for (const item of before.acl) if (!after.acl.includes(item)) say("revoked", item, null);
  return found;
}

/** What became of the columns of a relation. They are matched by number while the oid lives, by name otherwise. */
export function compareColumns(pair: Pair, before: RelationFacts, after: RelationFacts): readonly Transition[] {
  const same = pair.before.address.oid === pair.after.address.oid;
  const key = (column: ColumnFacts): string => (same ? String(column.number) : column.name);
  const old = new Map(before.columns.map((column) => [key(column), column]));
  const found: Transition[] = [];
  for (const column of after.columns) {
    const was = old.get(key(column));
    old.delete(key(column));
    if (was !== undefined) found.push(...compareColumn(pair, was, column));
    else found.push(changed(pair, isRequired(column) ? "required-column-added" : "column-added", { part: column.name, to: column.type }));
  }
  for (const column of old.values()) found.push(changed(pair, "column-dropped", { part: column.name, from: column.type }));
  return found;
}
