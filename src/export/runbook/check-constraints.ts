import { deparseTree } from "../../sql/deparse.ts";
import { parseTree, type Node } from "../../sql/parser.ts";
import { allOf, fieldsOf } from "../../sql/tree.ts";

/** For each CHECK that a statement adds to a table and that looks at every row: the query that counts the rows that break it. */
export function checkQueries(sql: string, relation: string): readonly string[] {
  const outcome = parseTree(sql);
  if (outcome.kind !== "tree") return [];
  const commands = allOf(fieldsOf(outcome.tree, "AlterTableStmt")?.cmds, "AlterTableCmd");
  return commands.flatMap(({ subtype, def }) => {
    const constraint = subtype === "AT_AddConstraint" ? fieldsOf(def, "Constraint") : null;
    if (constraint?.contype !== "CONSTR_CHECK" || constraint.skip_validation === true || constraint.raw_expr === undefined) return [];
    const query = countWhereNot(relation, constraint.raw_expr);
    return query === null ? [] : [query];
  });
}

function countWhereNot(relation: string, expression: Node): string | null {
  const frame = parseTree(`SELECT count(*) FROM ${relation} WHERE NOT true`);
  const select = frame.kind === "tree" ? fieldsOf(frame.tree, "SelectStmt") : null;
  if (select === null) return null;
  return deparseTree({ SelectStmt: { ...select, whereClause: { BoolExpr: { boolop: "NOT_EXPR", args: [expression] } } } });
}
