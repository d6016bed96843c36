import type { DefElem, Node } from "libpg-query";
import type { NodeFields } from "./tree.ts";
import { allOf, fieldsOf, isOn, nodeName, options } from "./tree.ts";
import type { StatementName } from "./classify/context.ts";

type Refused = { readonly [Name in StatementName]?: (fields: NodeFields<Name>) => boolean };

function refreshes(nodes: readonly Node[] | undefined): boolean {
  const given = options(nodes);
  return !given.has("refresh") || isOn(given, "refresh");
}

/**
 * What PostgreSQL 18 refuses in a transaction block: the callers of `PreventInTransactionBlock()` in its source. Left out is what
 * only the catalog tells: REINDEX and CLUSTER of a partitioned table.
 */
const REFUSED: Refused = {
  CreatedbStmt: () => true,
  DropdbStmt: () => true,
  AlterDatabaseStmt: (database) => allOf(database.options, "DefElem").some((option: DefElem) => option.defname === "tablespace"),
  CreateTableSpaceStmt: () => true,
  DropTableSpaceStmt: () => true,
  AlterSystemStmt: () => true,
  IndexStmt: (index) => index.concurrent === true,
  DropStmt: (drop) => drop.concurrent === true,
  ReindexStmt: (reindex) =>
    isOn(options(reindex.params), "concurrently") ||
    ["REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE"].includes(reindex.kind ?? ""),
  VacuumStmt: (vacuum) => vacuum.is_vacuumcmd === true,
  ClusterStmt: (cluster) => cluster.relation === undefined,
  AlterTableStmt: (alter) =>
    allOf(alter.cmds, "AlterTableCmd").some(
      (command) => command.subtype === "AT_DetachPartition" && fieldsOf(command.def, "PartitionCmd")?.concurrent === true,
    ),
  DiscardStmt: (discard) => discard.target === "DISCARD_ALL",
  TransactionStmt: (transaction) =>
    transaction.kind === "TRANS_STMT_COMMIT_PREPARED" || transaction.kind === "TRANS_STMT_ROLLBACK_PREPARED",
  // `create_slot` follows `connect` where it is not given.
  CreateSubscriptionStmt: (subscription) => {
    const given = options(subscription.options);
    const name = given.has("create_slot") ? "create_slot" : "connect";
    return !given.has(name) || isOn(given, name);
  },
  AlterSubscriptionStmt: (subscription) => {
    const given = options(subscription.options);
    switch (subscription.kind) {
      case "ALTER_SUBSCRIPTION_REFRESH":
        return true;
      case "ALTER_SUBSCRIPTION_SET_PUBLICATION":
      case "ALTER_SUBSCRIPTION_ADD_PUBLICATION":
      case "ALTER_SUBSCRIPTION_DROP_PUBLICATION":
        return refreshes(subscription.options);
      default:
        return given.has("failover") || given.has("two_phase");
    }
  },
  // It drops the slot on the other server, unless the slot's name was set to NONE before: only the catalog knows.
  DropSubscriptionStmt: () => true,
};

/** Whether PostgreSQL runs this statement inside a transaction block. */
export function runsInTransaction(tree: Node): boolean {
  const name = nodeName(tree);
  // The table's type ties each rule to its node; a lookup by a name that varies loses that tie.
  const refuses = (REFUSED as Readonly<Record<string, (fields: unknown) => boolean>>)[name];
  return refuses === undefined || !refuses((tree as Readonly<Record<string, unknown>>)[name]);
}
