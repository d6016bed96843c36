import { parser } from "@lezer/java";
import type { CodeFacts, LiteralSql } from "./literal-sql.ts";
import { hasParameters, looksLikeSql } from "./literal-sql.ts";

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** Methods that send their first argument to a database: JDBC, Spring's JdbcTemplate and JdbcClient, Jdbi, JPA, jOOQ. */
const executing = new Set([
  "addBatch", "batchUpdate", "createCall", "createNativeQuery", "createQuery", "createScript", "createUpdate", "execute", "executeLargeUpdate",
  "executeQuery", "executeUpdate", "fetch", "prepareBatch", "prepareCall", "prepareStatement", "query", "queryForList", "queryForMap", "queryForObject",
  "queryForRowSet", "queryForStream", "script", "sql", "update",
]); // prettier-ignore

const escapes: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", s: " ", '"': '"', "'": "'", "\\": "\\" };

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:u+([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|\r?\n|(.))/g,
    (_, unicode?: string, octal?: string, single?: string) => {
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return single === undefined ? "" : (escapes[single] ?? single);
    },
  );
}

/** A text block without its incidental white space (Java Language Specification, 3.10.6). */
function textBlock(raw: string): string {
  const lines = raw
    .slice(3, -3)
    .replace(/^[^\n]*\n/, "")
    .split("\n");
  const last = lines.at(-1) ?? "";
  const counted = lines.filter((line, index) => line.trim() !== "" || index === lines.length - 1);
  const indent = Math.min(
    ...counted.map((line) => (line === last && line.trim() === "" ? line.length : (/^\s*/.exec(line)?.[0].length ?? 0))),
  );
  return unescape(lines.map((line) => line.slice(indent).replace(/[ \t]+$/, "")).join("\n"));
}

/** A value of the program as text; `complete` is false where parts of it are not known. */
interface Text {
  readonly text: string;
  readonly complete: boolean;
}

type Scope = ReadonlyMap<string, Text>;

/** What the evaluation of constant text needs to know of one class. */
interface JavaSource {
  readonly text: string;
  /** Fields and variables that have one initialiser and no assignment. */
  readonly constants: ReadonlyMap<string, SyntaxNode>;
  /** Methods whose body is one `return`. */
  readonly functions: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly result: SyntaxNode }>;
}

