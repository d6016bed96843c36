import { failed, inputFailure, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { SourceLocation } from "../../src/model/source.ts";

/** What the graph looks at in a migration. Keys: `shop.0001_initial`. */
export interface Node {
  readonly app: string;
  readonly name: string;
  readonly location: SourceLocation;
  readonly dependencies: readonly Target[];
  readonly runBefore: readonly Target[];
  readonly replaces: readonly Target[];
}

/** Another migration: by name, or the first or last of its application. */
export interface Target {
  readonly app: string;
  readonly name: string;
}

/** A dependency on an application whose migrations are not there. */
export interface MissingApp {
  readonly app: string;
  readonly neededBy: readonly string[];
}

/** The migrations in the order in which `migrate` runs them on an empty database. */
export interface Order<T> {
  readonly migrations: readonly T[];
  readonly missing: readonly MissingApp[];
  /** Keys of migrations that a squashed one stands for. */
  readonly replaced: ReadonlyMap<string, string>;
}

export function keyOf({ app, name }: Target): string {
  return `${app}.${name}`;
}

/** Sorted as tuples of application and name are. */
function byKey(a: Target, b: Target): number {
  if (a.app !== b.app) return a.app < b.app ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** `MigrationLoader.build_graph` and `MigrationExecutor.migration_plan`. Fails where Django does: several leaves in an application, a circle, a dependency that is not there. */
export function orderMigrations<T extends Node>(nodes: readonly T[]): Result<Order<T>> {
  const all = new Map(nodes.map((node) => [keyOf(node), node]));
  const parents = new Map<string, Set<string>>(nodes.map((node) => [keyOf(node), new Set<string>()]));
  const missing = new Map<string, string[]>();
  const failures: Failure[] = [];
  const link = (child: string, parent: string): void => void (parents.get(child) ?? setOf(parents, child)).add(parent);
  for (const node of nodes)
    for (const each of node.dependencies) if (each.app === node.app && each.name !== "__first__") link(keyOf(node), keyOf(each));
  // Roots and leaves look at what is known of their own application alone.
  const roots = new Map<string, string>();
  const leaves = new Map<string, string>();
  const children = (): ReadonlySet<string> =>
    new Set([...parents].flatMap(([child, ups]) => [...ups].filter((up) => appOf(up) === appOf(child))));
  const inner = children();
  for (const node of [...nodes].sort(byKey)) {
    const key = keyOf(node);
    const isRoot = [...(parents.get(key) ?? [])].every((up) => appOf(up) !== node.app);
    if (isRoot && !roots.has(node.app)) roots.set(node.app, key);
    if (!inner.has(key) && !leaves.has(node.app)) leaves.set(node.app, key);
  }
  const resolve = (target: Target, from: T): string | null => {
    const known =
      target.name === "__first__" ? roots.get(target.app) : target.name === "__latest__" ? leaves.get(target.app) : keyOf(target);
    if (known !== undefined && (all.has(known) || roots.has(target.app))) return known;
    if (!roots.has(target.app)) missing.set(target.app, [...(missing.get(target.app) ?? []), keyOf(from)]);
    return null;
  };
  for (const node of nodes) {
    for (const each of node.dependencies) {
      const parent = each.app === node.app ? null : resolve(each, node);
      if (parent !== null) link(keyOf(node), parent);
    }
    for (const each of node.runBefore) {
      const child = resolve(each, node);
      if (child !== null) link(child, keyOf(node));
    }
  }
  const replaced = replaceAll(nodes, parents);
  for (const [child, ups] of parents) {
    const node = all.get(child);
    for (const up of ups) if (!all.has(up) || replaced.has(up)) failures.push(unknownDependency(node ?? nodes[0], child, up));
  }
  if (failures.length > 0) return failed(...failures);
  return plan(
    [...all.values()].filter((node) => !replaced.has(keyOf(node))),
    { parents, missing, replaced },
  );
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const made = new Set<string>();
  sets.set(key, made);
  return made;
}

function appOf(key: string): string {
  return key.slice(0, key.indexOf("."));
}

/** `remove_replaced_nodes`: on an empty database every squashed migration is used. Changes `parents`. */
function replaceAll(nodes: readonly Node[], parents: Map<string, Set<string>>): ReadonlyMap<string, string> {
  const replaced = new Map<string, string>();
  for (const node of nodes) {
    if (node.replaces.length === 0) continue;
    const own = keyOf(node);
    const gone = new Set(node.replaces.map(keyOf));
    for (const key of gone) {
      replaced.set(key, own);
      for (const up of parents.get(key) ?? []) if (!gone.has(up)) (parents.get(own) ?? setOf(parents, own)).add(up);
      parents.delete(key);
    }
    for (const [child, ups] of parents) for (const key of gone) if (ups.delete(key) && child !== own) ups.add(own);
    parents.get(own)?.delete(own);
  }
  return replaced;
}

function unknownDependency(node: Node | undefined, child: string, parent: string): Failure {
  return inputFailure("unknown-dependency", `${child} depends on ${parent}, which is not there.`, {
    location: node?.location ?? { file: child, line: 1 },
    hint: "Add the migration, or correct the dependency.",
  });
}

interface Edges {
  readonly parents: ReadonlyMap<string, ReadonlySet<string>>;
  readonly missing: ReadonlyMap<string, readonly string[]>;
  readonly replaced: ReadonlyMap<string, string>;
}

function plan<T extends Node>(nodes: readonly T[], { parents, missing, replaced }: Edges): Result<Order<T>> {
  const byName = new Map(nodes.map((node) => [keyOf(node), node]));
  const inner = new Set([...parents].flatMap(([child, ups]) => [...ups].filter((up) => appOf(up) === appOf(child))));
  const leaves = nodes.filter((node) => !inner.has(keyOf(node))).sort(byKey);
  const failures = [...new Set(leaves.map(({ app }) => app))].flatMap((app) => {
    const same = leaves.filter((leaf) => leaf.app === app);
    return same.length > 1 ? [severalLeaves(app, same)] : [];
  });
  const placed = new Set<string>();
  const ordered: T[] = [];
  const open = new Set<string>();
  for (const leaf of leaves) {
    // As `iterative_dfs`: of the parents the last one first.
    const stack: { readonly node: T; readonly isDone: boolean }[] = [{ node: leaf, isDone: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, isDone } = top;
      const key = keyOf(node);
      if (placed.has(key)) continue;
      if (isDone) {
        placed.add(key);
        open.delete(key);
        ordered.push(node);
        continue;
      }
      open.add(key);
      stack.push({ node, isDone: true });
      const ups = [...(parents.get(key) ?? [])].flatMap((up) => byName.get(up) ?? []).sort(byKey);
      const circle = ups.find((up) => open.has(keyOf(up)) && stack.some((each) => each.isDone && keyOf(each.node) === keyOf(up)));
      if (circle !== undefined) return failed(circular(key, keyOf(circle), node.location));
      stack.push(...ups.map((up) => ({ node: up, isDone: false })));
    }
  }
  const left = nodes.find((node) => !placed.has(keyOf(node)));
  if (left !== undefined) return failed(circular(keyOf(left), keyOf(left), left.location));
  if (failures.length > 0) return failed(...failures);
  return ok({ migrations: ordered, missing: [...missing].map(([app, neededBy]) => ({ app, neededBy })), replaced });
}

function severalLeaves(app: string, leaves: readonly Node[]): Failure {
  const names = leaves.map(({ name }) => name).join(", ");
  return inputFailure("several-leaves", `The application ${app} has several last migrations: ${names}. Django refuses to run them.`, {
    location: leaves[0]?.location ?? { file: app, line: 1 },
    hint: "Make a migration that depends on all of them (manage.py makemigrations --merge).",
  });
}

function circular(key: string, other: string, location: SourceLocation): Failure {
  return inputFailure("circular-dependency", `${key} and ${other} depend on each other in a circle.`, {
    location,
    hint: "Take one of the dependencies away; Django refuses to run them as well.",
  });
}
