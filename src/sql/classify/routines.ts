import type { FunctionParameter, Node } from "libpg-query";
import type { ObjectRef } from "../../model/object.ts";
import { collectReferences, dependencies, functionRef, typeRef } from "../references.ts";
import { readDoBody, readRoutineBody } from "../routine-body.ts";
import { namesSecret } from "../secrets.ts";
import { allOf, fieldsOf, formatType, isOn, listName, options, partOf, relationRef, roleNames, strings, textOf } from "../tree.ts";
import type { Name } from "../tree.ts";
import { change } from "./context.ts";
import type { Classifiers } from "./context.ts";
import { columnsIn } from "./columns.ts";

/** The types that tell overloads apart: inputs only, as `pg_get_function_identity_arguments()` without names. */
export function inputTypes(parameters: readonly FunctionParameter[]): string {
  return parameters
    .filter((parameter) => parameter.mode !== "FUNC_PARAM_OUT" && parameter.mode !== "FUNC_PARAM_TABLE")
    .map((parameter) => `${parameter.mode === "FUNC_PARAM_VARIADIC" ? "VARIADIC " : ""}${formatType(parameter.argType)}`)
    .join(", ");
}

/** `f(integer, text)` as ALTER, DROP, COMMENT and GRANT name it; without a list the name alone. */
export function routineRef(node: Node | undefined, kind: ObjectRef["kind"]): ObjectRef {
  const routine = fieldsOf(node, "ObjectWithArgs");
  const name: Name = listName(routine?.objname);
  if (routine === null || routine.args_unspecified === true) return { kind, ...name };
  const parameters = allOf(routine.objfuncargs, "FunctionParameter");
  const types = parameters.length > 0 ? inputTypes(parameters) : typeList(routine.objargs);
  return { kind, ...name, arguments: kind === "aggregate" && types === "" ? "*" : types };
}

/** Operators have a type on either side; `NONE` stands where there is none. */
export function typeList(types: readonly Node[] | undefined): string {
  return (types ?? []).map((type) => formatTypeOrNone(type)).join(", ");
}

function formatTypeOrNone(node: Node): string {
  const type = fieldsOf(node, "TypeName");
  return type === null ? "NONE" : formatType(type);
}

const ACTIONS_OF_POLICY: readonly string[] = ["all", "select", "insert", "update", "delete"];

