import type { ObjectKind } from "./object.ts";

/** How the catalog itself names an object: the catalog it stands in and its oid. Stable under renames while the shadow lives. */
export interface ObjectAddress {
  /** `pg_class`, `pg_proc`, `pg_type`, … */
  readonly catalog: string;
  readonly oid: number;
}

/** Who may do what: one entry per grantee and grantor, sorted. `acldefault()` stands in for a NULL acl. */
export interface Privileges {
  readonly owner: string;
  /** `grantee=privileges/grantor` as `aclitem` prints it. */
  readonly acl: readonly string[];
  /** Whether `acl` equals what the owner alone would get. */
  readonly isDefault: boolean;
}

/** What every object may carry. */
export interface CommonFacts {
  readonly comment: string | null;
  readonly securityLabels: readonly string[];
  /** The extension whose member this is. */
  readonly extension: string | null;
}

export interface ColumnFacts {
  /** `attnum`: the same column keeps it under a new name. */
  readonly number: number;
  readonly name: string;
  /** `format_type()`, schema-qualified unless in `pg_catalog`. */
  readonly type: string;
  readonly collation: string | null;
  readonly notNull: boolean;
  /** The NOT NULL constraint of PostgreSQL 18; `null` on older servers. */
  readonly notNullConstraint: {
    readonly name: string;
    readonly noInherit: boolean;
    readonly validated: boolean;
    readonly isLocal: boolean;
  } | null;
  /** `pg_get_expr` of the default or of the generation expression. */
  readonly default: string | null;
  readonly generated: "stored" | "virtual" | null;
  readonly identity: "always" | "by default" | null;
  readonly storage: string;
  readonly defaultStorage: string;
  readonly compression: string | null;
  readonly statistics: number | null;
  readonly options: readonly string[];
  readonly fdwOptions: readonly string[];
  readonly acl: readonly string[];
  readonly comment: string | null;
  readonly isLocal: boolean;
  readonly inheritCount: number;
}

export interface ConstraintFacts {
  readonly oid: number;
  readonly name: string;
  readonly type: "primary-key" | "unique" | "foreign-key" | "check" | "exclusion" | "trigger";
  /** `pg_get_constraintdef`. */
  readonly definition: string;
  readonly validated: boolean;
  readonly enforced: boolean;
  readonly isLocal: boolean;
  readonly inheritCount: number;
  readonly noInherit: boolean;
  readonly comment: string | null;
  /** Foreign key: the referenced table, `schema.name` quoted. */
  readonly references: string | null;
}

export interface IndexFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `pg_get_indexdef`. */
  readonly definition: string;
  /** The constraint that owns it. */
  readonly constraint: string | null;
  readonly valid: boolean;
  readonly clustered: boolean;
  readonly replicaIdentity: boolean;
  readonly tablespace: string | null;
  readonly columnStatistics: readonly { readonly number: number; readonly target: number }[];
  /** The index of the parent table that this one is attached to. */
  readonly parent: string | null;
  readonly comment: string | null;
}

export interface AttachedFacts {
  readonly oid: number;
  readonly name: string;
  /** A statement that makes it again. */
  readonly definition: string;
  /** Triggers and rules: `O`, `D`, `R`, `A` as in `tgenabled`. Policies: `O`. */
  readonly enabled: string;
  /** Cloned from the partitioned parent: comes and goes with it. */
  readonly inherited: boolean;
  readonly comment: string | null;
}

/** A table, partitioned table, view, materialized view, foreign table or composite type with all that hangs on it. */
export interface RelationFacts extends CommonFacts, Privileges {
  readonly kind: "relation";
  readonly relationKind: "table" | "partitioned-table" | "view" | "materialized-view" | "foreign-table" | "composite-type";
  readonly persistence: "permanent" | "unlogged";
  readonly options: readonly string[];
  readonly toastOptions: readonly string[];
  readonly tablespace: string | null;
  readonly accessMethod: string | null;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly replicaIdentity: "default" | "nothing" | "full" | "index";
  readonly partitionKey: string | null;
  readonly partitionBound: string | null;
  /** Parents in order, quoted and schema-qualified. */
  readonly inherits: readonly string[];
  readonly ofType: string | null;
  /** `pg_get_viewdef`. */
  readonly viewDefinition: string | null;
  readonly populated: boolean;
  readonly server: string | null;
  readonly fdwOptions: readonly string[];
  readonly columns: readonly ColumnFacts[];
  readonly constraints: readonly ConstraintFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly triggers: readonly AttachedFacts[];
  readonly policies: readonly AttachedFacts[];
  readonly rules: readonly AttachedFacts[];
}

