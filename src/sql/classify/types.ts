import type { DefineStmt, Node } from "libpg-query";
import type { ChangeKind } from "../../model/change.ts";
import type { ObjectKind, ObjectRef } from "../../model/object.ts";
import { dependencies, typeRef } from "../references.ts";
import { allOf, fieldsOf, formatType, listName, options, relationRef, strings } from "../tree.ts";
import { change } from "./context.ts";
import type { Classifiers } from "./context.ts";
import { constraintReads, constraintType, namedFunction } from "./columns.ts";
import { inputTypes, typeList } from "./routines.ts";
import { expressionVolatility } from "../expressions.ts";

/** What CREATE of the shared node DefineStmt makes. */
const DEFINED: Readonly<Record<string, { readonly kind: ChangeKind; readonly object: ObjectKind }>> = {
  OBJECT_AGGREGATE: { kind: "create-aggregate", object: "aggregate" },
  OBJECT_OPERATOR: { kind: "create-operator", object: "operator" },
  OBJECT_TYPE: { kind: "create-base-type", object: "base-type" },
  OBJECT_COLLATION: { kind: "create-collation", object: "collation" },
  OBJECT_TSPARSER: { kind: "create-text-search", object: "text-search-parser" },
  OBJECT_TSDICTIONARY: { kind: "create-text-search", object: "text-search-dictionary" },
  OBJECT_TSTEMPLATE: { kind: "create-text-search", object: "text-search-template" },
  OBJECT_TSCONFIGURATION: { kind: "create-text-search", object: "text-search-configuration" },
};

/** Options of DefineStmt whose value is a function. */
const FUNCTION_OPTIONS: ReadonlySet<string> = new Set(
  `sfunc finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mfinalfunc function procedure restrict join input output receive
  send typmod_in typmod_out analyze subscript start gettoken end headline lextypes init lexize`.split(/\s+/),
);

/** A value of `NAME = value` that names something: the grammar reads any name there as a type. */
function namesOf(node: Node | undefined): readonly Node[] | undefined {
  return fieldsOf(node, "TypeName")?.names ?? fieldsOf(node, "List")?.items;
}

function definedReads(definition: readonly Node[] | undefined): (ObjectRef | null)[] {
  return allOf(definition, "DefElem").map((option) => {
    const name = option.defname?.toLowerCase() ?? "";
    const type = fieldsOf(option.arg, "TypeName");
    if (FUNCTION_OPTIONS.has(name)) return namedFunction(namesOf(option.arg));
    if (name === "template") return { kind: "text-search-template", ...listName(namesOf(option.arg)) };
    if (name === "parser") return { kind: "text-search-parser", ...listName(namesOf(option.arg)) };
    if (/^(?:stype|mstype|leftarg|rightarg|basetype|element|like)$/.test(name) && type !== null) return typeRef(type);
    return null;
  });
}

/** An aggregate's arguments: the parameters, and how many of them are direct (-1: no ORDER BY). */
function aggregateArguments(statement: DefineStmt): string {
  const parameters = allOf(fieldsOf(statement.args?.[0], "List")?.items, "FunctionParameter");
  if (statement.oldstyle === true) {
    const base = fieldsOf(options(statement.definition).get("basetype"), "TypeName");
    return base === null || listName(base.names).name.toLowerCase() === "any" ? "*" : formatType(base);
  }
  return parameters.length === 0 ? "*" : inputTypes(parameters);
}

function operatorArguments(statement: DefineStmt): string {
  const given = options(statement.definition);
  const [left, right] = ["leftarg", "rightarg"].map((side) => {
    const type = fieldsOf(given.get(side), "TypeName");
    return type === null ? "NONE" : formatType(type);
  });
  return `${left}, ${right}`;
}

function definedRef(statement: DefineStmt, kind: ObjectKind): ObjectRef {
  const name = listName(statement.defnames);
  if (kind === "aggregate") return { kind, ...name, arguments: aggregateArguments(statement) };
  return kind === "operator" ? { kind, ...name, arguments: operatorArguments(statement) } : { kind, ...name };
}

/** What each form of ALTER DOMAIN does: `subtype` of the node. */
const DOMAIN_COMMANDS: Readonly<Record<string, string>> = {
  T: "DEFAULT",
  N: "DROP NOT NULL",
  O: "SET NOT NULL",
  C: "ADD CONSTRAINT",
  X: "DROP CONSTRAINT",
  V: "VALIDATE CONSTRAINT",
};

