import { inputFailure, failed, ok, type Failure, type Result } from "../../../src/model/failure.ts";
import type { Node } from "./node.ts";

/** Attributes of a `--changeset` line by the words that give them (`AbstractFormattedChangeLogParser`). */
const onChangeSet: Readonly<Record<string, RegExp>> = {
  runOnChange: /runOnChange:(\w+)/i,
  runAlways: /runAlways:(\w+)/i,
  runInTransaction: /runInTransaction:(\w+)/i,
  failOnError: /failOnError:(\w+)/i,
  contextFilter: /context(?:Filter)?:("[^"]*"|\S+)/i,
  labels: /labels:("[^"]*"|\S+)/i,
  dbms: /dbms:([^,\s][\w!,]+)/i,
  logicalFilePath: /logicalFilePath:(\S+)/i,
  ignore: /ignore:(\w+)/i,
  runWith: /runWith:([\w${}]+)/i,
  objectQuotingStrategy: /objectQuotingStrategy:(\w+)/i,
};
/** The last one counts, and Liquibase takes the settings of the rollback for the SQL's own as well (`AbstractFormattedChangeLogParser`, seen in its sums). */
const onSql: Readonly<Record<string, RegExp>> = {
  splitStatements: /.*splitStatements:(\w+)/i,
  stripComments: /.*stripComments:(\w+)/i,
  endDelimiter: /.*endDelimiter:(\S+)/i,
};
const onRollback: Readonly<Record<string, RegExp>> = {
  splitStatements: /rollbackSplitStatements:(\w+)/i,
  endDelimiter: /rollbackEndDelimiter:(\S+)/i,
};

interface Draft {
  readonly header: string;
  readonly line: number;
  readonly children: Node[];
  readonly body: { readonly text: string; readonly line: number }[];
  readonly rollbacks: { readonly text: string; readonly line: number }[];
  preConditions: Node | null;
}

interface Reading {
  readonly file: string;
  readonly lines: readonly string[];
  readonly children: Node[];
  at: number;
  draft: Draft | null;
}