export interface SequenceFacts extends CommonFacts, Privileges {
  readonly kind: "sequence";
  readonly dataType: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
  readonly persistence: "permanent" | "unlogged";
  /** `schema.table.column` quoted, or `null`. */
  readonly ownedBy: string | null;
  /** Belongs to an identity column: comes and goes with it. */
  readonly identity: boolean;
  /** Its position, as text; `null` where it was never used. */
  readonly lastValue: string | null;
  /** The value that the next call gives, where `lastValue` is `null` and it is not `start` (after `setval(…, false)` or RESTART WITH). */
  readonly waitingAt?: string | null;
}

export interface RoutineFacts extends CommonFacts, Privileges {
  readonly kind: "routine";
  readonly routineKind: "function" | "procedure" | "aggregate" | "window";
  /** `pg_get_functiondef`, or for an aggregate the CREATE AGGREGATE that makes it. */
  readonly definition: string;
  readonly identityArguments: string;
  readonly result: string | null;
  readonly dependsOnExtensions: readonly string[];
}

export interface TypeFacts extends CommonFacts, Privileges {
  readonly kind: "type";
  readonly typeKind: "enum" | "domain" | "range" | "base" | "shell";
  /** Enum labels in order. */
  readonly labels: readonly string[];
  /** Domain: base type, collation, default, NOT NULL, constraints. */
  readonly baseType: string | null;
  readonly collation: string | null;
  readonly default: string | null;
  readonly notNull: boolean;
  readonly notNullConstraint: string | null;
  readonly constraints: readonly {
    readonly name: string;
    readonly definition: string;
    readonly validated: boolean;
    readonly comment: string | null;
  }[];
  /** Range and base: the CREATE TYPE that makes it. */
  readonly definition: string | null;
}

/**
 * Every other kind, as the statements that would make it again and the ones that would remove it.
 * Their text is the definition: two objects are equal when it is.
 */
export interface PlainFacts extends CommonFacts {
  readonly kind: "plain";
  readonly owner: string | null;
  readonly acl: readonly string[];
  readonly isDefault: boolean;
  readonly create: readonly string[];
  readonly drop: readonly string[];
  /** What the statements do not say but equality needs. */
  readonly more: Readonly<Record<string, string | number | boolean | null>>;
}

export type ObjectFacts = RelationFacts | SequenceFacts | RoutineFacts | TypeFacts | PlainFacts;

/** One object of the catalog at one moment. */
export interface CatalogObject {
  readonly address: ObjectAddress;
  readonly kind: ObjectKind;
  readonly schema: string | null;
  /** Unquoted. */
  readonly name: string;
  /** Quoted and schema-qualified, with argument types for routines: what goes after ALTER … or DROP … */
  readonly identity: string;
  readonly facts: ObjectFacts;
}

/** The objects that one migration touched, as they stood at one moment. An object that did not exist is absent. Keyed by `addressKey`. */
export type CatalogSlice = ReadonlyMap<string, CatalogObject>;

/** The key of a slice. */
export function addressKey(address: ObjectAddress): string {
  return `${address.catalog}/${address.oid}`;
}

/** One difference between two states, as a DBA reads it. */
export interface CatalogDifference {
  readonly identity: string;
  readonly kind: ObjectKind | "row" | "catalog-row";
  readonly what: "missing" | "extra" | "different";
  /** The aspect concerned: `columns[2].default`, `acl`, `position`, … */
  readonly aspect: string;
  readonly expected: string | null;
  readonly found: string | null;
}
