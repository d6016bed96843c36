import type { Change, ChangeKind } from "../model/change.ts";
import { lockModes, type LockMode } from "../model/understanding.ts";

type LockRule = LockMode | null | ((change: Change) => LockMode | null);

const AX = "ACCESS EXCLUSIVE";
const SUE = "SHARE UPDATE EXCLUSIVE";
const SRX = "SHARE ROW EXCLUSIVE";

const concurrently =
  (otherwise: LockMode, online: LockMode = SUE): LockRule =>
  (change) =>
    change.details.concurrently === true ? online : otherwise;

const orReplace: LockRule = (change) => (change.details.orReplace === true ? AX : null);

/** Subcommands of one kind that take less than the others of it (AlterTableGetLockLevel). */
const LIGHT_SUBCOMMANDS: ReadonlySet<string> = new Set([
  "AT_SetStatistics",
  "AT_ClusterOn",
  "AT_DropCluster",
  "AT_SetOptions",
  "AT_ResetOptions",
  "AT_DetachPartitionFinalize",
]);

const columnOptions: LockRule = (change) => (LIGHT_SUBCOMMANDS.has(change.details.subcommand ?? "") ? SUE : AX);

// Most storage parameters take SHARE UPDATE EXCLUSIVE (reloptions.c); which one it is, the change does not say.
const tableOptions: LockRule = (change) => {
  const subcommand = change.details.subcommand ?? "";
  return LIGHT_SUBCOMMANDS.has(subcommand) || subcommand === "AT_SetRelOptions" || subcommand === "AT_ResetRelOptions" ? SUE : AX;
};

const addConstraint: LockRule = (change) => (change.details.constraintType === "foreign-key" ? SRX : AX);

const OWNED_RELATIONS: ReadonlySet<string> = new Set([
  "table",
  "view",
  "materialized-view",
  "foreign-table",
  "sequence",
  "index",
  "composite-type",
]);
const isOwnedRelation = (change: Change): boolean => change.object !== null && OWNED_RELATIONS.has(change.object.kind);
const ownerOf: LockRule = (change) => (isOwnedRelation(change) ? AX : null);

const isLockMode = (text: string | undefined): text is LockMode => lockModes.some((mode) => mode === text);
const stated =
  (otherwise: LockMode): LockRule =>
  (change) =>
    isLockMode(change.details.lockMode) ? change.details.lockMode : otherwise;

/** Sessions, catalogs without relations, and new objects that nobody sees before the commit. */
const NO_RELATION = null;

/**
 * The strongest lock that a change takes on a relation which others can see. Sources: manual 13.3.1; the page of each command;
 * for ALTER TABLE `AlterTableGetLockLevel` in `src/backend/commands/tablecmds.c`.
 */
