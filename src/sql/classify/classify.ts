import type { Node } from "libpg-query";
import type { Change } from "../../model/change.ts";
import { nodeName } from "../tree.ts";
import { ALTER_TABLE_CLASSIFIERS } from "./alter-table.ts";
import { change } from "./context.ts";
import type { Classifiers, Context, StatementName } from "./context.ts";
import { DATA_CLASSIFIERS } from "./data.ts";
import { OPERATOR_CLASSIFIERS } from "./operators.ts";
import { NAMING_CLASSIFIERS } from "./naming.ts";
import { OUTSIDE_CLASSIFIERS } from "./outside.ts";
import { PRIVILEGE_CLASSIFIERS } from "./privileges.ts";
import { RELATION_CLASSIFIERS } from "./relations.ts";
import { ROUTINE_CLASSIFIERS } from "./routines.ts";
import { SESSION_CLASSIFIERS } from "./session.ts";
import { TYPE_CLASSIFIERS } from "./types.ts";

/** Every statement of the grammar has a classifier: a statement that a new parser brings does not compile without one. */
const CLASSIFIERS: Classifiers = {
  ...RELATION_CLASSIFIERS,
  ...ALTER_TABLE_CLASSIFIERS,
  ...ROUTINE_CLASSIFIERS,
  ...TYPE_CLASSIFIERS,
  ...OPERATOR_CLASSIFIERS,
  ...NAMING_CLASSIFIERS,
  ...PRIVILEGE_CLASSIFIERS,
  ...OUTSIDE_CLASSIFIERS,
  ...DATA_CLASSIFIERS,
  ...SESSION_CLASSIFIERS,
};

function isStatement(name: string): name is StatementName {
  return Object.hasOwn(CLASSIFIERS, name);
}

type AnyClassifier = (fields: unknown, context: Context) => readonly Change[];

/** The typed changes of one statement's tree, in order; at least one. `sql` is the statement's own text. */
export function classifyTree(tree: Node, sql: string): readonly Change[] {
  const name = nodeName(tree);
  if (!isStatement(name)) return [change("opaque", null)];
  // The table's type ties each classifier to its node; a lookup by a name that varies loses that tie.
  const classify = CLASSIFIERS[name] as AnyClassifier;
  const fields = (tree as Readonly<Record<string, unknown>>)[name];
  const changes = classify(fields, { sql, classify: (node) => classifyTree(node, sql) });
  return changes.length === 0 ? [change("opaque", null)] : changes;
}
