import type { TransactionStmtKind, VariableSetStmt } from "libpg-query";
import { lockModes, type LockMode } from "../../model/understanding.ts";
import { quoteIdentifier } from "../quote.ts";
import { allOf, fieldsOf, relationRef, textOf } from "../tree.ts";
import { change } from "./context.ts";
import type { ChangeParts, Classifiers } from "./context.ts";

/** Lock modes by number, from 1: `src/include/storage/lockdefs.h`. */
const LOCK_MODES: readonly (LockMode | undefined)[] = [undefined, ...lockModes];

/** `details.subcommand` of a `transaction` change. */
const TRANSACTIONS: Readonly<Record<TransactionStmtKind, string>> = {
  TRANS_STMT_BEGIN: "BEGIN",
  TRANS_STMT_START: "BEGIN",
  TRANS_STMT_COMMIT: "COMMIT",
  TRANS_STMT_ROLLBACK: "ROLLBACK",
  TRANS_STMT_SAVEPOINT: "SAVEPOINT",
  TRANS_STMT_RELEASE: "RELEASE",
  TRANS_STMT_ROLLBACK_TO: "ROLLBACK TO",
  TRANS_STMT_PREPARE: "PREPARE",
  TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED",
  TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
};

/** Settings whose value is a list of names: PostgreSQL quotes each (`GUC_LIST_QUOTE` in `guc_tables.c`). */
const IDENTIFIER_LISTS: ReadonlySet<string> = new Set([
  "search_path",
  "temp_tablespaces",
  "local_preload_libraries",
  "session_preload_libraries",
  "shared_preload_libraries",
]);

function valueOf(set: VariableSetStmt): string | undefined {
  if (set.kind !== "VAR_SET_VALUE") return undefined;
  const values = (set.args ?? []).map((node) => textOf(fieldsOf(node, "TypeCast")?.arg ?? node) ?? "");
  return values.map((value) => (IDENTIFIER_LISTS.has(set.name ?? "") ? quoteIdentifier(value) : value)).join(", ");
}

function settingDetails(set: VariableSetStmt): NonNullable<ChangeParts["details"]> {
  return { setting: set.name, value: valueOf(set), local: set.is_local, subcommand: set.kind };
}

/** What lives in a session or a transaction and leaves the catalog alone. */
export const SESSION_CLASSIFIERS = {
  VariableSetStmt(set) {
    const reset = set.kind === "VAR_RESET" || set.kind === "VAR_RESET_ALL";
    const role = set.name === "role" || set.name === "session_authorization";
    return [
      change(role ? "set-role" : reset ? "reset" : "set", null, {
        reads:
          role && set.kind === "VAR_SET_VALUE" && valueOf(set) !== "none" ? [{ kind: "role", schema: null, name: valueOf(set) ?? "" }] : [],
        details: settingDetails(set),
      }),
    ];
  },
  VariableShowStmt(show) {
    return [change("show", null, { details: { setting: show.name } })];
  },
  DiscardStmt(discard) {
    return [change("discard", null, { details: { subcommand: discard.target } })];
  },
  TransactionStmt(transaction) {
    return [
      change("transaction", null, {
        details: { subcommand: TRANSACTIONS[transaction.kind ?? "TRANS_STMT_BEGIN"], value: transaction.savepoint_name ?? transaction.gid },
      }),
    ];
  },
  LockStmt(lock) {
    return allOf(lock.relations, "RangeVar").map((relation) => {
      const table = relationRef(relation);
      return { ...change("lock", table, { reads: [table], details: { lockMode: LOCK_MODES[lock.mode ?? 8] } }), writes: [] };
    });
  },
  ConstraintsSetStmt(constraints) {
    return [
      change("set-constraints", null, {
        reads: allOf(constraints.constraints, "RangeVar").map((name) => ({
          kind: "constraint" as const,
          schema: name.schemaname ?? null,
          name: name.relname ?? "",
        })),
        details: { subcommand: constraints.deferred === true ? "DEFERRED" : "IMMEDIATE" },
      }),
    ];
  },
  DeallocateStmt(deallocate) {
    return [change("deallocate", null, { details: { value: deallocate.name } })];
  },
  FetchStmt(fetch) {
    return [change("fetch", null, { details: { value: fetch.portalname, subcommand: fetch.ismove === true ? "MOVE" : "FETCH" } })];
  },
  ClosePortalStmt(close) {
    return [change("close-cursor", null, { details: { value: close.portalname } })];
  },
  ListenStmt(listen) {
    return [change("listen", null, { details: { value: listen.conditionname } })];
  },
  UnlistenStmt(unlisten) {
    return [change("unlisten", null, { details: { value: unlisten.conditionname } })];
  },
  CheckPointStmt() {
    return [change("checkpoint", null)];
  },
} satisfies Partial<Classifiers>;
