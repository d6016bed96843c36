import type { SquashInput } from "../model/squash.ts";
import type { Node } from "../sql/parser.ts";
import { collectReferences } from "../sql/references.ts";
import { allOf, fieldsOf, formatType, listName, nodeName, relationName, strings, textOf, toName } from "../sql/tree.ts";
import type { Name, NodeName } from "../sql/tree.ts";
import { isHarmless } from "./harmless.ts";
import type { Ledger, TouchKind } from "./ledger.ts";
import { creationSchema, findRelation } from "./resolve.ts";

/** A statement that makes one object other than a table or an index. */
export interface Creation {
  readonly key: string;
  readonly kind: string;
  /** How it touches the relations that it names. */
  readonly uses: TouchKind;
  /** The relation that it hangs on. */
  readonly on: Name | null;
  readonly replaces: "replace" | "create";
  readonly ifNotExists: "if-not-exists" | "always";
}

function qualified(name: Name, input: SquashInput): string {
  return `${name.schema ?? creationSchema(input.searchPath)}.${name.name}`;
}

function made(key: string, kind: string, more: Partial<Creation> = {}): Creation {
  return { key, kind, uses: "column-use", on: null, replaces: "create", ifNotExists: "always", ...more };
}

function orReplace(value: boolean | undefined): Creation["replaces"] {
  return value === true ? "replace" : "create";
}

function ifNotExists(value: boolean | undefined): Creation["ifNotExists"] {
  return value === true ? "if-not-exists" : "always";
}

/** `name(integer, text)`: the arguments by which a routine is told from its overloads. */
export function routineKey(schemaAndName: string, parameters: readonly Node[] | undefined): string {
  const types = allOf(parameters, "FunctionParameter")
    .filter((parameter) => parameter.mode !== "FUNC_PARAM_OUT" && parameter.mode !== "FUNC_PARAM_TABLE")
    .map((parameter) => formatType(parameter.argType));
  return `func:${schemaAndName}(${types.join(", ")})`;
}

type Reader = (tree: Node, input: SquashInput) => Creation | null;

const READERS: Readonly<Partial<Record<NodeName, Reader>>> = {
  CreateSchemaStmt: (tree) => {
    const schema = fieldsOf(tree, "CreateSchemaStmt");
    if (schema?.schemaname === undefined || (schema.schemaElts ?? []).length > 0) return null;
    return made(`schema:${schema.schemaname}`, "schema", { ifNotExists: ifNotExists(schema.if_not_exists) });
  },
  CreateSeqStmt: (tree, input) => {
    const sequence = fieldsOf(tree, "CreateSeqStmt");
    return made(`rel:${qualified(relationName(sequence?.sequence), input)}`, "sequence", {
      ifNotExists: ifNotExists(sequence?.if_not_exists),
    });
  },
  ViewStmt: (tree, input) => {
    const view = fieldsOf(tree, "ViewStmt");
    const more = { uses: "view" as const, replaces: orReplace(view?.replace) };
    return made(`rel:${qualified(relationName(view?.view), input)}`, "view", more);
  },
  CreateTableAsStmt: (tree, input) => {
    const table = fieldsOf(tree, "CreateTableAsStmt");
    const relation = table?.into?.rel;
    if (table?.query === undefined || !("SelectStmt" in table.query) || relation?.relpersistence === "t") return null;
    if (!collectReferences(table.query).calls.every((call) => isHarmless(call.name))) return null;
    const materialized = table.objtype === "OBJECT_MATVIEW";
    const more = { uses: materialized ? ("view" as const) : ("read" as const), ifNotExists: ifNotExists(table.if_not_exists) };
    return made(`rel:${qualified(relationName(relation), input)}`, materialized ? "materialized-view" : "table", more);
  },
  CompositeTypeStmt: (tree, input) =>
    made(`type:${qualified(relationName(fieldsOf(tree, "CompositeTypeStmt")?.typevar), input)}`, "composite-type"),
  CreateEnumStmt: (tree, input) => made(`type:${qualified(listName(fieldsOf(tree, "CreateEnumStmt")?.typeName), input)}`, "enum"),
  CreateRangeStmt: (tree, input) => made(`type:${qualified(listName(fieldsOf(tree, "CreateRangeStmt")?.typeName), input)}`, "range-type"),
  CreateDomainStmt: (tree, input) => made(`type:${qualified(listName(fieldsOf(tree, "CreateDomainStmt")?.domainname), input)}`, "domain"),
  CreateFunctionStmt: (tree, input) => {
    const routine = fieldsOf(tree, "CreateFunctionStmt");
    const key = routineKey(qualified(listName(routine?.funcname), input), routine?.parameters);
    return made(key, routine?.is_procedure === true ? "procedure" : "function", { uses: "routine", replaces: orReplace(routine?.replace) });
  },
  CreateTrigStmt: (tree) => {
    const trigger = fieldsOf(tree, "CreateTrigStmt");
    return made(trigger?.trigname ?? "", "trigger", {
      uses: "trigger",
      on: relationName(trigger?.relation),
      replaces: orReplace(trigger?.replace),
    });
  },
  CreatePolicyStmt: (tree) => {
    const policy = fieldsOf(tree, "CreatePolicyStmt");
    return made(policy?.policy_name ?? "", "policy", { uses: "policy", on: relationName(policy?.table) });
  },
  RuleStmt: (tree) => {
    const rule = fieldsOf(tree, "RuleStmt");
    return made(rule?.rulename ?? "", "rule", { uses: "rule", on: relationName(rule?.relation), replaces: orReplace(rule?.replace) });
  },
};

