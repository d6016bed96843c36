import type { Action } from "./action.ts";

const WORD = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const QUALIFIED = new RegExp(String.raw`${WORD}\.${WORD}`, "g");
const LEADING_NAME = new RegExp(String.raw`^${WORD}(?:\.${WORD})?`);

/** The schema-qualified names that a definition holds, as the catalog functions print them under `search_path = pg_catalog`. */
export function qualifiedNames(text: string): ReadonlySet<string> {
  return new Set(text.includes(".") ? text.match(QUALIFIED) : []);
}

/** An identity without argument types: what a definition that uses the object prints. */
export function bareIdentity(identity: string): string {
  return LEADING_NAME.exec(identity)?.[0] ?? identity;
}

/** Whether a definition holds one of the names. */
export function mentionsAny(text: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0 || !text.includes(".")) return false;
  for (const name of qualifiedNames(text)) if (names.has(name)) return true;
  return false;
}

/**
 * Actions in an order in which they can run: by rank, except that an object is made after the ones its definition names and removed
 * before them. A cycle is entered at its lowest rank.
 */
export function orderActions(actions: readonly Action[]): readonly Action[] {
  const byName = new Map<string, number[]>();
  actions.forEach((action, at) => {
    if (action.identity === null) return;
    const key = `${action.phase} ${bareIdentity(action.identity)}`;
    const known = byName.get(key);
    if (known === undefined) byName.set(key, [at]);
    else known.push(at);
  });

  const followers: number[][] = actions.map(() => []);
  const waiting: number[] = actions.map(() => 0);
  const link = (first: number, then: number): void => {
    followers[first]?.push(then);
    waiting[then] = (waiting[then] ?? 0) + 1;
  };
  actions.forEach((action, at) => {
    if (action.phase === "change") return;
    for (const name of qualifiedNames(action.mentions)) {
      for (const other of byName.get(`${action.phase} ${name}`) ?? []) {
        if (other === at || actions[other]?.identity === action.identity) continue;
        if (action.phase === "make") link(other, at);
        else link(at, other);
      }
    }
  });

  const earlier = (left: number, right: number): number => {
    const a = actions[left];
    const b = actions[right];
    if (a === undefined || b === undefined) return 0;
    return a.rank - b.rank || a.order - b.order || left - right;
  };
  const remaining = new Set(actions.keys());
  const sorted = [...remaining].sort(earlier);
  const ordered: Action[] = [];
  const ready = new Set(sorted.filter((at) => waiting[at] === 0));
  while (remaining.size > 0) {
    const next = first(ready, earlier) ?? sorted.find((at) => remaining.has(at));
    if (next === undefined) break;
    remaining.delete(next);
    ready.delete(next);
    const action = actions[next];
    if (action !== undefined) ordered.push(action);
    for (const follower of followers[next] ?? []) {
      const left = (waiting[follower] ?? 0) - 1;
      waiting[follower] = left;
      if (left === 0 && remaining.has(follower)) ready.add(follower);
    }
  }
  return ordered;
}

function first(candidates: ReadonlySet<number>, earlier: (left: number, right: number) => number): number | undefined {
  let best: number | undefined;
  for (const candidate of candidates) if (best === undefined || earlier(candidate, best) < 0) best = candidate;
  return best;
}