/** Reads a formatted SQL changelog into nodes, each directive as the element that it stands for. Fails where a directive that counts is broken. */
export function readFormattedSql(text: string, file: string): Result<Node> {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const reading: Reading = { file, lines, children: [], at: 0, draft: null };
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const logical = /logicalFilePath:(\S+)/i.exec(first)?.[1];
  if (logical !== undefined) reading.children.push(leaf("logicalFilePath", logical, { file, line: 1 }));
  for (; reading.at < lines.length; reading.at += 1) {
    const problem = readLine(reading);
    if (typeof problem === "string") {
      const location = { file, line: reading.at + 1 };
      return failed(
        inputFailure("formatted-sql", problem, {
          location,
          hint: "Correct the line; the manual of formatted SQL changelogs has its form.",
        }),
      );
    }
    if (problem !== null) return failed(problem);
  }
  const empty = finish(reading);
  if (empty !== null) return failed(empty);
  return ok({ name: "databaseChangeLog", value: null, children: reading.children, location: { file, line: 1 } });
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function leaf(name: string, value: string, location: Place): Node {
  return { name, value, children: [], location };
}

function attributes(line: string, known: Readonly<Record<string, RegExp>>, location: Place): readonly Node[] {
  return Object.entries(known).flatMap(([name, pattern]) => {
    const value = pattern.exec(line)?.[1];
    return value === undefined ? [] : [leaf(name, value.replace(/^"(.*)"$/, "$1"), location)];
  });
}

/** Reads the line that stands at `at`, and those that belong to it. Gives what is wrong with it. */
function readLine(reading: Reading): string | Failure | null {
  const { draft, file } = reading;
  const line = reading.lines[reading.at] ?? "";
  const location = { file, line: reading.at + 1 };
  const directive =
    /^\s*--\s*(property|changeset|ignoreLines:|comments?\b|validCheckSum|preconditions?|rollback\b|include(?:All)?\b|liquibase\s*formatted)/i
      .exec(line)?.[1]
      ?.toLowerCase();
  if (directive === undefined) {
    if (draft !== null && /^\s*\/\*\s*liquibase\s*rollback\s*$/i.test(line)) return readRollbackBlock(reading, draft);
    if (/^\s*-\s*(?:changeset|rollback|preconditions?|validCheckSum|ignoreLines|property)\b/i.test(line)) {
      reading.children.push(
        leaf("#note", `"${line.trim()}" has one dash: Liquibase 4.28 refuses it, older ones took it for SQL`, location),
      );
    }
    draft?.body.push({ text: line, line: location.line });
    return null;
  }
  if (directive.startsWith("liquibase")) return null;
  if (directive === "property") return readProperty(reading, line);
  if (directive === "ignorelines:") return ignoreLines(reading, line);
  if (directive === "changeset") return openChangeSet(reading, line);
  if (draft === null) return null;
  const rest = line.replace(/^\s*--\s*[\w-]+:?\s?/, "");
  if (directive === "comment") draft.children.push({ ...leaf("comment", rest, location), isVerbatim: true });
  else if (directive === "validchecksum") draft.children.push(leaf("validCheckSum", rest.trim(), location));
  else if (directive === "rollback") draft.rollbacks.push({ text: rest, line: location.line });
  else if (directive === "preconditions") draft.preConditions = openPreconditions(rest, location);
  else if (directive === "precondition") return readPrecondition(draft, line, location);
  else draft.body.push({ text: line, line: location.line });
  return null;
}

function readProperty(reading: Reading, line: string): string | null {
  const location = { file: reading.file, line: reading.at + 1 };
  const get = (name: string): string | undefined =>
    new RegExp(`\\b${name}:\\s*("[^"]*"|\\S+)`, "i").exec(line)?.[1]?.replace(/^"(.*)"$/, "$1");
  const name = get("name");
  const value = get("value");
  if (name === undefined || value === undefined) return "a --property line needs name: and value:";
  const children = [leaf("name", name, location), leaf("value", value, location)];
  for (const key of ["context", "contextFilter", "labels", "dbms", "global"]) {
    const more = get(key);
    if (more !== undefined) children.push(leaf(key, more, location));
  }
  reading.children.push({ name: "property", value: null, children, location });
  return null;
}

function ignoreLines(reading: Reading, line: string): string | null {
  const what = /ignoreLines:(\w+)/i.exec(line)?.[1]?.toLowerCase() ?? "";
  if (/^\d+$/.test(what)) {
    reading.at += Number(what);
    return null;
  }
  if (what !== "start") return "ignoreLines: is followed by a number, or by start";
  while (reading.at < reading.lines.length && !/^\s*--\s*ignoreLines:end/i.test(reading.lines[reading.at] ?? "")) reading.at += 1;
  return null;
}

function openChangeSet(reading: Reading, line: string): string | Failure | null {
  const match = /^\s*--\s*changeset\s+("[^"]+"|[^:]+):("[^"]+"|\S+)(.*)$/i.exec(line);
  if (match === null) return "a --changeset line is --changeset AUTHOR:ID, without a space after the colon";
  const empty = finish(reading);
  if (empty !== null) return empty;
  const location = { file: reading.file, line: reading.at + 1 };
  const bare = (text: string | undefined): string => (text ?? "").trim().replace(/^"(.*)"$/, "$1");
  reading.draft = {
    header: match[3] ?? "",
    line: location.line,
    children: [
      leaf("id", bare(match[2]), location),
      leaf("author", bare(match[1]), location),
      ...attributes(match[3] ?? "", onChangeSet, location),
    ],
    body: [],
    rollbacks: [],
    preConditions: null,
  };
  return null;
}

function openPreconditions(rest: string, location: Place): Node {
  const known = {
    onFail: /onFail:(\w+)/i,
    onError: /onError:(\w+)/i,
    onUpdateSQL: /on(?:UpdateSQL|SqlOutput):(\w+)/i,
    onFailMessage: /onFailMessage:("[^"]*"|\S+)/i,
    onErrorMessage: /onErrorMessage:("[^"]*"|\S+)/i,
  };
  return { name: "preConditions", value: null, children: attributes(rest, known, location), location };
}

function readPrecondition(draft: Draft, line: string, location: Place): string | null {
  const match = /^\s*--\s*precondition-([\w-]+)\s+(.*)$/i.exec(line);
  if (match === null) return "a --precondition- line names its kind and what it expects";
  const [, kind = "", rest = ""] = match;
  const group: Node = draft.preConditions ?? openPreconditions("", location);
  const made = preconditionOf(kind.toLowerCase(), rest, location);
  if (made === null) return `the precondition ${kind} does not exist in formatted SQL`;
  draft.preConditions = { ...group, children: [...group.children, made] };
  return null;
}

function preconditionOf(kind: string, rest: string, location: Place): Node | null {
  const named = (name: string, keys: Readonly<Record<string, string>>): Node => ({
    name,
    value: null,
    children: Object.entries(keys).flatMap(([key, attribute]) => {
      const value = new RegExp(`\\b${key}:("[^"]*"|\\S+)`, "i").exec(rest)?.[1];
      return value === undefined ? [] : [leaf(attribute, value.replace(/^"(.*)"$/, "$1"), location)];
    }),
    location,
  });
  if (kind === "table-exists") return named("tableExists", { table: "tableName", schema: "schemaName" });
  if (kind === "view-exists") return named("viewExists", { view: "viewName", schema: "schemaName" });
  if (kind !== "sql-check") return null;
  const match = /^(?:expectedResult:)?(?:'([^']+)'|"([^"]+)"|(\w+))\s+(.*)$/i.exec(rest.trim());
  if (match === null) return null;
  const expected = match[1] ?? match[2] ?? match[3] ?? "";
  return { name: "sqlCheck", value: match[4] ?? "", children: [leaf("expectedResult", expected, location)], location };
}

