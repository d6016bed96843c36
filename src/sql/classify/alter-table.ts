import type { AlterTableCmd, AlterTableStmt, AlterTableType, Node } from "libpg-query";
import type { Change, ChangeKind } from "../../model/change.ts";
import type { ObjectKind, ObjectRef } from "../../model/object.ts";
import { expressionVolatility } from "../expressions.ts";
import { qualifiedName } from "../quote.ts";
import { collectReferences, dependencies, typeRef } from "../references.ts";
import { fieldsOf, formatType, listName, partOf, relationName, relationRef, roleName } from "../tree.ts";
import { change } from "./context.ts";
import type { ChangeParts, Classifiers } from "./context.ts";
import { columnsIn, constraintColumns, constraintReads, constraintType, describeColumn } from "./columns.ts";

/** Every subcommand of PostgreSQL 18's grammar (`AlterTableType`, `src/include/nodes/parsenodes.h`); those that only the server itself makes included. */
const KINDS: Readonly<Record<AlterTableType, ChangeKind>> = {
  AT_AddColumn: "add-column",
  AT_AddColumnToView: "alter-view",
  AT_ColumnDefault: "set-default",
  AT_CookedColumnDefault: "set-default",
  AT_DropNotNull: "drop-not-null",
  AT_SetNotNull: "set-not-null",
  AT_SetExpression: "set-expression",
  AT_DropExpression: "drop-expression",
  AT_SetStatistics: "alter-column-options",
  AT_SetOptions: "alter-column-options",
  AT_ResetOptions: "alter-column-options",
  AT_SetStorage: "alter-column-options",
  AT_SetCompression: "alter-column-options",
  AT_DropColumn: "drop-column",
  AT_AddIndex: "create-index",
  AT_ReAddIndex: "create-index",
  AT_AddConstraint: "add-constraint",
  AT_ReAddConstraint: "add-constraint",
  AT_ReAddDomainConstraint: "alter-domain",
  AT_AlterConstraint: "alter-constraint",
  AT_ValidateConstraint: "validate-constraint",
  AT_AddIndexConstraint: "add-constraint",
  AT_DropConstraint: "drop-constraint",
  AT_ReAddComment: "comment",
  AT_AlterColumnType: "alter-column-type",
  AT_AlterColumnGenericOptions: "alter-column-options",
  AT_ChangeOwner: "alter-owner",
  AT_ClusterOn: "alter-table-options",
  AT_DropCluster: "alter-table-options",
  AT_SetLogged: "set-persistence",
  AT_SetUnLogged: "set-persistence",
  AT_DropOids: "alter-table-options",
  AT_SetAccessMethod: "alter-table-options",
  AT_SetTableSpace: "alter-table-options",
  AT_SetRelOptions: "alter-table-options",
  AT_ResetRelOptions: "alter-table-options",
  AT_ReplaceRelOptions: "alter-table-options",
  AT_EnableTrig: "set-trigger-enabled",
  AT_EnableAlwaysTrig: "set-trigger-enabled",
  AT_EnableReplicaTrig: "set-trigger-enabled",
  AT_DisableTrig: "set-trigger-enabled",
  AT_EnableTrigAll: "set-trigger-enabled",
  AT_DisableTrigAll: "set-trigger-enabled",
  AT_EnableTrigUser: "set-trigger-enabled",
  AT_DisableTrigUser: "set-trigger-enabled",
  AT_EnableRule: "alter-rule",
  AT_EnableAlwaysRule: "alter-rule",
  AT_EnableReplicaRule: "alter-rule",
  AT_DisableRule: "alter-rule",
  AT_AddInherit: "inherit",
  AT_DropInherit: "no-inherit",
  AT_AddOf: "alter-table-options",
  AT_DropOf: "alter-table-options",
  AT_ReplicaIdentity: "set-replica-identity",
  AT_EnableRowSecurity: "set-row-security",
  AT_DisableRowSecurity: "set-row-security",
  AT_ForceRowSecurity: "set-row-security",
  AT_NoForceRowSecurity: "set-row-security",
  AT_GenericOptions: "alter-foreign-table",
  AT_AttachPartition: "attach-partition",
  AT_DetachPartition: "detach-partition",
  AT_DetachPartitionFinalize: "detach-partition",
  AT_AddIdentity: "add-identity",
  AT_SetIdentity: "alter-identity",
  AT_DropIdentity: "drop-identity",
  AT_ReAddStatistics: "create-statistics",
};

