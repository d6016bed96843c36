import { dependencyKey, isOwn, type Dependency } from "./dependency.ts";
import type { Placed } from "./read-plan.ts";

export interface OrderProblem {
  readonly line: number;
  readonly message: string;
}

interface OrderContext {
  readonly project: string;
  /** Words of lines that could not be read: what refers to them is not reported as well. */
  readonly unread: ReadonlySet<string>;
}

/**
 * What Sqitch refuses about the order of a plan (`check_changes`): a change that requires one of the same project which is not planned
 * before it. Conflicts are not looked at here, ids and other projects neither.
 */
export function checkOrder(placed: readonly Placed[], { project, unread }: OrderContext): readonly OrderProblem[] {
  const problems: OrderProblem[] = [];
  /** Lines of the changes and tags (`@tag`) of earlier sections, as Sqitch keeps them: the last of each name. */
  const seen = new Map<string, number>();
  for (const section of sectionsOf(placed)) {
    const positions = new Map(section.map(({ change }, index) => [change.name, index] as const));
    const before = new Set<string>();
    section.forEach(({ change }, index) => {
      for (const dependency of change.dependencies) {
        if (dependency.type === "conflicts" || dependency.id !== null || !isOwn(dependency, project)) continue;
        if (isMet(dependency, seen) || before.has(dependencyKey(dependency))) continue;
        if (unread.has(dependency.change ?? "") || unread.has(dependency.tag ?? "")) continue;
        const message = describe(change.name, dependency, (positions.get(dependencyKey(dependency)) ?? index) - index);
        problems.push({ line: change.line, message });
      }
      before.add(change.name);
    });
    for (const { change, tags } of section) {
      seen.set(change.name, change.line);
      for (const tag of tags) seen.set(`@${tag.name}`, tag.line);
    }
  }
  return problems;
}

/** A tag ends a section; further tags behind the same change belong to it too. */
function sectionsOf(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  const sections: Placed[][] = [[]];
  for (const each of placed) {
    sections.at(-1)?.push(each);
    if (each.tags.length > 0) sections.push([]);
  }
  return sections;
}

function isMet(dependency: Dependency, seen: ReadonlyMap<string, number>): boolean {
  const { change, tag } = dependency;
  if (change === null || tag === null) return seen.has(dependencyKey(dependency));
  const changeLine = seen.get(change);
  const tagLine = seen.get(`@${tag}`);
  return changeLine !== undefined && tagLine !== undefined && changeLine < tagLine;
}

function describe(name: string, dependency: Dependency, distance: number): string {
  const wanted = dependencyKey(dependency);
  if (name === wanted) return `the change "${name}" cannot require itself`;
  if (distance > 0) {
    return `the change "${name}" is planned ${distance} ${distance === 1 ? "change" : "changes"} before "${wanted}", which it requires: move it down`;
  }
  return `the change "${name}" requires "${wanted}", which is not planned before it`;
}