const LOCKS: Record<ChangeKind, LockRule> = {
  "create-schema": NO_RELATION,
  "drop-schema": (change) => (change.details.cascade === true ? AX : null),
  "rename-schema": NO_RELATION,
  "create-extension": NO_RELATION,
  "alter-extension": NO_RELATION,
  "drop-extension": (change) => (change.details.cascade === true ? AX : null),
  "create-database": NO_RELATION,
  "alter-database": NO_RELATION,
  "drop-database": NO_RELATION,
  "create-tablespace": NO_RELATION,
  "alter-tablespace": NO_RELATION,
  "drop-tablespace": NO_RELATION,
  "alter-system": NO_RELATION,
  "create-role": NO_RELATION,
  "alter-role": NO_RELATION,
  "drop-role": NO_RELATION,
  "grant-role": NO_RELATION,
  "revoke-role": NO_RELATION,
  "reassign-owned": AX,
  "drop-owned": AX,
  "create-table": NO_RELATION,
  "create-table-as": NO_RELATION,
  "drop-table": AX,
  "rename-table": AX,
  "set-table-schema": AX,
  "alter-table-options": tableOptions,
  "set-replica-identity": AX,
  "set-row-security": AX,
  "attach-partition": SUE,
  "detach-partition": concurrently(AX),
  inherit: AX,
  "no-inherit": AX,
  "set-persistence": AX,
  "add-column": AX,
  "drop-column": AX,
  "rename-column": AX,
  "alter-column-type": AX,
  "set-default": AX,
  "drop-default": AX,
  "set-not-null": AX,
  "drop-not-null": AX,
  "alter-column-options": columnOptions,
  "add-identity": AX,
  "alter-identity": AX,
  "drop-identity": AX,
  "set-expression": AX,
  "drop-expression": AX,
  "add-constraint": addConstraint,
  "drop-constraint": AX,
  "rename-constraint": AX,
  "alter-constraint": AX,
  "validate-constraint": SUE,
  "create-index": concurrently("SHARE"),
  "drop-index": concurrently(AX),
  "rename-index": SUE,
  "alter-index": (change) => (change.details.subcommand === "AT_SetTableSpace" ? AX : SUE),
  reindex: concurrently("SHARE"),
  cluster: AX,
  "create-view": orReplace,
  "drop-view": AX,
  "rename-view": AX,
  "alter-view": AX,
  "create-materialized-view": NO_RELATION,
  "drop-materialized-view": AX,
  "alter-materialized-view": AX,
  "refresh-materialized-view": concurrently(AX, "EXCLUSIVE"),
  "create-sequence": NO_RELATION,
  "alter-sequence": SRX,
  "drop-sequence": AX,
  "rename-sequence": AX,
  "create-function": NO_RELATION,
  "alter-function": NO_RELATION,
  "drop-function": NO_RELATION,
  "create-procedure": NO_RELATION,
  "alter-procedure": NO_RELATION,
  "drop-procedure": NO_RELATION,
  "create-aggregate": NO_RELATION,
  "alter-aggregate": NO_RELATION,
  "drop-aggregate": NO_RELATION,
  "create-trigger": SRX,
  "alter-trigger": AX,
  "drop-trigger": AX,
  "set-trigger-enabled": SRX,
  "create-event-trigger": NO_RELATION,
  "alter-event-trigger": NO_RELATION,
  "drop-event-trigger": NO_RELATION,
  "create-rule": AX,
  "alter-rule": AX,
  "drop-rule": AX,
  "create-policy": AX,
  "alter-policy": AX,
  "drop-policy": AX,
  "create-enum": NO_RELATION,
  "add-enum-value": NO_RELATION,
  "rename-enum-value": NO_RELATION,
  "create-composite-type": NO_RELATION,
  "create-range-type": NO_RELATION,
  "create-base-type": NO_RELATION,
  "alter-type": (change) => (change.object?.kind === "composite-type" ? AX : null),
  "rename-type": (change) => (change.object?.kind === "composite-type" ? AX : null),
  "drop-type": (change) => (change.details.cascade === true || change.object?.kind === "composite-type" ? AX : null),
  "create-domain": NO_RELATION,
  // Every table with a column of the domain is read under SHARE (validateDomainConstraint, typecmds.c).
  "alter-domain": "SHARE",
  "drop-domain": (change) => (change.details.cascade === true ? AX : null),
  "create-collation": NO_RELATION,
  "alter-collation": NO_RELATION,
  "drop-collation": NO_RELATION,
  "create-conversion": NO_RELATION,
  "alter-conversion": NO_RELATION,
  "drop-conversion": NO_RELATION,
  "create-cast": NO_RELATION,
  "drop-cast": NO_RELATION,
  "create-operator": NO_RELATION,
  "alter-operator": NO_RELATION,
  "drop-operator": NO_RELATION,
  "create-operator-class": NO_RELATION,
  "alter-operator-class": NO_RELATION,
  "drop-operator-class": NO_RELATION,
  "create-operator-family": NO_RELATION,
  "alter-operator-family": NO_RELATION,
  "drop-operator-family": NO_RELATION,
  "create-text-search": NO_RELATION,
  "alter-text-search": NO_RELATION,
  "drop-text-search": NO_RELATION,
  "create-statistics": SUE,
  "alter-statistics": SUE,
  "drop-statistics": SUE,
  "create-language": NO_RELATION,
  "alter-language": NO_RELATION,
  "drop-language": NO_RELATION,
  "create-transform": NO_RELATION,
  "drop-transform": NO_RELATION,
  "create-access-method": NO_RELATION,
  "drop-access-method": NO_RELATION,
  "create-foreign-data-wrapper": NO_RELATION,
  "alter-foreign-data-wrapper": NO_RELATION,
  "drop-foreign-data-wrapper": NO_RELATION,
  "create-server": NO_RELATION,
  "alter-server": NO_RELATION,
  "drop-server": NO_RELATION,
  "create-user-mapping": NO_RELATION,
  "alter-user-mapping": NO_RELATION,
  "drop-user-mapping": NO_RELATION,
  "create-foreign-table": NO_RELATION,
  "alter-foreign-table": AX,
  "drop-foreign-table": AX,
  "import-foreign-schema": NO_RELATION,
  "create-publication": SUE,
  "alter-publication": SUE,
  "drop-publication": NO_RELATION,
  "create-subscription": NO_RELATION,
  "alter-subscription": NO_RELATION,
  "drop-subscription": NO_RELATION,
  comment: (change) => (!isOwnedRelation(change) && change.object?.kind !== "column" ? null : SUE),
  "security-label": SUE,
  grant: NO_RELATION,
  revoke: NO_RELATION,
  "alter-default-privileges": NO_RELATION,
  "alter-owner": ownerOf,
  "alter-depends": NO_RELATION,
  "alter-large-object": NO_RELATION,
  insert: "ROW EXCLUSIVE",
  update: "ROW EXCLUSIVE",
  delete: "ROW EXCLUSIVE",
  merge: "ROW EXCLUSIVE",
  truncate: AX,
  "copy-from": "ROW EXCLUSIVE",
  "copy-to": "ACCESS SHARE",
  // A function of the user may do anything.
  select: (change) => (change.effect === "unknown" ? AX : isLockMode(change.details.lockMode) ? change.details.lockMode : "ACCESS SHARE"),
  // What a procedure or a DO block runs is known only to the one who runs it.
  call: AX,
  do: AX,
  set: NO_RELATION,
  reset: NO_RELATION,
  "set-role": NO_RELATION,
  discard: NO_RELATION,
  transaction: NO_RELATION,
  lock: stated(AX),
  "set-constraints": NO_RELATION,
  prepare: NO_RELATION,
  execute: AX,
  deallocate: NO_RELATION,
  "declare-cursor": "ACCESS SHARE",
  fetch: "ACCESS SHARE",
  "close-cursor": NO_RELATION,
  listen: NO_RELATION,
  notify: NO_RELATION,
  unlisten: NO_RELATION,
  load: NO_RELATION,
  checkpoint: NO_RELATION,
  vacuum: stated(SUE),
  analyze: SUE,
  explain: "ACCESS SHARE",
  show: NO_RELATION,
  opaque: AX,
};

/** The strongest lock that a change takes on a relation which other sessions can see; `null` where it takes none. Unknown statements take the strongest. */
export function lockOf(change: Change): LockMode | null {
  const rule = LOCKS[change.kind];
  return typeof rule === "function" ? rule(change) : rule;
}
