import type { ChangeKind } from "../model/change.ts";
import { lexTokens } from "../sql/lexer.ts";
import { unquoteIdentifier } from "../sql/names.ts";
import { parseTree } from "../sql/parser.ts";
import { splitStatements } from "../sql/split.ts";
import { parseStatement } from "../sql/statement.ts";
import type { Change } from "../model/change.ts";
import type { TaskName } from "./prompt.ts";

const MAKES: readonly ChangeKind[] = [
  "create-schema",
  "create-table",
  "create-table-as",
  "add-column",
  "add-constraint",
  "validate-constraint",
  "create-index",
  "create-view",
  "create-materialized-view",
  "refresh-materialized-view",
  "create-sequence",
  "create-function",
  "create-procedure",
  "create-trigger",
  "create-enum",
  "add-enum-value",
  "create-composite-type",
  "create-range-type",
  "create-domain",
  "create-policy",
  "create-rule",
  "create-statistics",
  "comment",
];

const CHANGES: readonly ChangeKind[] = [
  "rename-table",
  "set-table-schema",
  "alter-table-options",
  "set-replica-identity",
  "set-row-security",
  "set-persistence",
  "attach-partition",
  "detach-partition",
  "inherit",
  "no-inherit",
  "rename-column",
  "alter-column-type",
  "set-default",
  "drop-default",
  "set-not-null",
  "drop-not-null",
  "alter-column-options",
  "add-identity",
  "alter-identity",
  "drop-identity",
  "set-expression",
  "drop-expression",
  "rename-constraint",
  "alter-constraint",
  "rename-index",
  "alter-index",
  "rename-view",
  "alter-view",
  "alter-materialized-view",
  "alter-sequence",
  "rename-sequence",
  "alter-function",
  "alter-procedure",
  "alter-trigger",
  "set-trigger-enabled",
  "alter-policy",
  "alter-type",
  "rename-type",
  "rename-enum-value",
  "alter-domain",
  "rename-schema",
  "alter-text-search",
  "alter-statistics",
];

/** Who may do what is for people to say; a way back may have to say it again, and the proof looks at it. */
const RIGHTS: readonly ChangeKind[] = ["grant", "revoke", "alter-owner"];

const ROWS: readonly ChangeKind[] = ["insert", "update", "delete", "merge"];

/** What hangs on a table and holds no rows of its own. */
const DROPS_OF_PARTS: readonly ChangeKind[] = ["drop-constraint", "drop-index", "drop-trigger", "drop-view", "drop-policy", "drop-rule"];

const DROPS: readonly ChangeKind[] = [
  ...DROPS_OF_PARTS,
  "drop-table",
  "drop-column",
  "drop-materialized-view",
  "drop-sequence",
  "drop-function",
  "drop-procedure",
  "drop-type",
  "drop-domain",
  "drop-schema",
  "drop-statistics",
];

type SqlTask = Extract<TaskName, "convert-program" | "suggest-rollback" | "order-circle">;

/** What the statements of a task may be. Everything else is refused: it is a list of what is allowed. */
const ALLOWED: Readonly<Record<SqlTask, ReadonlySet<ChangeKind>>> = {
  "convert-program": new Set([...MAKES, ...CHANGES, ...ROWS, ...DROPS_OF_PARTS]),
  "suggest-rollback": new Set([...MAKES, ...CHANGES, ...ROWS, ...RIGHTS, ...DROPS]),
  "order-circle": new Set([...MAKES.filter((kind) => kind !== "create-table-as"), "set-default", "alter-sequence"]),
};

/** Functions that reach out of the database, into the server's files or other sessions; none of them makes a schema. */
const REACHES_OUT =
  /^(?:pg_(?:read|ls|stat_file|file|logdir|terminate|cancel|reload|rotate|promote|wal|switch|create_restore|start|stop|backup|import|export|replication|drop_replication|logical|advisory|try_advisory|sleep|notify|execute|current_logfile|log_backend|log_standby|sync|extension_config|stat_reset|hba|ident)\w*|lo_(?:import|export|create|creat|open|write|put|get|unlink|from_bytea|truncate|lseek)\w*|dblink\w*|postgres_fdw\w*|set_config|query_to_xml\w*|cursor_to_xml\w*|table_to_xml\w*|schema_to_xml\w*|database_to_xml\w*|ts_stat|ts_rewrite|xpath_table|inet_server_\w+|inet_client_\w+)$/i;

