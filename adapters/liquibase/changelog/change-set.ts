import { changeTypes } from "../changes/index.ts";
import type { FoundFile } from "../source/files.ts";
import { childOf, childrenOf, flagOf, valueOf, type Node } from "../source/node.ts";
import type { QuotingStrategy } from "../postgres/quoting.ts";

/** A changeSet as it stands in its changelog, with what the includes around it say. */
export interface ChangeSet {
  readonly id: string;
  readonly author: string;
  /** Its part of the identity: the logical or the physical path. */
  readonly path: string;
  /** The changelog that it stands in. */
  readonly file: FoundFile;
  /** Its element, with `${…}` replaced. */
  readonly node: Node;
  /** Context expressions, its own and those of the includes; all have to hold. */
  readonly contexts: readonly string[];
  /** Labels, its own and those of the includes. */
  readonly labels: readonly string[];
  readonly quoting: QuotingStrategy;
  readonly runOrder: "first" | "last" | null;
  /** Text of other files with its `${…}` replaced, as the changelog sees them. */
  readonly expand: (text: string) => string;
}

/** What is no change among the children of a changeSet. */
const settings = new Set([
  "id",
  "author",
  "context",
  "contextFilter",
  "labels",
  "dbms",
  "runAlways",
  "alwaysRun",
  "runOnChange",
  "failOnError",
  "runInTransaction",
  "runOrder",
  "ignore",
  "created",
  "runWith",
  "runWithSpoolFile",
  "logicalFilePath",
  "filePath",
  "objectQuotingStrategy",
  "onValidationFail",
  "comment",
  "validCheckSum",
  "preConditions",
  "preconditions",
  "rollback",
  "modifySql",
  "changes",
]);

/** The changes of a changeSet in their order. */
export function changesOf(node: Node): readonly Node[] {
  return node.children.filter((child) => !settings.has(child.name) && !isStray(child));
}

/** Keys of a changeSet that mean nothing to Liquibase: it passes over a key with text that is no change. */
export function strayKeys(node: Node): readonly Node[] {
  return node.children.filter((child) => !settings.has(child.name) && isStray(child));
}

function isStray(child: Node): boolean {
  return child.value !== null && child.children.length === 0 && changeTypes[child.name] === undefined;
}

/** Liquibase's own name of a changeSet. */
export function fullName({ id, author, path }: ChangeSet): string {
  return `${path}::${id}::${author}`;
}

/** How the whole changeSet runs. */
export function isRepeatable(node: Node): boolean {
  return (flagOf(node, "runAlways") ?? flagOf(node, "alwaysRun")) === true || flagOf(node, "runOnChange") === true;
}

/** What is said in words of a changeSet. */
export function commentOf(node: Node): string | null {
  const text = childrenOf(node, "comment")
    .map((comment) => comment.value?.trim() ?? "")
    .join("\n")
    .trim();
  return text === "" ? null : text;
}

/** Its preconditions; `null` where there are none. */
export function preconditionsOf(node: Node): Node | null {
  return childOf(node, "preConditions") ?? childOf(node, "preconditions");
}

/** The context of an element: `contextFilter`, or `context` as it was called before. */
export function contextOf(node: Node): string | null {
  const written = valueOf(node, "contextFilter") ?? valueOf(node, "context");
  return written === null || written.trim() === "" ? null : written;
}