/** What a subcommand acts on: the relation itself, or one of its parts by the name that the subcommand gives. */
const PART_OF_KIND: Partial<Record<ChangeKind, ObjectKind>> = {
  "add-column": "column",
  "drop-column": "column",
  "alter-column-type": "column",
  "set-default": "column",
  "drop-default": "column",
  "set-not-null": "column",
  "drop-not-null": "column",
  "alter-column-options": "column",
  "add-identity": "column",
  "alter-identity": "column",
  "drop-identity": "column",
  "set-expression": "column",
  "drop-expression": "column",
  "add-constraint": "constraint",
  "drop-constraint": "constraint",
  "alter-constraint": "constraint",
  "validate-constraint": "constraint",
  "set-trigger-enabled": "trigger",
  "alter-rule": "rule",
};

/** ALTER INDEX, VIEW, SEQUENCE and TYPE share the node: what is special to tables becomes the kind of the relation that is meant. */
const RELATIONS: Readonly<Record<string, { readonly object: ObjectKind; readonly kind: ChangeKind }>> = {
  OBJECT_INDEX: { object: "index", kind: "alter-index" },
  OBJECT_VIEW: { object: "view", kind: "alter-view" },
  OBJECT_MATVIEW: { object: "materialized-view", kind: "alter-materialized-view" },
  OBJECT_SEQUENCE: { object: "sequence", kind: "alter-sequence" },
  OBJECT_TYPE: { object: "composite-type", kind: "alter-type" },
};

interface Command {
  readonly table: ObjectRef;
  readonly command: AlterTableCmd;
  readonly kind: ChangeKind;
}

function kindOf(statement: AlterTableStmt, command: AlterTableCmd): ChangeKind {
  const kind = KINDS[command.subtype ?? "AT_SetRelOptions"];
  if (kind === "alter-owner") return kind;
  const relation = RELATIONS[statement.objtype ?? ""];
  if (relation !== undefined) return relation.kind;
  return command.subtype === "AT_ColumnDefault" && command.def === undefined ? "drop-default" : kind;
}

function objectOf({ table, command, kind }: Command): ObjectRef {
  const part = PART_OF_KIND[kind];
  if (part === undefined) return table;
  const constraint = fieldsOf(command.def, "Constraint");
  const name =
    command.name ??
    fieldsOf(command.def, "ColumnDef")?.colname ??
    constraint?.conname ??
    fieldsOf(command.def, "ATAlterConstraint")?.conname ??
    (command.num === undefined ? "" : String(command.num));
  // ENABLE TRIGGER ALL names none; a constraint without a name gets one from the server.
  return part === "trigger" && name === "" ? table : partOf(table, part, name);
}

function columnParts({ table, command, kind }: Command): ChangeParts {
  const column = fieldsOf(command.def, "ColumnDef");
  if (column === null) return {};
  if (kind === "add-column") return describeColumn(column, table);
  const type = typeRef(column.typeName);
  const found = collectReferences(column.raw_default);
  return {
    reads: [
      type,
      ...dependencies(column.raw_default),
      ...columnsIn(column.raw_default)
        .filter((name) => name !== command.name)
        .map((name) => partOf(table, "column", name)),
    ],
    details: {
      dataType: column.typeName === undefined ? undefined : formatType(column.typeName),
      using: column.raw_default !== undefined,
      nondeterministic: found.nondeterministic.length === 0 ? undefined : found.nondeterministic,
    },
  };
}

function constraintParts({ table, command }: Command): ChangeParts {
  const constraint = fieldsOf(command.def, "Constraint");
  if (constraint === null) return {};
  const index: ObjectRef | null =
    constraint.indexname === undefined ? null : { kind: "index", schema: table.schema, name: constraint.indexname };
  return {
    reads: [...constraintReads(constraint, table), index],
    writes: [constraint.pktable === undefined ? null : relationRef(constraint.pktable)],
    details: {
      constraintType: constraintType(constraint),
      constraintName: constraint.conname,
      columns: constraintColumns(constraint),
      notValid: constraint.skip_validation,
      using: index !== null,
    },
  };
}