export interface SqlRules {
  readonly task: SqlTask;
  /** Whether the migration created what is dropped. Asked where the task takes a migration back. */
  readonly mayDrop: (change: Pick<Change, "kind" | "object" | "details">) => boolean;
}

export type CheckedSql = { readonly kind: "allowed"; readonly sql: string } | { readonly kind: "refused"; readonly reason: string };

/** Parses SQL that a model wrote and holds it against the list of its task. What is let through has yet to be executed and proven. */
export function checkSql(statements: readonly string[], rules: SqlRules): CheckedSql {
  const refused = (reason: string): CheckedSql => ({ kind: "refused", reason });
  if (statements.length === 0) return refused("it gives no statement");
  const kept: string[] = [];
  for (const [index, entry] of statements.entries()) {
    const place = statements.length === 1 ? "the statement" : `statement ${index + 1}`;
    const found = splitStatements(entry);
    if (found.length !== 1) return refused(`${place} is ${found.length === 0 ? "none" : "more than one"}`);
    const sql = found[0]?.sql ?? "";
    const reason = objectionTo(sql, rules);
    if (reason !== null) return refused(`${place} ${reason}`);
    kept.push(sql);
  }
  return { kind: "allowed", sql: kept.map((sql) => `${sql};`).join("\n") };
}

function objectionTo(sql: string, { task, mayDrop }: SqlRules): string | null {
  const parsed = parseTree(sql);
  if (parsed.kind === "refused") return `does not parse: ${parsed.problem.message}`;
  const { changes, transactional } = parseStatement(sql);
  for (const change of changes) {
    const { kind, details } = change;
    if (!ALLOWED[task].has(kind)) return `is ${kind.toUpperCase().replaceAll("-", " ")}, which this task may not produce`;
    if (details.clusterWide === true) return "reaches beyond the database";
    if (details.secret === true) return "names a secret";
    if (details.cascade === true) return "says CASCADE, which takes away what nobody named";
    if (kind === "delete" && details.allRows === true) return "is DELETE without WHERE";
    if (kind.startsWith("drop-") && DROPS.includes(kind) && task === "suggest-rollback" && !mayDrop(change))
      return `drops ${nameOf(change)}, which the migration did not create`;
    if (details.language !== undefined && !/^(?:sql|plpgsql)$/i.test(details.language)) return `makes a routine in ${details.language}`;
  }
  if (!transactional) return "cannot run in a transaction";
  // A cascade is not a detail of every kind.
  if (JSON.stringify(parsed.tree).includes('"DROP_CASCADE"')) return "says CASCADE, which takes away what nobody named";
  if (sql.includes("***")) return "needs a secret, which was not sent and is not written: give the SQL yourself";
  return wordObjection(sql);
}

/** Looks into bodies of routines too, which the parser leaves as texts; a string that is run as SQL cannot be looked into. */
function wordObjection(sql: string): string | null {
  const isRoutine = /^\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i.test(sql);
  let previous = "";
  for (const token of lexTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    if (token.kind === "dollar-string" && isRoutine) {
      const open = text.indexOf("$", 1) + 1;
      const inside = bodyObjection(text.slice(open, -open));
      if (inside !== null) return inside;
    }
    if (token.kind === "string" && isRoutine && /^as$/i.test(previous)) return "makes a routine whose body is a plain string";
    if ((token.kind === "word" || token.kind === "quoted-identifier") && REACHES_OUT.test(unquoteIdentifier(text)))
      return `uses ${unquoteIdentifier(text)}`;
    if (isRoutine && /^definer$/i.test(text)) return "makes a routine that runs with the rights of its owner";
    if (token.kind !== "comment") previous = text;
  }
  return null;
}

function bodyObjection(body: string): string | null {
  if (/\bset\s+(?:local\s+|session\s+)?(?:role|authorization)\b/i.test(body)) return "makes a routine that takes another role";
  for (const token of lexTokens(body)) {
    const text = body.slice(token.start, token.end);
    if (token.kind !== "word" && token.kind !== "quoted-identifier") continue;
    if (/^(?:execute|copy|truncate|drop|alter)$/i.test(text)) return `makes a routine that says ${text.toUpperCase()}`;
    if (REACHES_OUT.test(unquoteIdentifier(text))) return `makes a routine that uses ${unquoteIdentifier(text)}`;
  }
  return null;
}

function nameOf({ object }: Pick<Change, "object">): string {
  if (object === null) return "something";
  return object.parent === undefined ? object.name : `${object.parent}.${object.name}`;
}
