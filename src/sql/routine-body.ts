import type { CreateFunctionStmt, Node } from "libpg-query";
import { lexTokens } from "./lexer.ts";
import { parsePlpgsqlBody, parseTree } from "./parser.ts";
import { splitStatements } from "./split.ts";
import { fieldsOf, options, strings } from "./tree.ts";

/** What a routine's body holds, as parse trees: its static SQL and EXECUTE of a literal. What EXECUTE builds is known when it runs. */
export interface RoutineBody {
  readonly language: string;
  /** Statements; a body in SQL syntax also comes as lists of them. */
  readonly trees: readonly (Node | readonly Node[])[];
}

/** The body of CREATE FUNCTION or PROCEDURE. `sql` is the whole statement, for PL/pgSQL's compiler. */
export function readRoutineBody(routine: CreateFunctionStmt, sql: string): RoutineBody {
  const given = options(routine.options);
  const language = languageOf(given.get("language"));
  if (routine.sql_body !== undefined) return { language: "sql", trees: [routine.sql_body] };
  const [source] = strings(fieldsOf(given.get("as"), "List")?.items);
  return { language, trees: source === undefined ? [] : readSource(language, source, sql) };
}

/** The statements of a function or procedure of language SQL whose body is a text; none of any other statement. */
export function sqlBodyStatements(createFunction: string): readonly string[] {
  const outcome = parseTree(createFunction);
  const routine = outcome.kind === "tree" ? fieldsOf(outcome.tree, "CreateFunctionStmt") : null;
  if (routine === null) return [];
  const given = options(routine.options);
  const [source] = strings(fieldsOf(given.get("as"), "List")?.items);
  if (languageOf(given.get("language")) !== "sql" || source === undefined) return [];
  return splitStatements(source).map(({ sql }) => sql);
}

/** The body of DO. */
export function readDoBody(args: readonly Node[] | undefined, sql: string): RoutineBody {
  const given = options(args);
  const language = given.has("language") ? languageOf(given.get("language")) : "plpgsql";
  return { language, trees: readSource(language, fieldsOf(given.get("as"), "String")?.sval ?? "", sql) };
}

function languageOf(node: Node | undefined): string {
  return (fieldsOf(node, "String")?.sval ?? "sql").toLowerCase();
}

function readSource(language: string, source: string, sql: string): RoutineBody["trees"] {
  if (language === "sql") return splitStatements(source).flatMap((statement) => treesOf(statement.sql));
  if (language !== "plpgsql") return [];
  const compiled = parsePlpgsqlBody(sql);
  return compiled === null ? looseStatements(source).flatMap(treesOf) : plpgsqlQueries(compiled).flatMap(treesOf);
}

function treesOf(sql: string): readonly Node[] {
  const outcome = parseTree(sql);
  return outcome.kind === "tree" ? [outcome.tree] : [];
}

/**
 * The queries and expressions in PL/pgSQL's tree, each as a statement of its own. `parseMode` is PostgreSQL's `RawParseMode`
 * (`src/include/parser/parser.h`): 0 a statement, 2 an expression, 3 to 5 an assignment.
 */
function plpgsqlQueries(tree: unknown): string[] {
  const queries: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("query" in value && typeof value.query === "string") {
      const mode = "parseMode" in value && typeof value.parseMode === "number" ? value.parseMode : 0;
      queries.push(mode === 0 ? value.query : mode === 2 ? `SELECT ${value.query}` : `SELECT ${value.query.replace(/^[^=]*?:?=/, "")}`);
    }
    if ("PLpgSQL_stmt_dynexecute" in value) queries.push(...literalQuery(value.PLpgSQL_stmt_dynexecute));
    for (const child of Object.values(value)) visit(child);
  };
  visit(tree);
  return queries;
}

/** `EXECUTE '…'` with nothing but a literal is as static as any statement. */
function literalQuery(execute: unknown): string[] {
  const expression = inside(inside(inside(execute, "query"), "PLpgSQL_expr"), "query");
  if (typeof expression !== "string") return [];
  const outcome = parseTree(`SELECT ${expression}`);
  if (outcome.kind === "refused") return [];
  const target = fieldsOf(fieldsOf(outcome.tree, "SelectStmt")?.targetList?.[0], "ResTarget");
  const text = fieldsOf(target?.val, "A_Const")?.sval?.sval;
  return text === undefined ? [] : [text];
}

function inside(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

const STATEMENT_WORDS: ReadonlySet<string> = new Set(["select", "insert", "update", "delete", "merge", "with", "perform", "truncate"]);

/** For a body that does not compile on its own: whatever stands between a word that begins a query and the next end of one. */
function looseStatements(source: string): string[] {
  const found: string[] = [];
  let start: number | null = null;
  let perform = false;
  let previous = ";";
  for (const token of lexTokens(source)) {
    if (token.kind === "comment") continue;
    const word = source.slice(token.start, token.end).toLowerCase();
    if (start === null && STATEMENT_WORDS.has(word) && /^(?:;|begin|then|else|loop|in|query|for|\()$/.test(previous)) {
      start = word === "perform" ? token.end : token.start;
      perform = word === "perform";
    } else if (start !== null && (word === ";" || word === "loop")) {
      found.push(`${perform ? "SELECT " : ""}${source.slice(start, token.start)}`);
      start = null;
    }
    previous = word;
  }
  return found;
}