/** Partitions, parents, indexes and roles that a subcommand names. */
function otherParts({ table, command, kind }: Command): ChangeParts {
  const partition = fieldsOf(command.def, "PartitionCmd");
  if (partition !== null) {
    const name = relationName(partition.name);
    const relation: ObjectRef = { kind: table.kind, ...name };
    return {
      writes: [relation],
      reads: dependencies(partition.bound),
      details: { concurrently: partition.concurrent, parents: [qualifiedName(table.schema, table.name)] },
    };
  }
  const parent = fieldsOf(command.def, "RangeVar");
  if (parent !== null) {
    const name = relationName(parent);
    return { reads: [relationRef(parent)], details: { parents: [qualifiedName(name.schema, name.name)] } };
  }
  if (kind === "alter-owner") return { details: { roles: [roleName(command.newowner)] } };
  const identity = fieldsOf(command.def, "ReplicaIdentityStmt");
  const indexName = command.subtype === "AT_ClusterOn" ? command.name : identity?.name;
  if (indexName !== undefined) return { reads: [{ kind: "index", schema: table.schema, name: indexName }] };
  if (command.subtype === "AT_SetTableSpace") return { reads: [{ kind: "tablespace", schema: null, name: command.name ?? "" }] };
  if (command.subtype === "AT_SetAccessMethod" && command.name !== undefined) {
    return { reads: [{ kind: "access-method", schema: null, name: command.name }] };
  }
  return command.subtype === "AT_AddOf" ? { reads: [{ kind: "type", ...listName(fieldsOf(command.def, "TypeName")?.names) }] } : {};
}

function expressionParts({ table, command, kind }: Command): ChangeParts {
  const expression: Node | undefined = command.def;
  if (expression === undefined || (kind !== "set-default" && kind !== "set-expression")) return {};
  return {
    reads: [...dependencies(expression), ...columnsIn(expression).map((name) => partOf(table, "column", name))],
    details: kind === "set-default" ? { default: expressionVolatility(expression) } : {},
  };
}

/** Statements about a relation as a whole that may name one of its columns all the same. */
const ATTRIBUTE_KINDS: ReadonlySet<ChangeKind> = new Set(["alter-view", "alter-type", "alter-index"]);

function classifyCommand(at: Command): Change {
  const parts = [columnParts(at), constraintParts(at), otherParts(at), expressionParts(at)];
  const object = objectOf(at);
  return change(at.kind, object, {
    reads: parts.flatMap((part) => part.reads ?? []),
    writes: [at.table, ...parts.flatMap((part) => part.writes ?? [])],
    details: Object.assign(
      {
        subcommand: at.command.subtype,
        column:
          object.kind === "column" || ATTRIBUTE_KINDS.has(at.kind)
            ? (at.command.name ?? fieldsOf(at.command.def, "ColumnDef")?.colname ?? (object.kind === "column" ? object.name : undefined))
            : undefined,
        constraintName: object.kind === "constraint" && object.name !== "" ? object.name : undefined,
        cascade: at.command.behavior === "DROP_CASCADE",
      },
      ...parts.map((part) => part.details ?? {}),
      // ADD COLUMN IF NOT EXISTS and DROP COLUMN IF EXISTS share a flag.
      at.command.missing_ok === true ? (at.kind.startsWith("add-") ? { ifNotExists: true } : { ifExists: true }) : {},
    ) as ChangeParts["details"] & object,
  });
}

/** ALTER TABLE, and what shares its node: ALTER INDEX, VIEW, MATERIALIZED VIEW, SEQUENCE, FOREIGN TABLE and composite TYPE. */
export const ALTER_TABLE_CLASSIFIERS = {
  AlterTableStmt(statement) {
    const relation = RELATIONS[statement.objtype ?? ""];
    const fallback: ObjectKind = statement.objtype === "OBJECT_FOREIGN_TABLE" ? "foreign-table" : "table";
    const table = relationRef(statement.relation, relation?.object ?? fallback);
    return (statement.cmds ?? []).flatMap((node) => {
      const command = fieldsOf(node, "AlterTableCmd");
      if (command === null) return [];
      const made = classifyCommand({ table, command, kind: kindOf(statement, command) });
      return [statement.missing_ok === true ? { ...made, details: { ...made.details, ifExists: true } } : made];
    });
  },
} satisfies Partial<Classifiers>;