function readRollbackBlock(reading: Reading, draft: Draft): string | null {
  const start = reading.at + 1;
  for (reading.at = start; reading.at < reading.lines.length; reading.at += 1) {
    const line = reading.lines[reading.at] ?? "";
    const end = /^(.*?)\s*\*\/\s*$/.exec(line);
    draft.rollbacks.push({ text: end?.[1] ?? line, line: reading.at + 1 });
    if (end !== null) return null;
  }
  reading.at = start - 1;
  return "the rollback block has no end (*/)";
}

/** Closes the changeSet that is open. Gives what Liquibase refuses: one that has no line of its own. */
function finish(reading: Reading): Failure | null {
  const { draft, file } = reading;
  if (draft === null) return null;
  const location = { file, line: draft.line };
  const text = draft.body.map((line) => line.text).join("\n");
  if (text.trim() === "") {
    const hint = "Give it some, if only a comment, or take it out: Liquibase stops here too.";
    return inputFailure("formatted-sql", "the changeset has no SQL", { location, hint });
  }
  const first = { file, line: draft.body[0]?.line ?? draft.line };
  const strips = attributes(draft.header, onSql, location);
  const children = strips.some(({ name }) => name === "stripComments") ? strips : [...strips, leaf("stripComments", "true", location)];
  const sql: Node = { name: "sql", value: text, children, location: first };
  const rollback = rollbackOf(draft, file);
  const all = [...draft.children, ...(draft.preConditions === null ? [] : [draft.preConditions]), sql, ...rollback];
  reading.children.push({ name: "changeSet", value: null, children: all, location });
  reading.draft = null;
  return null;
}

function rollbackOf(draft: Draft, file: string): readonly Node[] {
  if (draft.rollbacks.length === 0) return [];
  const text = draft.rollbacks.map((line) => line.text).join("\n");
  const location = { file, line: draft.rollbacks[0]?.line ?? draft.line };
  const settings = attributes(draft.header, onRollback, location);
  if (/^(?:not required|empty)/i.test(text.trim())) return [{ name: "rollback", value: null, children: [], location }];
  const other = attributes(
    text,
    { changeSetId: /changesetId:(\S+)/i, changeSetAuthor: /changesetAuthor:(\S+)/i, changeSetPath: /changesetPath:(\S+)/i },
    location,
  );
  if (other.length > 0) return [{ name: "rollback", value: null, children: other, location }];
  return [{ name: "rollback", value: text, children: settings, location }];
}
