import type { Inspector, Step } from "../../../src/model/history.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { changeTypes, isForPostgres, unknownChange } from "../changes/index.ts";
import type { ChangeContext, ChangeFile } from "../changes/contract.ts";
import { rawSteps } from "../changes/raw.ts";
import { decodeFile, type SourceFiles } from "../source/files.ts";
import { childOf, childrenOf, flagOf, valueOf, type Node } from "../source/node.ts";
import { changesOf, type ChangeSet } from "./change-set.ts";
import { matchesPostgres } from "./expression.ts";

/** What the changes of a changeSet are turned into SQL with. */
export interface StepContext {
  readonly files: SourceFiles;
  readonly defaultSchema: string;
  readonly note: (code: string, message: string, location: SourceLocation) => void;
  /** Another changeSet, by its name; for `<rollback changeSetId=…>`. */
  other(id: string, author: string, path: string | null): ChangeSet | null;
}

class MissingFile extends Error {}

/** What steps are made with. */
export interface Use {
  readonly context: StepContext;
  readonly at: Inspector;
}

/** The steps of some changes of a changeSet, in their order; each change is turned into SQL when those before it have run, for some ask the database. */
export async function* stepsOf(changes: readonly Node[], changeSet: ChangeSet, use: Use): AsyncGenerator<Step> {
  for (const change of changes) {
    if (!isForPostgres(change)) continue;
    const type = changeTypes[change.name] ?? unknownChange;
    try {
      yield* await type.generate(change, changeContext(change, changeSet, use));
    } catch (error) {
      if (!(error instanceof MissingFile)) throw error;
      yield { kind: "custom-code", language: "liquibase", text: change.name, reason: error.message, location: change.location };
    }
  }
}

function changeContext(change: Node, changeSet: ChangeSet, { context, at }: Use): ChangeContext {
  return {
    naming: { strategy: changeSet.quoting, defaultSchema: context.defaultSchema },
    at,
    file(path): ChangeFile {
      const found = findNamed(path, change, changeSet, context.files);
      const read = found.kind === "ok" ? context.files.read(found.value) : found;
      if (read.kind === "failed") throw new MissingFile(read.failures[0]?.message ?? path);
      const text = decodeFile(read.value, valueOf(change, "encoding"));
      return { ...read.value, text: text.kind === "ok" ? text.value : read.value.text };
    },
    note: context.note,
    expand: changeSet.expand,
  };
}

/** A file that a change names: relative to its changelog where it says so. */
export function findNamed(path: string, change: Node, changeSet: ChangeSet, files: SourceFiles): ReturnType<SourceFiles["find"]> {
  const relative = flagOf(change, "relativeToChangelogFile") === true;
  return files.find(path, relative ? changeSet.file : null, change.location);
}

/** How a changeSet is taken back. */
export type WayBack =
  /** As `<rollback>` says; empty where it says that there is nothing to do. */
  | { readonly kind: "written"; readonly nodes: readonly Node[] }
  /** By the inverses that Liquibase makes itself, the last change first. */
  | { readonly kind: "automatic"; readonly changes: readonly Node[] }
  | { readonly kind: "none" };

/** The way back of a changeSet (`ChangeSet.rollback`). */
export function wayBackOf({ node }: ChangeSet): WayBack {
  const nodes = childrenOf(node, "rollback");
  if (nodes.length > 0) return { kind: "written", nodes };
  const inverses: Node[] = [];
  for (const change of changesOf(node).toReversed()) {
    const inverse = isForPostgres(change) ? changeTypes[change.name]?.inverse?.(change) : [];
    if (inverse === undefined) return { kind: "none" };
    inverses.push(...inverse);
  }
  return { kind: "automatic", changes: inverses };
}

const rollbackAttributes = new Set([
  "changeSetId",
  "changeSetAuthor",
  "changeSetPath",
  "splitStatements",
  "stripComments",
  "endDelimiter",
  "dbms",
  "comment",
]);

/** The steps that `<rollback>` elements give. */
export async function* writtenRollback(nodes: readonly Node[], changeSet: ChangeSet, use: Use): AsyncGenerator<Step> {
  for (const node of nodes) {
    if (!matchesPostgres(valueOf(node, "dbms"))) continue;
    if (node.value !== null) {
      const settings = {
        splitStatements: flagOf(node, "splitStatements") !== false,
        stripComments: flagOf(node, "stripComments") !== false,
        endDelimiter: valueOf(node, "endDelimiter"),
      };
      yield* rawSteps({ text: node.value, settings, location: node.location }, use.context.note);
    }
    const id = valueOf(node, "changeSetId");
    if (id !== null) yield* runAgain({ node, id }, changeSet, use);
    const changes = [
      ...(childOf(node, "changes")?.children ?? []),
      ...node.children.filter(({ name }) => name !== "changes" && !rollbackAttributes.has(name)),
    ];
    yield* stepsOf(changes, changeSet, use);
  }
}

/** `<rollback changeSetId=…>` runs the changes of that changeSet, forwards. */
async function* runAgain({ node, id }: { readonly node: Node; readonly id: string }, changeSet: ChangeSet, use: Use): AsyncGenerator<Step> {
  const author = valueOf(node, "changeSetAuthor") ?? changeSet.author;
  const other = use.context.other(id, author, valueOf(node, "changeSetPath"));
  if (other === null) {
    const reason = `the rollback names the changeSet ${id} of ${author}, which is not in the changelog`;
    yield { kind: "custom-code", language: "liquibase", text: `rollback changeSetId=${id}`, reason, location: node.location };
    return;
  }
  yield* stepsOf(changesOf(other.node), other, use);
}
