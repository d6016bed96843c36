// What the page's own code is handed; imported by both sides.

/** Read at once: what the first look needs. */
export interface ReportData {
  readonly migrations: readonly ListedMigration[];
  readonly timeline: Timeline;
}

/** Stands between the pieces of HTML that are put in when they are needed: U+001E, which escaped text does not hold. */
export const pieceEnd = "\u001E";

/** `list`: the entries of a list that is filled when it comes near. */
export type DetailKind = "migration" | "merge" | "object" | "list";

/** By what the list of migrations can be filtered. */
export interface ListedMigration {
  /** Lower case: id, name, intent, author, files, names of the objects that it writes. */
  readonly text: string;
  readonly rollback: string;
  /** The worst severity of its hazards; `""` where it has none. */
  readonly hazard: string;
  readonly pattern: string;
  readonly confidence: number;
  /** Open questions. */
  readonly open: number;
  /** Index of its bucket in the timeline; -1 where it has no date. */
  readonly bucket: number;
}

export type OperationGroup = "adds" | "changes" | "removes" | "data" | "other";
export type Severity = "high" | "medium" | "low";

export interface TimelineBucket {
  /** `March 2021`, or `V1 to V40` where the history is undated. */
  readonly label: string;
  /** Short, for the axis: `2021-03`, or the first migration, by its number where its id is long. */
  readonly key: string;
  readonly operations: Readonly<Record<OperationGroup, number>>;
  readonly hazards: Readonly<Record<Severity, number>>;
  readonly migrations: number;
}

/** Operations and hazards per month, without gaps; per equal number of migrations where dates are missing. */
export interface Timeline {
  readonly by: "month" | "position";
  readonly buckets: readonly TimelineBucket[];
  /** Migrations without a date in a dated timeline. */
  readonly undated: number;
}

export interface DiagramRelation {
  readonly kind: string;
  readonly identity: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly mark: "key" | "reference" | "" }[];
  /** Numbers of the relations that it points to or reads. */
  readonly links: readonly { readonly to: number; readonly by: "foreign-key" | "reads" | "part-of"; readonly columns: string }[];
  readonly migrations: number;
}

/** The id under which an object is linked. */
export function objectId(kind: string, identity: string): string {
  return `${kind}:${identity}`;
}

/** The anchor of a migration, an object, an edge case: its id may hold any character. */
export function anchor(kind: "migration" | "object" | "decision" | "merge", id: string): string {
  return `${kind}-${encodeURIComponent(id)}`;
}
