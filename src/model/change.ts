import type { ObjectRef } from "./object.ts";
import type { LockMode } from "./understanding.ts";

/**
 * Everything that one PostgreSQL 18 statement, or one subcommand of ALTER TABLE, can do, named after the command.
 * What has no kind of its own is `opaque`: kept verbatim, never merged across, taken to be the strongest lock.
 */
export type ChangeKind =
  // schemas, extensions, databases, roles
  | "create-schema"
  | "drop-schema"
  | "rename-schema"
  | "create-extension"
  | "alter-extension"
  | "drop-extension"
  | "create-database"
  | "alter-database"
  | "drop-database"
  | "create-tablespace"
  | "alter-tablespace"
  | "drop-tablespace"
  | "alter-system"
  | "create-role"
  | "alter-role"
  | "drop-role"
  | "grant-role"
  | "revoke-role"
  | "reassign-owned"
  | "drop-owned"
  // tables and their columns
  | "create-table"
  | "create-table-as"
  | "drop-table"
  | "rename-table"
  | "set-table-schema"
  | "alter-table-options"
  | "set-replica-identity"
  | "set-row-security"
  | "attach-partition"
  | "detach-partition"
  | "inherit"
  | "no-inherit"
  | "set-persistence"
  | "add-column"
  | "drop-column"
  | "rename-column"
  | "alter-column-type"
  | "set-default"
  | "drop-default"
  | "set-not-null"
  | "drop-not-null"
  | "alter-column-options"
  | "add-identity"
  | "alter-identity"
  | "drop-identity"
  | "set-expression"
  | "drop-expression"
  | "add-constraint"
  | "drop-constraint"
  | "rename-constraint"
  | "alter-constraint"
  | "validate-constraint"
  // indexes, views, sequences
  | "create-index"
  | "drop-index"
  | "rename-index"
  | "alter-index"
  | "reindex"
  | "cluster"
  | "create-view"
  | "drop-view"
  | "rename-view"
  | "alter-view"
  | "create-materialized-view"
  | "drop-materialized-view"
  | "alter-materialized-view"
  | "refresh-materialized-view"
  | "create-sequence"
  | "alter-sequence"
  | "drop-sequence"
  | "rename-sequence"
  // routines and what fires them
  | "create-function"
  | "alter-function"
  | "drop-function"
  | "create-procedure"
  | "alter-procedure"
  | "drop-procedure"
  | "create-aggregate"
  | "alter-aggregate"
  | "drop-aggregate"
  | "create-trigger"
  | "alter-trigger"
  | "drop-trigger"
  | "set-trigger-enabled"
  | "create-event-trigger"
  | "alter-event-trigger"
  | "drop-event-trigger"
  | "create-rule"
  | "alter-rule"
  | "drop-rule"
  | "create-policy"
  | "alter-policy"
  | "drop-policy"
  // types
  | "create-enum"
  | "add-enum-value"
  | "rename-enum-value"
  | "create-composite-type"
  | "create-range-type"
  | "create-base-type"
  | "alter-type"
  | "rename-type"
  | "drop-type"
  | "create-domain"
  | "alter-domain"
  | "drop-domain"
  // the rest of the catalog
  | "create-collation"
  | "alter-collation"
  | "drop-collation"
  | "create-conversion"
  | "alter-conversion"
  | "drop-conversion"
  | "create-cast"
  | "drop-cast"
  | "create-operator"
  | "alter-operator"
  | "drop-operator"
  | "create-operator-class"
  | "alter-operator-class"
  | "drop-operator-class"
  | "create-operator-family"
  | "alter-operator-family"
  | "drop-operator-family"
  | "create-text-search"
  | "alter-text-search"
  | "drop-text-search"
  | "create-statistics"
  | "alter-statistics"
  | "drop-statistics"
  | "create-language"
  | "alter-language"
  | "drop-language"
  | "create-transform"
  | "drop-transform"
  | "create-access-method"
  | "drop-access-method"
  | "create-foreign-data-wrapper"
  | "alter-foreign-data-wrapper"
  | "drop-foreign-data-wrapper"
  | "create-server"
  | "alter-server"
  | "drop-server"
  | "create-user-mapping"
  | "alter-user-mapping"
  | "drop-user-mapping"
  | "create-foreign-table"
  | "alter-foreign-table"
  | "drop-foreign-table"
  | "import-foreign-schema"
  | "create-publication"
  | "alter-publication"
  | "drop-publication"
  | "create-subscription"
  | "alter-subscription"
  | "drop-subscription"
  // what goes with any object
  | "comment"
  | "security-label"
  | "grant"
  | "revoke"
  | "alter-default-privileges"
  | "alter-owner"
  | "alter-depends"
  | "alter-large-object"
  // data
  | "insert"
  | "update"
  | "delete"
  | "merge"
  | "truncate"
  | "copy-from"
  | "copy-to"
  | "select"
  | "call"
  | "do"
  // sessions, transactions, maintenance: no change of the catalog
  | "set"
  | "reset"
  | "set-role"
  | "discard"
  | "transaction"
  | "lock"
  | "set-constraints"
  | "prepare"
  | "execute"
  | "deallocate"
  | "declare-cursor"
  | "fetch"
  | "close-cursor"
  | "listen"
  | "notify"
  | "unlisten"
  | "load"
  | "checkpoint"
  | "vacuum"
  | "analyze"
  | "explain"
  | "show"
  | "opaque";

