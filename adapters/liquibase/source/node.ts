import type { SourceLocation } from "../../../src/model/source.ts";

/**
 * One element of a changelog, whatever its format: an XML element with its attributes, or a key of a YAML or JSON mapping. Attributes are children with
 * a value and no children (`liquibase.parser.core.ParsedNode`).
 */
export interface Node {
  readonly name: string;
  /** The text of an element, or the scalar of a key. */
  readonly value: string | null;
  readonly children: readonly Node[];
  /** A day of YAML without quotes, which Java has as a date and not as text. */
  readonly isDate?: true;
  /** Its `${…}` stay as they are. */
  readonly isVerbatim?: true;
  readonly location: SourceLocation;
}

/** The children of one name. */
export function childrenOf(node: Node, name: string): readonly Node[] {
  return node.children.filter((child) => child.name === name);
}

/** The first child of one name. */
export function childOf(node: Node, name: string): Node | null {
  return node.children.find((child) => child.name === name) ?? null;
}

/** The value of an attribute or of a child that holds text alone. */
export function valueOf(node: Node, name: string): string | null {
  return childOf(node, name)?.value ?? null;
}

/** `true` and `false` as Java reads them; `null` where there is no such attribute. */
export function flagOf(node: Node, name: string): boolean | null {
  const value = valueOf(node, name)?.trim().toLowerCase() ?? null;
  return value === null || value === "" ? null : value === "true" || value === "1";
}

/** The elements of a list: children of that name, direct or under a wrapper (`columns: - column: …` in YAML). */
export function listOf(node: Node, wrapper: string, name: string): readonly Node[] {
  return node.children.flatMap((child) => (child.name === name ? [child] : child.name === wrapper ? childrenOf(child, name) : []));
}

/** A copy in which every value went through a function, but for what is verbatim. */
export function mapValues(node: Node, change: (value: string) => string): Node {
  if (node.isVerbatim === true) return node;
  return {
    ...node,
    value: node.value === null ? null : change(node.value),
    children: node.children.map((child) => mapValues(child, change)),
  };
}

/** A scalar as text. */
export function scalarText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? `${value}` : JSON.stringify(value);
}
