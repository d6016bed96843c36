import type { Node } from "libpg-query";
import type { ObjectRef } from "../../model/object.ts";
import { dependencies, typeRef } from "../references.ts";
import { allOf, formatType, listName } from "../tree.ts";
import { namedFunction } from "./columns.ts";
import { change } from "./context.ts";
import type { Classifiers } from "./context.ts";

/** How PostgreSQL is taught to convert and compare: casts, conversions, transforms, operator classes and access methods. */
export const OPERATOR_CLASSIFIERS = {
  CreateOpClassStmt(operators) {
    return [
      change(
        "create-operator-class",
        { kind: "operator-class", ...listName(operators.opclassname) },
        {
          reads: [
            typeRef(operators.datatype),
            operators.opfamilyname === undefined ? null : { kind: "operator-family", ...listName(operators.opfamilyname) },
            ...dependencies(operators.items),
            ...operatorItems(operators.items),
          ],
          details: { method: operators.amname },
        },
      ),
    ];
  },
  CreateOpFamilyStmt(family) {
    return [
      change(
        "create-operator-family",
        { kind: "operator-family", ...listName(family.opfamilyname) },
        { details: { method: family.amname } },
      ),
    ];
  },
  AlterOpFamilyStmt(family) {
    return [
      change(
        "alter-operator-family",
        { kind: "operator-family", ...listName(family.opfamilyname) },
        {
          reads: operatorItems(family.items),
          details: { method: family.amname, subcommand: family.isDrop === true ? "DROP" : "ADD" },
        },
      ),
    ];
  },
  CreateCastStmt(cast) {
    return [
      change(
        "create-cast",
        { kind: "cast", schema: null, name: `${formatType(cast.sourcetype)} AS ${formatType(cast.targettype)}` },
        {
          reads: [typeRef(cast.sourcetype), typeRef(cast.targettype), cast.func === undefined ? null : namedFunction(cast.func.objname)],
          details: { subcommand: cast.context },
        },
      ),
    ];
  },
  CreateConversionStmt(conversion) {
    return [
      change(
        "create-conversion",
        { kind: "conversion", ...listName(conversion.conversion_name) },
        { reads: [namedFunction(conversion.func_name)] },
      ),
    ];
  },
  CreateTransformStmt(transform) {
    return [
      change(
        "create-transform",
        { kind: "transform", schema: null, name: `${formatType(transform.type_name)} LANGUAGE ${transform.lang ?? ""}` },
        {
          reads: [
            typeRef(transform.type_name),
            { kind: "language", schema: null, name: transform.lang ?? "" },
            namedFunction(transform.fromsql?.objname),
            namedFunction(transform.tosql?.objname),
          ],
          details: { orReplace: transform.replace },
        },
      ),
    ];
  },
  CreateAmStmt(method) {
    return [
      change(
        "create-access-method",
        { kind: "access-method", schema: null, name: method.amname ?? "" },
        { reads: [namedFunction(method.handler_name)] },
      ),
    ];
  },
} satisfies Partial<Classifiers>;

/** Functions (`itemtype` 2) and operators (1) of an operator class: `src/include/nodes/parsenodes.h`. */
function operatorItems(items: readonly Node[] | undefined): (ObjectRef | null)[] {
  return allOf(items, "CreateOpClassItem").map((item) => {
    const name = item.name?.objname;
    if (name === undefined) return null;
    if (item.itemtype === 2) return namedFunction(name);
    const operator = listName(name);
    return operator.schema === null || operator.schema === "pg_catalog" ? null : { kind: "operator", ...operator };
  });
}
