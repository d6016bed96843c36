import type { Ledger, Touch, TouchKind, Tracked, Unit } from "./ledger.ts";
import { bringBefore, mayComeBefore } from "./hoist.ts";
import { barrierAfter, readable, touchesAfter } from "./ledger.ts";
import { overlaps } from "./mentions.ts";

/** What is to be merged into a CREATE TABLE that stands earlier. */
export type FoldKind =
  | "add-column"
  | "add-column-with-values"
  | "add-check"
  | "add-unique"
  | "add-foreign-key"
  | "drop-constraint"
  | "set-default"
  | "set-not-null"
  | "drop-not-null"
  | "alter-type"
  | "drop-column"
  | "rename-column"
  | "rename-table"
  | "index";

/** When a statement in between is in the way: always, when it names one of the columns, or unless it gives them values itself. */
type Rule = "always" | "columns" | "unless-listed";

const SHAPE: Partial<Record<TouchKind, Rule>> = {
  structure: "always",
  child: "always",
  "drop-column": "columns",
  "rename-column": "columns",
  "alter-column": "columns",
};

const CHECKED: Partial<Record<TouchKind, Rule>> = {
  ...SHAPE,
  update: "always",
  upsert: "always",
  delete: "always",
  "drop-constraint": "always",
};

const ADD_COLUMN: Partial<Record<TouchKind, Rule>> = {
  ...SHAPE,
  "add-column": "always",
  "column-use": "columns",
  view: "columns",
  routine: "columns",
  read: "columns",
  update: "columns",
  delete: "columns",
  upsert: "columns",
  policy: "columns",
  rule: "always",
};

/**
 * Which statements between a CREATE TABLE and a change of that table keep the change from being merged into it. Why each: rows
 * written in between must come out the same, stored expressions must be read under the same columns, and nothing may be named
 * before it exists.
 */
const RULES: Readonly<Record<FoldKind, Partial<Record<TouchKind, Rule>>>> = {
  "add-column": ADD_COLUMN,
  "add-column-with-values": { ...ADD_COLUMN, insert: "always", upsert: "always", update: "always", delete: "always", read: "always" },
  "add-check": CHECKED,
  "add-unique": CHECKED,
  "add-foreign-key": { ...CHECKED, insert: "always" },
  "drop-constraint": { ...SHAPE, "drop-constraint": "always", upsert: "always", update: "always", delete: "always", "fk-from": "columns" },
  "set-default": { ...SHAPE, insert: "unless-listed", upsert: "unless-listed", update: "columns" },
  "set-not-null": CHECKED,
  "drop-not-null": { ...SHAPE, "add-column": "columns" },
  "alter-type": {
    ...SHAPE,
    insert: "always",
    upsert: "always",
    update: "always",
    delete: "columns",
    read: "columns",
    view: "columns",
    routine: "columns",
    trigger: "columns",
    policy: "columns",
    rule: "always",
    "column-use": "columns",
    constraint: "columns",
    "drop-constraint": "always",
  },
  "drop-column": {
    ...SHAPE,
    insert: "columns",
    upsert: "columns",
    update: "columns",
    delete: "columns",
    read: "columns",
    view: "columns",
    routine: "columns",
    trigger: "columns",
    policy: "columns",
    rule: "always",
    constraint: "columns",
    "drop-constraint": "always",
    grant: "columns",
    "fk-from": "columns",
    "column-use": "columns",
    "add-column": "columns",
  },
  // What else names the table or column is rewritten, or keeps the rename where it is: see follow.ts.
  "rename-column": {
    structure: "always",
    child: "always",
    rule: "always",
    "rename-column": "columns",
    "add-column": "columns",
    "drop-column": "columns",
  },
  "rename-table": { structure: "always", child: "always", rule: "always", rename: "always" },
  // An index moves to its table: what changes its columns or rewrites rows under a unique index keeps it where it is.
  index: { ...CHECKED, "add-column": "columns", constraint: "columns", rename: "always" },
};

