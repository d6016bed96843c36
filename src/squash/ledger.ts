import type { SquashInput, MergeRule } from "../model/squash.ts";
import type { Node } from "../sql/parser.ts";
import type { TableModel } from "./table-model.ts";

/** What a statement has to do with an object that it did not create. */
export type TouchKind =
  | "index"
  | "constraint"
  | "drop-constraint"
  | "fk-from"
  | "column-use"
  | "view"
  | "routine"
  | "trigger"
  | "policy"
  | "rule"
  | "insert"
  | "upsert"
  | "update"
  | "delete"
  | "read"
  | "comment"
  | "grant"
  | "owner"
  | "add-column"
  | "alter-column"
  | "drop-column"
  | "rename-column"
  | "rename"
  | "drop"
  | "replace"
  | "option"
  | "child"
  | "structure";

/** Columns that a statement names; `all` where it may depend on every one (`SELECT *`, a whole row). */
export type Mention = ReadonlySet<string> | "all";

/** One statement's interest in one object. */
export interface Touch {
  readonly unit: Unit;
  readonly kind: TouchKind;
  columns: Mention;
  /** Set when the part of the statement that touched was merged away. */
  gone: boolean;
}

/** One statement of the input with its tree. */
export interface Statement {
  /** `V3:2`, the second statement of V3; stable for the same input. */
  readonly id: string;
  readonly input: SquashInput;
  readonly tree: Node | null;
}

/** One statement of the result, while it is being made. */
export interface Unit {
  /** `V3:2`, the second statement of V3; stable for the same input. */
  readonly id: string;
  /** Where it stands in the result; a fraction puts it between two statements of the input. */
  position: number;
  live: boolean;
  readonly input: SquashInput;
  readonly origins: SquashInput[];
  /** The statement's tree as it stood in the input; `null` where PostgreSQL's parser refused it. */
  parsed: Node | null;
  /** The text to print where no tree is set: that of the input. */
  text: string;
  /** The tree to print where the text of the input no longer holds. */
  tree: Node | null;
  /** The CREATE TABLE whose columns and constraints are merged; printed from the model once that was changed. */
  table: TableModel | null;
  /** Ids of the merge steps that changed it. */
  readonly merged: string[];
  /** The object that it hangs on and goes with: the table of an index, the object of a comment or grant. */
  subject: Tracked | null;
  readonly creates: Tracked[];
}

/** One object of the database as far as the statements tell. Keeps its identity when it is renamed. */
export interface Tracked {
  /** The key under which it is found just now. */
  key: string;
  readonly kind: string;
  /** The statement that made it; `null` for what was there before, or came from a statement that says nothing. */
  readonly creator: Unit | null;
  readonly touches: Touch[];
  /** The table of an index, trigger, policy, rule or owned sequence. */
  readonly owner: Tracked | null;
  readonly table: TableModel | null;
  /** The last comment on it, and on its columns and constraints by name. */
  readonly comments: Map<string, Unit>;
}

/** One step of merging, as it is written down. */
export interface Step {
  readonly id: string;
  readonly rule: MergeRule;
  readonly into: Unit | null;
  readonly input: SquashInput;
  readonly before: string;
}

export interface Note {
  readonly input: SquashInput;
  readonly sql: string;
  readonly reason: string;
}

/** Everything that merging remembers while it walks the statements once. Made per call and thrown away with it. */
export interface Ledger {
  readonly skip: ReadonlySet<string>;
  readonly units: Unit[];
  readonly names: Map<string, Tracked>;
  /** Functions and procedures by `schema.name`, all signatures. */
  readonly routines: Map<string, Tracked[]>;
  /** Names of constraints in use, `schema.name`: PostgreSQL avoids them when it chooses one. */
  readonly constraintNames: Set<string>;
  /** Statements that may do anything: nothing merges across a live one. */
  readonly barriers: Unit[];
  /** Statements that change what a later CREATE makes (default privileges, grants on all tables): no CREATE moves across a live one. */
  readonly creationBarriers: Unit[];
  /** Extensions bring types and functions that no statement names. */
  readonly extensions: Unit[];
  /** When a name became free again: nothing that takes it moves before that. */
  readonly freed: Map<string, number>;
  /** The last ALTER TABLE of a table that stands, into which later ones may go. */
  readonly alters: Map<Tracked, Unit>;
  readonly steps: Step[];
  readonly kept: Note[];
  readonly elided: Note[];
  next: number;
  fraction: number;
}