/** Types and domains, and what CREATE defines by a list of options: aggregates, operators, collations, text search. */
export const TYPE_CLASSIFIERS = {
  CreateEnumStmt(type) {
    return [change("create-enum", { kind: "enum", ...listName(type.typeName) }, { details: { labels: strings(type.vals) } })];
  },
  AlterEnumStmt(type) {
    const renamed = type.oldVal !== undefined;
    return [
      change(
        renamed ? "rename-enum-value" : "add-enum-value",
        { kind: "enum", ...listName(type.typeName) },
        {
          details: {
            label: renamed ? type.oldVal : type.newVal,
            newName: renamed ? type.newVal : undefined,
            ifNotExists: type.skipIfNewValExists,
            subcommand: type.newValNeighbor === undefined ? undefined : type.newValIsAfter === true ? "AFTER" : "BEFORE",
            value: type.newValNeighbor,
          },
        },
      ),
    ];
  },
  CompositeTypeStmt(type) {
    const columns = allOf(type.coldeflist, "ColumnDef");
    return [
      change("create-composite-type", relationRef(type.typevar, "composite-type"), {
        reads: columns.map((column) => typeRef(column.typeName)),
        details: { columns: columns.map((column) => column.colname ?? "") },
      }),
    ];
  },
  CreateRangeStmt(type) {
    const given = options(type.params);
    return [
      change(
        "create-range-type",
        { kind: "range-type", ...listName(type.typeName) },
        {
          reads: [
            typeRef(fieldsOf(given.get("subtype"), "TypeName") ?? undefined),
            ...["canonical", "subtype_diff"].map((name) => namedFunction(namesOf(given.get(name)))),
          ],
        },
      ),
    ];
  },
  AlterTypeStmt(type) {
    return [
      change(
        "alter-type",
        { kind: "type", ...listName(type.typeName) },
        {
          reads: definedReads(type.options),
          details: { subcommand: [...options(type.options).keys()].sort().join(",") },
        },
      ),
    ];
  },
  CreateDomainStmt(domain) {
    const ref: ObjectRef = { kind: "domain", ...listName(domain.domainname) };
    const constraints = allOf(domain.constraints, "Constraint");
    const expression = constraints.find((constraint) => constraint.contype === "CONSTR_DEFAULT")?.raw_expr;
    return [
      change("create-domain", ref, {
        reads: [typeRef(domain.typeName), ...dependencies(domain.constraints)],
        details: {
          dataType: formatType(domain.typeName),
          notNull: constraints.some((constraint) => constraint.contype === "CONSTR_NOTNULL"),
          default: expression === undefined ? undefined : expressionVolatility(expression),
        },
      }),
    ];
  },
  AlterDomainStmt(domain) {
    const ref: ObjectRef = { kind: "domain", ...listName(domain.typeName) };
    const constraint = fieldsOf(domain.def, "Constraint");
    return [
      change("alter-domain", ref, {
        reads: [
          ...(constraint === null ? [] : constraintReads(constraint, ref).filter((read) => read.kind !== "column")),
          ...dependencies(domain.def),
        ],
        details: {
          subcommand: DOMAIN_COMMANDS[domain.subtype ?? ""],
          constraintName: constraint?.conname ?? domain.name,
          constraintType: constraint === null ? undefined : constraintType(constraint),
          notValid: constraint?.skip_validation,
          cascade: domain.behavior === "DROP_CASCADE",
          ifExists: domain.missing_ok,
          default: domain.subtype === "T" && domain.def !== undefined ? expressionVolatility(domain.def) : undefined,
        },
      }),
    ];
  },
  DefineStmt(statement) {
    const defined = DEFINED[statement.kind ?? ""];
    if (defined === undefined) return [change("opaque", null)];
    return [
      change(defined.kind, definedRef(statement, defined.object), {
        reads: [...definedReads(statement.definition), ...dependencies(statement.args)],
        details: {
          orReplace: statement.replace,
          ifNotExists: statement.if_not_exists,
          subcommand: statement.kind === "OBJECT_TYPE" && statement.definition === undefined ? "SHELL" : undefined,
        },
      }),
    ];
  },
  AlterCollationStmt(collation) {
    return [
      change("alter-collation", { kind: "collation", ...listName(collation.collname) }, { details: { subcommand: "REFRESH VERSION" } }),
    ];
  },
  AlterOperatorStmt(operator) {
    const name = listName(operator.opername?.objname);
    return [
      change(
        "alter-operator",
        { kind: "operator", ...name, arguments: typeList(operator.opername?.objargs) },
        {
          reads: definedReads(operator.options),
          details: { subcommand: [...options(operator.options).keys()].sort().join(",") },
        },
      ),
    ];
  },
  AlterTSDictionaryStmt(dictionary) {
    return [change("alter-text-search", { kind: "text-search-dictionary", ...listName(dictionary.dictname) })];
  },
  AlterTSConfigurationStmt(configuration) {
    return [
      change(
        "alter-text-search",
        { kind: "text-search-configuration", ...listName(configuration.cfgname) },
        {
          reads: allOf(configuration.dicts, "List").map((name) => ({ kind: "text-search-dictionary" as const, ...listName(name.items) })),
          details: { subcommand: configuration.kind, ifExists: configuration.missing_ok },
        },
      ),
    ];
  },
} satisfies Partial<Classifiers>;
