import type { CatalogObject } from "../../model/catalog.ts";
import type { Echo } from "./echo.ts";

/** One thing that became different in the catalog, seen on the shadow and not read from a statement. */
export type TransitionKind =
  | "created"
  | "dropped"
  | "renamed"
  | "moved"
  | "column-added"
  | "required-column-added"
  | "column-dropped"
  | "column-renamed"
  | "column-widened"
  | "column-narrowed"
  | "column-retyped"
  | "not-null-set"
  | "not-null-dropped"
  | "default-set"
  | "default-dropped"
  | "identity-changed"
  | "generation-changed"
  | "column-tuned"
  | "constraint-added"
  /** On columns that the same migration added: nobody wrote into them before. */
  | "new-column-constrained"
  | "constraint-dropped"
  | "constraint-changed"
  | "constraint-validated"
  | "constraint-renamed"
  | "index-added"
  | "unique-index-added"
  | "index-dropped"
  | "index-changed"
  | "trigger-added"
  | "trigger-dropped"
  | "trigger-changed"
  | "policy-added"
  | "policy-dropped"
  | "policy-changed"
  | "rule-added"
  | "rule-dropped"
  | "rule-changed"
  | "row-security-enabled"
  | "row-security-disabled"
  | "partition-attached"
  | "partition-detached"
  | "inheritance-changed"
  | "persistence-changed"
  | "storage-changed"
  | "view-extended"
  | "view-rewritten"
  | "view-reshaped"
  | "populated"
  | "sequence-changed"
  | "body-changed"
  | "result-changed"
  | "label-added"
  | "label-renamed"
  | "label-removed"
  | "domain-tightened"
  | "domain-loosened"
  | "definition-changed"
  | "owner-changed"
  | "granted"
  | "revoked"
  | "commented";

export interface Transition {
  readonly kind: TransitionKind;
  /** As it is afterwards; where it was dropped, as it was. */
  readonly object: CatalogObject;
  /** As it was; `null` where it is new. */
  readonly before: CatalogObject | null;
  /** The column, constraint, index, trigger, … concerned, or `null` for the object itself. */
  readonly part: string | null;
  /** A shade of the kind: the constraint's type, the grantee. */
  readonly detail: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** The parts of a transition that are not given are `null`. */
export type TransitionParts = Partial<Pick<Transition, "part" | "detail" | "from" | "to">>;

/** Two states of one object, with what tells a real difference from the echo of another. */
export interface Pair {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
  readonly echo: Echo;
}

/** A transition of an object that was there before and is there still. */
export function changed(pair: Pair, kind: TransitionKind, parts: TransitionParts = {}): Transition {
  return { kind, object: pair.after, before: pair.before, part: null, detail: null, from: null, to: null, ...parts };
}
