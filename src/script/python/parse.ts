import { findLineStarts } from "../line-starts.ts";
import { parser } from "@lezer/python";
import type { SourceLocation } from "../../model/source.ts";

export type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** A parsed file and what tells where its nodes stand. */
export interface PythonSource {
  /** Relative to the project. */
  readonly file: string;
  /** Its dotted name, as `app.models`; a file that cannot be imported has its bare name. */
  readonly module: string;
  /** It is an `__init__.py`: relative imports start from itself. */
  readonly isPackage: boolean;
  readonly program: SyntaxNode;
  /** Where a node begins. */
  locate(node: SyntaxNode): SourceLocation;
  /** What is written there. */
  textOf(node: { readonly from: number; readonly to: number }): string;
}

export type ParsedPython =
  | { readonly kind: "parsed"; readonly source: PythonSource }
  | { readonly kind: "broken"; readonly location: SourceLocation };

/** Parses a file. `broken`: it is no Python, from that place on. */
export function parsePython(text: string, { file, module, isPackage }: Pick<PythonSource, "file" | "module" | "isPackage">): ParsedPython {
  const tree = parser.parse(text);
  const lines = findLineStarts((from) => text.indexOf("\n", from));
  const place = (offset: number): SourceLocation => {
    const { line, start } = lines.at(offset);
    return { file, line, column: offset - start + 1 };
  };
  let broken: number | null = null;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) broken ??= node.from;
    },
  });
  if (broken !== null) return { kind: "broken", location: place(broken) };
  return {
    kind: "parsed",
    source: {
      file,
      module,
      isPackage,
      program: tree.topNode,
      locate: (node) => place(node.from),
      textOf: ({ from, to }) => text.slice(from, to),
    },
  };
}

/** What a node is made of, without comments. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (child.name !== "Comment") found.push(child);
  return found;
}

/** The statements of a body or a file. */
export function statementsOf(body: SyntaxNode): readonly SyntaxNode[] {
  return childrenOf(body).filter(({ name }) => name !== ":");
}

/** The first part of that name; `null` where there is none. */
export function partOf(node: SyntaxNode, name: string): SyntaxNode | null {
  return childrenOf(node).find((child) => child.name === name) ?? null;
}

/** Nodes cut apart at the commas between them. */
export function betweenCommas(nodes: readonly SyntaxNode[]): readonly (readonly SyntaxNode[])[] {
  const groups: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ",") groups.push([]);
    else groups.at(-1)?.push(node);
  }
  return groups.at(-1)?.length === 0 ? groups.slice(0, -1) : groups;
}