/** Functions, triggers, rules, policies, and blocks of code that run at once. */
export const ROUTINE_CLASSIFIERS = {
  CreateFunctionStmt(routine, { sql }) {
    const parameters = allOf(routine.parameters, "FunctionParameter");
    const body = readRoutineBody(routine, sql);
    const kind = routine.is_procedure === true ? "procedure" : "function";
    const self: ObjectRef = { kind, ...listName(routine.funcname), arguments: inputTypes(parameters) };
    return [
      change(routine.is_procedure === true ? "create-procedure" : "create-function", self, {
        reads: [
          typeRef(routine.returnType),
          ...parameters.flatMap((parameter) => [typeRef(parameter.argType), ...dependencies(parameter.defexpr)]),
          ...dependencies(body.trees),
        ].filter((ref) => !(ref?.kind === "function" && ref.name === self.name && ref.schema === self.schema)),
        details: {
          orReplace: routine.replace,
          language: body.language,
          dataType: routine.returnType === undefined ? undefined : formatType(routine.returnType),
        },
      }),
    ];
  },
  AlterFunctionStmt(alter) {
    const procedure = alter.objtype === "OBJECT_PROCEDURE";
    const actions = allOf(alter.actions, "DefElem").map((action) => action.defname ?? "");
    return [
      change(
        procedure ? "alter-procedure" : "alter-function",
        routineRef({ ObjectWithArgs: alter.func ?? {} }, procedure ? "procedure" : "function"),
        {
          details: { subcommand: actions.sort().join(",") },
        },
      ),
    ];
  },
  DoStmt(block, { sql, classify }) {
    const body = readDoBody(block.args, sql);
    const found = collectReferences(body.trees);
    // Static statements in the block do what they do outside it, if they are reached.
    const inside = body.trees.flatMap((tree) => ("length" in tree ? tree : [tree])).flatMap((tree) => classify(tree));
    return [
      change("do", null, {
        reads: dependencies(body.trees),
        writes: [...found.writes, ...inside.flatMap((part) => part.writes)],
        details: {
          language: body.language,
          clusterWide: inside.some((part) => part.details.clusterWide === true),
          secret: namesSecret(sql),
          nondeterministic: found.nondeterministic.length === 0 ? undefined : found.nondeterministic,
        },
      }),
    ];
  },
  CallStmt(call) {
    const found = collectReferences(call.funccall);
    const procedure = { kind: "procedure" as const, ...listName(call.funccall?.funcname) };
    return [
      change("call", procedure, {
        reads: [procedure, ...dependencies(call.funccall?.args)],
        details: { nondeterministic: found.nondeterministic.length === 0 ? undefined : found.nondeterministic },
      }),
    ];
  },
  CreateTrigStmt(trigger) {
    const table = relationRef(trigger.relation);
    const read = [...strings(trigger.columns), ...columnsIn(trigger.whenClause)];
    return [
      change("create-trigger", partOf(table, "trigger", trigger.trigname ?? ""), {
        reads: [
          table,
          functionRef(listName(trigger.funcname)),
          ...[...new Set(read)].map((column) => partOf(table, "column", column)),
          trigger.constrrel === undefined ? null : relationRef(trigger.constrrel),
          ...dependencies(trigger.whenClause),
        ],
        details: {
          orReplace: trigger.replace,
          columns: trigger.columns === undefined ? undefined : strings(trigger.columns),
          subcommand: trigger.isconstraint === true ? "CONSTRAINT" : undefined,
        },
      }),
    ];
  },
  CreateEventTrigStmt(trigger) {
    return [
      change(
        "create-event-trigger",
        { kind: "event-trigger", schema: null, name: trigger.trigname ?? "" },
        {
          reads: [functionRef(listName(trigger.funcname))],
          details: { subcommand: trigger.eventname },
        },
      ),
    ];
  },
  AlterEventTrigStmt(trigger) {
    return [
      change(
        "alter-event-trigger",
        { kind: "event-trigger", schema: null, name: trigger.trigname ?? "" },
        {
          details: { subcommand: trigger.tgenabled === "D" ? "DISABLE" : "ENABLE" },
        },
      ),
    ];
  },
  RuleStmt(rule) {
    const table = relationRef(rule.relation);
    const pseudo = (ref: ObjectRef): boolean => ref.schema === null && (ref.name === "old" || ref.name === "new");
    return [
      change("create-rule", partOf(table, "rule", rule.rulename ?? ""), {
        reads: [table, ...dependencies(rule.whereClause, rule.actions).filter((ref) => !pseudo(ref))],
        details: { orReplace: rule.replace, subcommand: rule.event },
      }),
    ];
  },
  CreatePolicyStmt(policy) {
    const table = relationRef(policy.table);
    return [
      change("create-policy", partOf(table, "policy", policy.policy_name ?? ""), {
        reads: [
          table,
          ...columnsIn(policy.qual, policy.with_check).map((column) => partOf(table, "column", column)),
          ...dependencies(policy.qual, policy.with_check),
        ],
        details: {
          roles: roleNames(policy.roles),
          subcommand: ACTIONS_OF_POLICY.find((action) => action === policy.cmd_name),
        },
      }),
    ];
  },
  AlterPolicyStmt(policy) {
    const table = relationRef(policy.table);
    return [
      change("alter-policy", partOf(table, "policy", policy.policy_name ?? ""), {
        reads: [
          table,
          ...columnsIn(policy.qual, policy.with_check).map((column) => partOf(table, "column", column)),
          ...dependencies(policy.qual, policy.with_check),
        ],
        details: { roles: policy.roles === undefined ? undefined : roleNames(policy.roles) },
      }),
    ];
  },
  CreatePLangStmt(language) {
    return [
      change(
        "create-language",
        { kind: "language", schema: null, name: language.plname ?? "" },
        {
          reads: [language.plhandler, language.plinline, language.plvalidator].map((name) =>
            name === undefined ? null : functionRef(listName(name)),
          ),
          details: { orReplace: language.replace },
        },
      ),
    ];
  },
  CreateExtensionStmt(extension) {
    const given = options(extension.options);
    return [
      change(
        "create-extension",
        { kind: "extension", schema: null, name: extension.extname ?? "" },
        {
          reads: given.has("schema") ? [{ kind: "schema", schema: null, name: textOf(given.get("schema")) ?? "" }] : [],
          details: {
            ifNotExists: extension.if_not_exists,
            cascade: isOn(given, "cascade"),
            value: textOf(given.get("new_version")) ?? undefined,
            newSchema: textOf(given.get("schema")) ?? undefined,
          },
        },
      ),
    ];
  },
} satisfies Partial<Classifiers>;