/** An empty ledger; steps whose id is in `skip` are not taken. */
export function openLedger(skip: ReadonlySet<string>): Ledger {
  return {
    skip,
    units: [],
    names: new Map(),
    routines: new Map(),
    constraintNames: new Set(),
    barriers: [],
    creationBarriers: [],
    extensions: [],
    freed: new Map(),
    alters: new Map(),
    steps: [],
    kept: [],
    elided: [],
    next: 1,
    fraction: 0,
  };
}

/** Puts a statement at the end of the result. */
export function place(ledger: Ledger, statement: Statement): Unit {
  const unit: Unit = {
    id: statement.id,
    position: ledger.next++,
    live: true,
    input: statement.input,
    origins: [statement.input],
    parsed: statement.tree,
    text: statement.input.step.sql,
    tree: null,
    table: null,
    merged: [],
    subject: null,
    creates: [],
  };
  ledger.units.push(unit);
  return unit;
}

/** Writes down that a unit has to do with an object. */
export function touch(object: Tracked, unit: Unit, how: Pick<Touch, "kind" | "columns">): Touch {
  const made: Touch = { unit, ...how, gone: false };
  object.touches.push(made);
  return made;
}

/** Whether a touch still counts. */
export function isLive(touch: Touch): boolean {
  return !touch.gone && touch.unit.live;
}

/** The live touches of an object by statements that stand after a position, other than `unit` itself. */
export function touchesAfter(object: Tracked, unit: Unit): readonly Touch[] {
  return object.touches.filter((touch) => isLive(touch) && touch.unit !== unit && touch.unit.position > unit.position);
}

/** Whether a statement that may do anything stands after the unit. */
export function barrierAfter(barriers: readonly Unit[], unit: Unit): Unit | null {
  for (let index = barriers.length - 1; index >= 0; index--) {
    const barrier = barriers[index];
    if (barrier !== undefined && barrier.live && barrier.position > unit.position) return barrier;
    if (barrier !== undefined && barrier.live && barrier.position < unit.position) return null;
  }
  return null;
}

/** A place just after a unit, after everything that was put there before. */
export function placeAfter(ledger: Ledger, unit: Unit): number {
  ledger.fraction += 1e-6;
  return unit.position + 0.1 + ledger.fraction;
}

/** Makes an object known under a key. */
export function track(ledger: Ledger, made: Pick<Tracked, "key" | "kind" | "creator"> & Partial<Tracked>): Tracked {
  const tracked: Tracked = { touches: [], owner: null, table: null, comments: new Map(), ...made };
  ledger.names.set(tracked.key, tracked);
  made.creator?.creates.push(tracked);
  return tracked;
}

/** The object under a key; one that no statement made is made known as it is met. */
export function lookUp(ledger: Ledger, key: string): Tracked {
  return ledger.names.get(key) ?? track(ledger, { key, kind: key.slice(0, key.indexOf(":")), creator: null });
}

/** Takes a name away; what takes it again must stay after this point. */
export function forget(ledger: Ledger, object: Tracked): void {
  if (ledger.names.get(object.key) === object) ledger.names.delete(object.key);
  const name = object.key.slice(object.key.indexOf(":") + 1).replace(/\(.*$/s, "");
  const overloads = ledger.routines.get(name);
  if (overloads?.includes(object) === true) overloads.splice(overloads.indexOf(object), 1);
}

/** Notes a reason why a statement stands as it was. */
export function keep(ledger: Ledger, statement: Statement, reason: string): void {
  ledger.kept.push({ input: statement.input, sql: statement.input.step.sql, reason });
}

/** The id of a step: by rule and statement, so that it is the same whatever other steps are taken. */
export function stepId(rule: MergeRule, statement: Statement): string {
  return `${rule}@${statement.id}`;
}

/** Leaves a statement out of the result where its step was not taken back; tells whether it did. */
export function elide(ledger: Ledger, statement: Statement, why: Pick<Step, "rule"> & { readonly reason: string }): boolean {
  const id = stepId(why.rule, statement);
  if (ledger.skip.has(id)) return false;
  const { input } = statement;
  ledger.steps.push({ id, rule: why.rule, into: null, input, before: input.step.sql });
  ledger.elided.push({ input, sql: input.step.sql, reason: why.reason });
  return true;
}

/** Writes a step down and marks the statement that it changed. */
export function record(ledger: Ledger, step: Step): void {
  ledger.steps.push(step);
  if (step.into === null) return;
  step.into.merged.push(step.id);
  if (!step.into.origins.includes(step.input)) step.into.origins.push(step.input);
}

/** `public.users` for the key `rel:public.users`. */
export function readable(object: Pick<Tracked, "key">): string {
  return object.key.slice(object.key.indexOf(":") + 1);
}