function children(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

function argumentsOf(call: SyntaxNode): readonly SyntaxNode[] {
  const list = call.getChild("ArgumentList");
  return list === null ? [] : children(list).filter((node) => !["(", ")", ",", "LineComment", "BlockComment"].includes(node.name));
}

function visit(node: SyntaxNode, action: (node: SyntaxNode) => void): void {
  action(node);
  for (const child of children(node)) visit(child, action);
}

function survey(root: SyntaxNode, text: string): JavaSource {
  const at = (node: SyntaxNode): string => text.slice(node.from, node.to);
  const constants = new Map<string, SyntaxNode>();
  const assigned = new Set<string>();
  const functions = new Map<string, { parameters: readonly string[]; result: SyntaxNode }>();
  visit(root, (node) => {
    if (node.name === "VariableDeclarator") {
      const name = node.getChild("Definition");
      const value = node.getChild("AssignOp")?.nextSibling ?? null;
      if (name === null || value === null) return;
      if (constants.has(at(name))) assigned.add(at(name));
      constants.set(at(name), value);
    } else if (node.name === "AssignmentExpression") {
      const target = node.firstChild;
      if (target !== null) assigned.add(at(target).replace(/^this\./, ""));
    } else if (node.name === "MethodDeclaration") {
      const name = node.getChild("Definition");
      const statements = children(node.getChild("Block") ?? node).filter((child) => child.name.endsWith("Statement"));
      const result = statements.length === 1 && statements[0]?.name === "ReturnStatement" ? (children(statements[0])[1] ?? null) : null;
      if (name === null || result === null) return;
      const parameters = (node.getChild("FormalParameters")?.getChildren("FormalParameter") ?? []).map((parameter) => {
        const definition = parameter.getChild("Definition");
        return definition === null ? "" : at(definition);
      });
      functions.set(at(name), { parameters, result });
    }
  });
  for (const name of assigned) constants.delete(name);
  return { text, constants, functions };
}

function formatted(template: Text, values: readonly (Text | null)[]): Text {
  let index = 0;
  let complete = template.complete;
  const text = template.text.replaceAll(/%(?:(\d+)\$)?([sd%n])/g, (whole, position: string | undefined, kind: string) => {
    if (kind === "%") return "%";
    if (kind === "n") return "\n";
    const value = values[position === undefined ? index++ : Number(position) - 1];
    if (value === undefined || value === null) {
      complete = false;
      return whole;
    }
    complete &&= value.complete;
    return value.text;
  });
  return { text, complete };
}

/** The text that an expression gives, as far as it is constant; `null` where it is no text that could be known. */
function evaluate(node: SyntaxNode, source: JavaSource, at: { readonly scope: Scope; readonly depth: number }): Text | null {
  if (at.depth > 16) return null;
  const raw = source.text.slice(node.from, node.to);
  const next = (inner: SyntaxNode): Text | null => evaluate(inner, source, at);
  const named = (value: SyntaxNode): Text | null => evaluate(value, source, { scope: new Map(), depth: at.depth + 1 });
  switch (node.name) {
    case "StringLiteral":
      return { text: unescape(raw.slice(1, -1)), complete: true };
    case "TextBlock":
      return { text: textBlock(raw), complete: true };
    case "CharacterLiteral":
      return { text: unescape(raw.slice(1, -1)), complete: true };
    case "IntegerLiteral":
      return { text: raw.replace(/[lL]$/, ""), complete: true };
    case "ParenthesizedExpression": {
      const inner = children(node)[1];
      return inner === undefined ? null : next(inner);
    }
    case "BinaryExpression": {
      const [left, operator, right] = children(node);
      if (left === undefined || operator === undefined || right === undefined || source.text.slice(operator.from, operator.to) !== "+")
        return null;
      const first = next(left);
      const second = next(right);
      if (first === null && second === null) return null;
      return { text: `${first?.text ?? "…"}${second?.text ?? "…"}`, complete: first?.complete === true && second?.complete === true };
    }
    case "Identifier": {
      const bound = at.scope.get(raw);
      if (bound !== undefined) return bound;
      const constant = source.constants.get(raw);
      return constant === undefined ? null : named(constant);
    }
    case "FieldAccess": {
      const constant = source.constants.get(raw.slice(raw.lastIndexOf(".") + 1));
      return constant === undefined ? null : named(constant);
    }
    case "MethodInvocation":
      return evaluateCall(node, source, at);
    default:
      return null;
  }
}

function evaluateCall(node: SyntaxNode, source: JavaSource, at: { readonly scope: Scope; readonly depth: number }): Text | null {
  const methodName = node.getChild("MethodName");
  if (methodName === null) return null;
  const name = source.text.slice(methodName.from, methodName.to);
  const receiver = methodName.prevSibling === null ? null : node.firstChild;
  const next = (inner: SyntaxNode): Text | null => evaluate(inner, source, at);
  const values = argumentsOf(node).map(next);
  if (name === "format" && receiver !== null && source.text.slice(receiver.from, receiver.to) === "String") {
    const [template, ...rest] = values;
    return template === undefined || template === null ? null : formatted(template, rest);
  }
  const own = source.functions.get(name);
  if (own !== undefined) {
    const scope = new Map(own.parameters.map((parameter, index) => [parameter, values[index] ?? { text: "…", complete: false }]));
    return evaluate(own.result, source, { scope, depth: at.depth + 1 });
  }
  if (receiver === null) return null;
  const target = next(receiver);
  if (target === null) return null;
  if (name === "formatted") return formatted(target, values);
  if (name === "trim" || name === "strip") return { ...target, text: target.text.trim() };
  if (name === "stripIndent" || name === "toString" || name === "intern") return target;
  return null;
}

function literalResult(source: JavaSource, method: string): string | null {
  const found = source.functions.get(method);
  if (found === undefined) return null;
  const raw = source.text.slice(found.result.from, found.result.to);
  const version = /^(?:MigrationVersion\s*\.\s*)?fromVersion\s*\(\s*"([^"]+)"\s*\)$/.exec(raw);
  if (version !== null) return version[1] ?? null;
  return evaluate(found.result, source, { scope: new Map(), depth: 0 })?.text ?? (/^(?:true|false)$/.test(raw) ? raw : null);
}

/**
 * What a Java migration says without running it: texts that it hands to a database, evaluated through constants, `+`, text
 * blocks, `String.format` and one-line methods of the same class; where it hands over none, every text that looks like SQL.
 */
export function readJava(text: string): CodeFacts {
  const root = parser.parse(text).topNode;
  const source = survey(root, text);
  const calls: LiteralSql[] = [];
  const literals: LiteralSql[] = [];
  let body: CodeFacts["body"] = null;
  const note = (list: LiteralSql[], node: SyntaxNode): void => {
    const value = evaluate(node, source, { scope: new Map(), depth: 0 });
    if (value !== null && looksLikeSql(value.text))
      list.push({ sql: value.text, complete: value.complete && !hasParameters(value.text), offset: node.from });
  };
  visit(root, (node) => {
    if (node.name === "MethodInvocation") {
      const name = node.getChild("MethodName");
      const [first] = argumentsOf(node);
      if (name !== null && first !== undefined && executing.has(text.slice(name.from, name.to))) note(calls, first);
    } else if (node.name === "MethodDeclaration") {
      const name = node.getChild("Definition");
      if (name !== null && text.slice(name.from, name.to) === "migrate") body = { text: text.slice(node.from, node.to), offset: node.from };
    } else if (node.name === "StringLiteral" || node.name === "TextBlock") {
      // The largest expression of which it is a part.
      let whole = node;
      while (whole.parent !== null && (whole.parent.name === "BinaryExpression" || whole.parent.name === "ParenthesizedExpression"))
        whole = whole.parent;
      if (whole.from === node.from) note(literals, whole);
    }
  });
  const transactional = literalResult(source, "canExecuteInTransaction");
  return {
    version: literalResult(source, "getVersion"),
    description: literalResult(source, "getDescription"),
    inTransaction: transactional === "true" ? true : transactional === "false" ? false : null,
    statements: calls.length > 0 ? calls : literals,
    body,
  };
}