const WORDS: Readonly<Record<TouchKind, string>> = {
  index: "an index",
  constraint: "a constraint",
  "drop-constraint": "a constraint dropped",
  "fk-from": "a foreign key to it",
  "column-use": "an expression that uses it",
  view: "a view over it",
  routine: "a function over it",
  trigger: "a trigger",
  policy: "a policy",
  rule: "a rule",
  insert: "rows inserted",
  upsert: "rows inserted or updated",
  update: "rows updated",
  delete: "rows deleted",
  read: "rows read",
  comment: "a comment",
  grant: "a grant",
  owner: "a change of owner",
  "add-column": "a column that could not be merged",
  "alter-column": "a change of column that could not be merged",
  "drop-column": "a column dropped",
  "rename-column": "a column renamed",
  rename: "a rename",
  drop: "a drop",
  replace: "a replacement",
  option: "a setting",
  child: "a child table",
  structure: "a change of inheritance or partitions",
};

/** A change that wants to move up into an earlier statement. */
export interface Fold {
  readonly kind: FoldKind;
  readonly table: Tracked;
  readonly into: Unit;
  /** Columns that it changes or names. */
  readonly columns: readonly string[];
  readonly needs: readonly Tracked[];
  /** It needs a type or function that no statement made. */
  readonly unknown: boolean;
}

function blocks(fold: Fold, touch: Touch): boolean {
  const rule = RULES[fold.kind][touch.kind];
  if (rule === "columns") return overlaps(touch.columns, fold.columns);
  if (rule === "unless-listed") return touch.columns === "all" || !fold.columns.every((column) => overlaps(touch.columns, [column]));
  return rule === "always";
}

/** Changes of one column: in the way of a foreign key only where they change a column that it may point at. */
function changesIdentity(touch: Touch): boolean {
  return CHANGES_IDENTITY.has(touch.kind) && !(touch.kind === "alter-column" && touch.unit.subject?.kind === "table");
}

/** Changes of an object after which it is no longer what it was, or did not stand there yet under that name. */
const CHANGES_IDENTITY: ReadonlySet<TouchKind> = new Set(["rename", "drop", "replace", "alter-column", "rename-column", "structure"]);

/** Why a needed object is not there yet, or no longer the same, where the merge would put its use; `null` where it is. */
export function missingAt(needs: readonly Tracked[], into: Unit): string | null {
  for (const need of needs) {
    if (need.creator !== null && need.creator.position > into.position && need.creator !== into) {
      return `${readable(need)} is made by a later statement`;
    }
    const changed = touchesAfter(need, into).find(changesIdentity);
    if (changed !== undefined) return `${readable(need)} is changed in between (${WORDS[changed.kind]}, ${changed.unit.input.migration})`;
  }
  return null;
}

/** The first reason why a change cannot move up into the statement, in words; `null` where nothing is in the way. */
export function findObstacle(ledger: Ledger, fold: Fold): string | null {
  const barrier = barrierAfter(ledger.barriers, fold.into);
  if (barrier !== null) return `${barrier.input.migration} holds a statement in between that may do anything`;
  const extensions = fold.unknown ? ledger.extensions.filter((each) => each.live && each.position > fold.into.position) : [];
  for (const touch of touchesAfter(fold.table, fold.into)) {
    if (blocks(fold, touch)) return `${WORDS[touch.kind]} stands in between (${touch.unit.input.migration})`;
  }
  const needs = fold.needs.filter((need) => need !== fold.table);
  const later = new Set([...needs.flatMap((need) => (isLater(need, fold.into) ? (need.creator ?? []) : [])), ...extensions]);
  const reason = missingAt(
    needs.filter((need) => !isLater(need, fold.into)),
    fold.into,
  );
  if (reason !== null) return reason;
  for (const unit of later) {
    if (!mayComeBefore(ledger, unit, fold.into))
      return `${readable(unit.creates[0] ?? { key: ":an extension" })} is made by a later statement`;
  }
  const changed = needs.flatMap((need) => touchesAfter(need, fold.into)).find(changesIdentity);
  if (changed !== undefined) return `something that it needs is changed in between (${changed.unit.input.migration})`;
  for (const unit of later) bringBefore(ledger, unit, fold.into);
  return null;
}

function isLater(need: Tracked, into: Unit): boolean {
  return need.creator !== null && need.creator !== into && need.creator.position > into.position;
}