/** What a statement makes; `null` where it makes nothing, or something that is only followed as a statement that may do anything. */
export function readCreation(ledger: Ledger, tree: Node, input: SquashInput): Creation | null {
  const creation = READERS[nodeName(tree)]?.(tree, input) ?? null;
  if (creation === null || creation.on === null) return creation;
  return { ...creation, key: partKey(creation.kind, findRelation(ledger, creation.on, input).key, creation.key) };
}

/** The key of a trigger, policy or rule: they are named per table. */
export function partKey(kind: string, tableKey: string, name: string): string {
  return `${kind}:${tableKey.slice(tableKey.indexOf(":") + 1)}/${name}`;
}

/** Whether a routine's body is read when it is made: LANGUAGE sql, or SQL-standard. PL/pgSQL only resolves the types of its variables. */
export function bodyIsChecked(tree: Node): boolean {
  const routine = fieldsOf(tree, "CreateFunctionStmt");
  if (routine === null) return false;
  const given = new Map(allOf(routine.options, "DefElem").map((option) => [option.defname ?? "", option.arg]));
  const language = textOf(given.get("language"))?.toLowerCase() ?? "sql";
  return routine.sql_body !== undefined || language === "sql";
}

/** The text of a routine's body, or an empty text. */
export function bodyText(tree: Node): string {
  const routine = fieldsOf(tree, "CreateFunctionStmt");
  const body = allOf(routine?.options, "DefElem").find((option) => option.defname === "as")?.arg;
  return allOf(fieldsOf(body, "List")?.items, "String")
    .map((part) => part.sval ?? "")
    .join("\n");
}

/** The column that owns a sequence, where CREATE or ALTER SEQUENCE says one. */
export function owningColumn(tree: Node): { readonly table: Name; readonly column: string } | null {
  const given = fieldsOf(tree, "CreateSeqStmt")?.options ?? fieldsOf(tree, "AlterSeqStmt")?.options;
  const owner = allOf(given, "DefElem").find((option) => option.defname === "owned_by")?.arg;
  const parts = strings(fieldsOf(owner, "List")?.items);
  return parts.length < 2 ? null : { table: toName(parts.slice(0, -1)), column: parts.at(-1) ?? "" };
}
