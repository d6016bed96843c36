import type { SquashInput } from "../model/squash.ts";
import { strings } from "../sql/tree.ts";
import type { Ledger, Mention, Touch, Tracked, Unit } from "./ledger.ts";
import { forget, touch, track } from "./ledger.ts";
import { constraintName, firstFree, sequenceName } from "./names.ts";
import { findRelation, needsOf } from "./resolve.ts";
import type { ChooseName, ColumnModel, ConstraintModel, TableModel } from "./table-model.ts";

/** `public` for the key `rel:public.users`. */
export function schemaOf(object: Tracked): string {
  const name = object.key.slice(object.key.indexOf(":") + 1);
  return name.slice(0, name.indexOf("."));
}

/** `users` for the key `rel:public.users`. */
export function nameOf(object: Tracked): string {
  const name = object.key.slice(object.key.indexOf(":") + 1);
  return name.slice(name.indexOf(".") + 1);
}

/** Chooses names as PostgreSQL would now, for a table of that schema and name. */
export function chooser(ledger: Ledger, schema: string, table: string): ChooseName {
  const chosen = new Set<string>();
  return (type, columns) => {
    const base = constraintName(table, type, columns);
    const taken = (name: string): boolean =>
      chosen.has(name) ||
      ledger.constraintNames.has(`${schema}.${name}`) ||
      (type !== "check" && ledger.names.has(`rel:${schema}.${name}`));
    const name = firstFree((suffix) => `${base}${suffix}`, taken);
    chosen.add(name);
    return name;
  };
}

/** Who has to do with what: the table that changes, and the statement that now speaks of it. */
export interface Place {
  readonly ledger: Ledger;
  readonly table: Tracked;
  readonly unit: Unit;
  readonly input: SquashInput;
}

const INDEXED: ReadonlySet<ConstraintModel["type"]> = new Set(["primary-key", "unique", "exclusion"]);

function referencedColumns(referenced: Tracked, written: readonly string[]): Mention {
  if (written.length > 0) return new Set(written);
  const key = referenced.table?.constraints.find((constraint) => constraint.type === "primary-key");
  return key === undefined ? "all" : new Set(key.columns);
}

/** Notes what a constraint takes: its name, its index, the table it points at, the functions it calls. */
export function registerConstraint(place: Place, constraint: ConstraintModel): void {
  const { ledger, table, unit } = place;
  const schema = schemaOf(table);
  ledger.constraintNames.add(`${schema}.${constraint.name}`);
  if (INDEXED.has(constraint.type)) track(ledger, { key: `rel:${schema}.${constraint.name}`, kind: "index", creator: unit, owner: table });
  constraint.touches.push(...touchesOf(place, constraint.node));
  if (constraint.node.pktable === undefined) return;
  const name = { schema: constraint.node.pktable.schemaname ?? null, name: constraint.node.pktable.relname ?? "" };
  const referenced = findRelation(ledger, name, place.input);
  const columns = referencedColumns(referenced, strings(constraint.node.pk_attrs));
  constraint.touches.push(touch(referenced, unit, { kind: "fk-from", columns }));
}

function touchesOf(place: Place, root: unknown): readonly Touch[] {
  const needs = needsOf(place.ledger, root, place.input);
  const used = [...needs.types, ...needs.routines, ...needs.relations.filter((relation) => relation.kind === "sequence")];
  return used.filter((object) => object !== place.table).map((object) => touch(object, place.unit, { kind: "column-use", columns: "all" }));
}

/** Notes what a column takes: its type, the functions of its default, the sequence that comes with it. */
export function registerColumn(place: Place, column: ColumnModel): void {
  const { ledger, table, unit } = place;
  column.touches.push(...touchesOf(place, [{ TypeName: column.def.typeName }, column.default, column.generated]));
  if (column.notNull !== null) ledger.constraintNames.add(`${schemaOf(table)}.${column.notNull.name}`);
  if (!column.serial && column.identity === null) return;
  const name = sequenceName(nameOf(table), column.name);
  track(ledger, { key: `rel:${schemaOf(table)}.${name}`, kind: "sequence", creator: unit, owner: table });
}

/** Notes a whole table. */
export function registerTable(place: Place, model: TableModel): void {
  for (const column of model.columns) registerColumn(place, column);
  for (const constraint of model.constraints) registerConstraint(place, constraint);
}

/** Takes back what was noted for a constraint or column that is gone. */
export function release(place: Pick<Place, "ledger" | "table">, part: ConstraintModel | ColumnModel): void {
  for (const held of part.touches) held.gone = true;
  const schema = schemaOf(place.table);
  const index = place.ledger.names.get(`rel:${schema}.${part.name}`);
  if ("node" in part) {
    place.ledger.constraintNames.delete(`${schema}.${part.name}`);
    if (index !== undefined && index.owner === place.table && index.kind === "index") forget(place.ledger, index);
    return;
  }
  if (part.notNull !== null) place.ledger.constraintNames.delete(`${schema}.${part.notNull.name}`);
  const sequence = place.ledger.names.get(`rel:${schema}.${sequenceName(nameOf(place.table), part.name)}`);
  if (sequence !== undefined && sequence.owner === place.table && sequence.kind === "sequence") forget(place.ledger, sequence);
}
