import type { Node } from "../sql/parser.ts";
import type { NodeFields } from "../sql/tree.ts";
import type { Ledger, Statement, Tracked, Unit } from "./ledger.ts";
import { findObstacle } from "./obstacles.ts";
import type { Fold } from "./obstacles.ts";
import { chooser, nameOf, schemaOf } from "./register.ts";
import type { Place } from "./register.ts";
import { allNeeds, needsOf } from "./resolve.ts";
import type { TableModel } from "./table-model.ts";

export type Command = NodeFields<"AlterTableCmd">;

/** What became of one subcommand: merged (with what of it still has to stand), nothing to do, or left where it is. */
export type Outcome =
  | { readonly kind: "merged"; readonly rest: readonly Node[] }
  | { readonly kind: "no-op"; readonly reason: string }
  | { readonly kind: "kept"; readonly reason: string };

/** A subcommand with the CREATE TABLE that it wants to go into. */
export interface TableEdit {
  readonly ledger: Ledger;
  readonly statement: Statement;
  readonly table: Tracked;
  readonly model: TableModel;
  readonly into: Unit;
}

/** Merged whole. */
export const MERGED: Outcome = { kind: "merged", rest: [] };

/** Left where it is, with the reason. */
export function kept(reason: string): Outcome {
  return { kind: "kept", reason };
}

/** Where what is merged is noted. */
export function placeOf(edit: TableEdit): Place {
  return { ledger: edit.ledger, table: edit.table, unit: edit.into, input: edit.statement.input };
}

/** Chooses names as PostgreSQL would at this point of the history. */
export function choose(edit: TableEdit): ReturnType<typeof chooser> {
  return chooser(edit.ledger, schemaOf(edit.table), nameOf(edit.table));
}

export type Wish = Pick<Fold, "kind" | "columns"> & { readonly names?: unknown };

/** Why the CREATE TABLE cannot take the change, or `null`. */
export function obstacle(edit: TableEdit, wish: Wish): string | null {
  const needs = needsOf(edit.ledger, wish.names, edit.statement.input);
  return findObstacle(edit.ledger, {
    kind: wish.kind,
    columns: wish.columns,
    table: edit.table,
    into: edit.into,
    needs: allNeeds(needs),
    unknown: needs.unknown,
  });
}

/** Nothing to do, as long as no statement that stands has changed the column since its CREATE TABLE. */
export function asNoOp(edit: TableEdit, column: string, reason: string): Outcome {
  const changed = obstacle(edit, { kind: "drop-not-null", columns: [column] });
  return changed === null ? { kind: "no-op", reason } : kept(changed);
}
