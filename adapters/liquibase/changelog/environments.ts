import type { ChangeSet } from "./change-set.ts";
import { readExpression, type Expression } from "./expression.ts";

/** What is known of the contexts and labels that Liquibase is started with. */
export interface Runtime {
  /** `null` where nobody says them: then Liquibase runs every context. */
  readonly contexts: readonly string[] | null;
  /** The label expression; `null` where there is none. */
  readonly labels: Expression | null;
  /** The environment that is converted, in lower case. */
  readonly environment: string | null;
}

/** Whether a changeSet belongs to the history. */
export type Membership =
  | { readonly kind: "runs" }
  | { readonly kind: "left-out"; readonly why: string }
  /** Only where this environment's context or label is given. */
  | { readonly kind: "environment"; readonly name: string };

/** Names by which projects tell their environments apart. Every other context is a part of the schema's own and runs, as in Liquibase without contexts. */
const environments =
  /^(?:dev(?:el(?:opment)?)?|local|tests?|testing|int|integration|(?:int(?:egration)?|unit|e2e|it)[-_]?tests?|e2e|ci|qa|uat|sit|stag(?:e|ing)|stg|pre[-_]?prod(?:uction)?|prod(?:uction)?|live|demo|sandbox|perf(?:ormance)?|fake(?:r|[-_]?data)?|sample(?:s|[-_]?data)?|test[-_]?data|dev[-_]?data|demo[-_]?data)$/;

/** Names of databases, which some projects give as contexts. */
const otherDatabases = /^(?:mysql|mariadb|oracle|mssql|sqlserver|h2|hsqldb|hsql|sqlite|db2|derby|sybase|informix|firebird|cockroachdb)$/;

const isPostgres = /^(?:postgres(?:ql)?|pg|pgsql)$/;

/** Decides by contexts and labels (`ContextChangeSetFilter`, `LabelChangeSetFilter`). */
export function membershipOf(changeSet: ChangeSet, runtime: Runtime): Membership {
  for (const text of changeSet.contexts) {
    const expression = readExpression(text);
    const found = expression === null ? null : byContext(expression, { text, runtime });
    if (found !== null) return found;
  }
  const { labels } = changeSet;
  if (labels.length === 0) return { kind: "runs" };
  const own = labels.map((label) => label.toLowerCase());
  if (runtime.labels !== null) {
    if (runtime.labels.matches((name) => own.includes(name))) return { kind: "runs" };
    return { kind: "left-out", why: `its labels (${labels.join(", ")}) are not asked for` };
  }
  const [only] = own;
  const tied = own.every((label) => environments.test(label)) && !own.includes(runtime.environment ?? "");
  return tied && only !== undefined ? { kind: "environment", name: only } : { kind: "runs" };
}

function byContext(expression: Expression, { text, runtime }: { readonly text: string; readonly runtime: Runtime }): Membership | null {
  if (runtime.contexts !== null) {
    const { contexts } = runtime;
    if (expression.matches((name) => contexts.includes(name))) return null;
    return { kind: "left-out", why: `its context (${text}) is not among those given (${contexts.join(", ")})` };
  }
  if (mayHold(expression, runtime.environment)) return null;
  const environment = expression.names.find((name) => environments.test(name) && mayHold(expression, name));
  if (environment !== undefined) return { kind: "environment", name: environment };
  return { kind: "left-out", why: `its context (${text}) is for another database` };
}

/** With more free names than this an expression is taken to hold. */
const mostFreeNames = 12;

/**
 * Whether an expression can hold where nobody gave contexts: those of an environment do not, but for the chosen one, those of other databases never; what else
 * stands in it may be given or not, in any combination.
 */
export function mayHold(expression: Expression, environment: string | null): boolean {
  const isFixed = (name: string): boolean => environments.test(name) || isPostgres.test(name) || otherDatabases.test(name);
  const free = expression.names.filter((name) => !isFixed(name));
  if (free.length > mostFreeNames) return true;
  for (let given = 0; given < 2 ** free.length; given += 1) {
    const holds = (name: string): boolean => {
      if (environments.test(name)) return name === environment;
      return isPostgres.test(name) || ((given >> free.indexOf(name)) & 1) === 1;
    };
    if (expression.matches((name) => (otherDatabases.test(name) ? false : holds(name)))) return true;
  }
  return false;
}
