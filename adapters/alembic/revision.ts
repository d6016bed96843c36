import { childrenOf, partOf, statementsOf, type PythonSource, type SyntaxNode } from "../../src/script/python/parse.ts";

/** What a revision file says of itself. */
export interface Revision {
  readonly revision: string;
  readonly downRevisions: readonly string[];
  readonly labels: readonly string[];
  readonly dependsOn: readonly string[];
  /** The first line of its docstring. */
  readonly message: string | null;
  /** ISO 8601, from `Create Date:`. */
  readonly date: string | null;
  readonly back: "written" | "none";
}

const names: ReadonlySet<string> = new Set(["revision", "down_revision", "branch_labels", "depends_on"]);

/** The texts that a literal holds; `null` where it is none. */
function textsOf(nodes: readonly SyntaxNode[], source: PythonSource): readonly string[] | null {
  const found: string[] = [];
  for (const node of nodes) {
    if (node.name === "None" || [",", "(", ")", "[", "]", "{", "}"].includes(node.name)) continue;
    if (node.name === "String") found.push(source.textOf(node).replace(/^[a-zA-Z]*("""|'''|"|')|("""|'''|"|')$/g, ""));
    else if (/^(?:Tuple|Array|Set|Parenthesized)Expression$/.test(node.name)) {
      const inner = textsOf(childrenOf(node), source);
      if (inner === null) return null;
      found.push(...inner);
    } else return null;
  }
  return found;
}

/** Reads the module's own variables; `null` where it has no `revision`, as a file of no revision. */
export function readRevision(source: PythonSource): Revision | null {
  const said = new Map<string, readonly string[]>();
  const statements = statementsOf(source.program);
  for (const statement of statements) {
    if (statement.name !== "AssignStatement") continue;
    const parts = childrenOf(statement);
    const [target] = parts;
    const mark = parts.findLastIndex(({ name }) => name === "AssignOp");
    const name = target === undefined ? "" : source.textOf(target);
    const value = mark === -1 || !names.has(name) ? null : textsOf(parts.slice(mark + 1), source);
    if (value !== null) said.set(name, value);
  }
  const [revision] = said.get("revision") ?? [];
  if (revision === undefined) return null;
  const doc =
    statements[0]?.firstChild?.name === "String" ? source.textOf(statements[0]).replace(/^\w*("""|'''|"|')|("""|'''|"|')$/g, "") : "";
  const created = /^Create Date:\s*(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(\.\d+)?)?/m.exec(doc);
  return {
    revision,
    downRevisions: said.get("down_revision") ?? [],
    labels: said.get("branch_labels") ?? [],
    dependsOn: said.get("depends_on") ?? [],
    message: doc.trim().split("\n")[0]?.trim() || null,
    date: created === null ? null : `${created[1]}T${created[2] ?? "00:00:00"}.${(created[3] ?? ".000").slice(1, 4).padEnd(3, "0")}Z`,
    back: hasBody(statements, source) ? "written" : "none",
  };
}

/** Whether `downgrade` does anything: a body of `pass` and docstrings is no way back. */
function hasBody(statements: readonly SyntaxNode[], source: PythonSource): boolean {
  const found = statements.find(
    (each) => each.name === "FunctionDefinition" && source.textOf(partOf(each, "VariableName") ?? each) === "downgrade",
  );
  const body = found === undefined ? null : partOf(found, "Body");
  if (body === null) return false;
  return statementsOf(body).some(
    (each) =>
      each.name !== "PassStatement" &&
      !(each.name === "ExpressionStatement" && /^(?:String|ContinuedString|Ellipsis|\.\.\.)$/.test(each.firstChild?.name ?? "")),
  );
}
