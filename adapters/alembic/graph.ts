import { inputFailure, failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Revision } from "./revision.ts";

/** A revision in its place in the graph. */
export interface Node<T> {
  readonly file: T;
  readonly revision: string;
  /** Whole ids of what it follows. */
  readonly parents: readonly string[];
  /** Whole ids of what else has to be there before. */
  readonly requires: readonly string[];
  /** What it takes the place of in Alembic's table: its parents, and what it depends on where that stands before none of them (`_normalized_down_revisions`). */
  readonly replaces: readonly string[];
}

interface Placed {
  readonly path: string;
  readonly said: Revision;
}

/**
 * Puts revisions in an order in which each stands behind what it follows and depends on: of those that could be next the one with the earliest date, then by id. Fails where an
 * id is there twice, names nothing, or where they go round.
 */
export function orderRevisions<T extends Placed>(files: readonly T[]): Result<readonly Node<T>[]> {
  const failures: Failure[] = [];
  const byId = new Map<string, T>();
  for (const file of files) {
    const before = byId.get(file.said.revision);
    if (before === undefined) byId.set(file.said.revision, file);
    else
      failures.push(
        problem(
          "duplicate-revision",
          file,
          `The revision ${file.said.revision} is there twice: ${before.path} and ${file.path}.`,
          "Give one of them an id of its own.",
        ),
      );
  }
  const labels = new Map(files.flatMap((file) => file.said.labels.map((label) => [label, file.said.revision] as const)));
  /** Only depends_on takes labels; the beginning of an id is enough for commands alone. */
  const resolve = (file: T, name: string, by: "id" | "id or label"): readonly string[] => {
    const labelled = by === "id" ? undefined : labels.get(name);
    const found = byId.has(name) ? [name] : labelled === undefined ? [] : [labelled];
    if (found.length === 1) return found;
    failures.push(
      problem(
        "unknown-revision",
        file,
        `${file.said.revision} names the revision ${name}, which is not there.`,
        "Add the file that is missing, or name the folder that holds it with --location.",
      ),
    );
    return [];
  };
  const found = [...byId.values()].map((file) => ({
    file,
    revision: file.said.revision,
    parents: file.said.downRevisions.flatMap((name) => resolve(file, name, "id")),
    requires: file.said.dependsOn.flatMap((name) => resolve(file, name, "id or label")),
  }));
  const byRevision = new Map(found.map((node) => [node.revision, node]));
  const nodes = found.map((node) => {
    const before = node.requires.length === 0 ? new Set<string>() : ancestors(node.parents, byRevision);
    return { ...node, replaces: [...new Set([...node.parents, ...node.requires.filter((each) => !before.has(each))])] };
  });
  const ordered = failures.length === 0 ? sort(nodes) : [];
  const rest = nodes.filter((node) => !ordered.includes(node));
  const [first] = rest;
  if (failures.length === 0 && first !== undefined)
    failures.push(
      problem(
        "revision-cycle",
        first.file,
        `These revisions follow one another in a circle: ${rest
          .map(({ revision }) => revision)
          .sort()
          .join(", ")}.`,
        "Mend a down_revision or depends_on.",
      ),
    );
  return failures.length > 0 ? failed(...failures) : ok(ordered);
}

type Linked = Pick<Node<unknown>, "parents" | "requires">;

/** Some revisions and all that stands before them. */
function ancestors(of: readonly string[], nodes: ReadonlyMap<string, Linked>): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...of];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    const node = nodes.get(next);
    waiting.push(...(node?.parents ?? []), ...(node?.requires ?? []));
  }
  return found;
}

function sort<T extends Placed>(nodes: readonly Node<T>[]): readonly Node<T>[] {
  const key = ({ file, revision }: Node<T>): string => `${file.said.date ?? ""} ${revision}`;
  const waiting = new Map(nodes.map((node) => [node.revision, new Set([...node.parents, ...node.requires])]));
  const behind = new Map<string, Node<T>[]>();
  for (const node of nodes)
    for (const before of new Set([...node.parents, ...node.requires])) behind.set(before, [...(behind.get(before) ?? []), node]);
  const ready = nodes.filter(({ revision }) => waiting.get(revision)?.size === 0);
  const ordered: Node<T>[] = [];
  for (;;) {
    const next = ready.sort((left, right) => (key(left) < key(right) ? -1 : 1)).shift();
    if (next === undefined) return ordered;
    ordered.push(next);
    for (const node of behind.get(next.revision) ?? []) {
      const left = waiting.get(node.revision);
      left?.delete(next.revision);
      if (left?.size === 0) ready.push(node);
    }
  }
}

function problem(code: string, { path }: Placed, message: string, hint: string): Failure {
  return inputFailure(code, message, { location: { file: path, line: 1 }, hint });
}

/** What of the graph can be applied while a revision's parents have no row of their own, it and what follows it apart: revisions on other branches from the same parents. */
export function otherBranches(nodes: readonly Pick<Node<unknown>, "revision" | "replaces">[]): (revision: string) => readonly string[] {
  const children = new Map<string, string[]>();
  const replaced = new Map(nodes.map((node) => [node.revision, node.replaces]));
  for (const node of nodes) for (const parent of node.replaces) children.set(parent, [...(children.get(parent) ?? []), node.revision]);
  return (revision) => {
    const found = new Set<string>();
    const waiting = (replaced.get(revision) ?? []).flatMap((parent) => children.get(parent) ?? []).filter((each) => each !== revision);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(...(children.get(next) ?? []));
    }
    return [...found];
  };
}