/** What a change acts on. A change of kind `select`, `call` or `do` may write rows or the catalog: only running it tells. */
export type ChangeEffect = "catalog" | "data" | "session" | "unknown";

/** What analysis, rollback and squash need to know beyond the kind. A key is absent where it does not apply. */
export interface ChangeDetails {
  readonly column?: string;
  readonly dataType?: string;
  readonly notNull?: boolean;
  readonly default?: "constant" | "stable" | "volatile";
  readonly generated?: "stored" | "virtual";
  readonly constraintType?: "primary-key" | "unique" | "foreign-key" | "check" | "not-null" | "exclusion";
  readonly constraintName?: string;
  readonly newName?: string;
  readonly ifExists?: boolean;
  readonly ifNotExists?: boolean;
  readonly orReplace?: boolean;
  readonly cascade?: boolean;
  readonly concurrently?: boolean;
  readonly notValid?: boolean;
  readonly unique?: boolean;
  readonly columns?: readonly string[];
  readonly language?: string;
  /** Secrets in the statement (role passwords, user mapping options): it is masked wherever it is shown. */
  readonly secret?: boolean;
  /** Functions whose answer differs between runs: now(), random(), gen_random_uuid(), nextval(). */
  readonly nondeterministic?: readonly string[];
  /** Reaches beyond the database: roles, ALTER SYSTEM, tablespaces, subscriptions, dblink, COPY PROGRAM. */
  readonly clusterWide?: boolean;
  /** WHERE-less UPDATE or DELETE, or TRUNCATE: every row. */
  readonly allRows?: boolean;
  /** The object lives in `pg_temp` and ends with the session. */
  readonly temporary?: boolean;
  /** ALTER TABLE: the name of the subcommand in PostgreSQL's grammar (`AT_SetStatistics`); elsewhere what tells variants of one kind apart. */
  readonly subcommand?: string;
  /** LOCK TABLE: the mode asked for. */
  readonly lockMode?: LockMode;
  /** SET SCHEMA: the schema that it moves to. */
  readonly newSchema?: string;
  /** Roles that a grant, owner change or policy names; `public` for PUBLIC. */
  readonly roles?: readonly string[];
  /** Privileges granted or revoked, lower case; `all` for ALL. */
  readonly privileges?: readonly string[];
  /** Index access method. */
  readonly method?: string;
  /** SET and RESET: the setting, its value as text (a list joined by `, `; absent for DEFAULT), and whether it ends with the transaction. */
  readonly setting?: string;
  readonly value?: string;
  readonly local?: boolean;
  /** ALTER TYPE … ADD VALUE and RENAME VALUE: the label. CREATE TYPE … AS ENUM: see `labels`. */
  readonly label?: string;
  readonly labels?: readonly string[];
  /** CREATE TABLE … PARTITION OF, ATTACH and DETACH PARTITION, INHERIT: the parents, quoted. */
  readonly parents?: readonly string[];
  /** PARTITION BY: the table is partitioned. */
  readonly partitioned?: boolean;
  /** ALTER COLUMN … TYPE … USING, or a constraint USING INDEX. */
  readonly using?: boolean;
}

/** One typed change. A statement holds one or more of them (ALTER TABLE holds one per subcommand). */
export interface Change {
  readonly kind: ChangeKind;
  readonly effect: ChangeEffect;
  /** The object that is created, changed or dropped; `null` for session commands and opaque statements. */
  readonly object: ObjectRef | null;
  readonly reads: readonly ObjectRef[];
  readonly writes: readonly ObjectRef[];
  readonly details: ChangeDetails;
}
