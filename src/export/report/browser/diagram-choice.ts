import type { DiagramRelation } from "../report-data.ts";

/** What the reader asks the diagram for. */
export interface DiagramQuestion {
  readonly text: string;
  readonly schema: string;
  readonly kind: string;
  /** How many steps from what was found its neighbours are shown. */
  readonly depth: number;
}

/** Relations by their numbers. `found` were asked for; the others of `shown` are neighbours. `left` were left off. */
export interface DiagramChoice {
  readonly shown: readonly number[];
  readonly found: ReadonlySet<number>;
  readonly left: number;
}

/** More than this many on one picture are neither laid out quickly nor read. */
const mostShown = 100;
/** Of a schema that nobody has asked anything of yet. */
const mostUnasked = 40;

/** Who is linked with whom, in both directions. */
export function neighboursOf(relations: readonly DiagramRelation[]): readonly ReadonlySet<number>[] {
  const neighbours = relations.map(() => new Set<number>());
  relations.forEach(({ links }, from) => {
    for (const { to } of links) {
      if (to === from) continue;
      neighbours[from]?.add(to);
      neighbours[to]?.add(from);
    }
  });
  return neighbours;
}

/** Chooses what the diagram shows: what was asked for with its neighbours; where that is too much, what has the most links. */
export function chooseRelations(
  relations: readonly DiagramRelation[],
  question: DiagramQuestion,
  neighbours: readonly ReadonlySet<number>[],
): DiagramChoice {
  const text = question.text.trim().toLowerCase();
  const matches = ({ identity, kind, columns }: DiagramRelation): boolean =>
    (question.kind === "" || kind === question.kind) &&
    (question.schema === "" || identity.startsWith(`${question.schema}.`) || identity.startsWith(`"${question.schema}".`)) &&
    (text === "" || identity.toLowerCase().includes(text) || columns.some(({ name }) => name.toLowerCase().includes(text)));
  const exact = text === "" ? -1 : relations.findIndex(({ identity }) => identity.toLowerCase() === text);
  const found = exact >= 0 ? [exact] : [...relations.keys()].filter((number) => matches(relations[number] as DiagramRelation));
  const links = (number: number): number => neighbours[number]?.size ?? 0;
  const asked = text !== "" || question.schema !== "" || question.kind !== "";
  const most = asked || relations.length <= mostShown ? mostShown : mostUnasked;
  const ordered = found.length > most ? [...found].sort((left, right) => links(right) - links(left)) : found;
  const shown = new Set(ordered.slice(0, most));
  const wanted = new Set(found);
  let edge: readonly number[] = asked ? [...shown] : [];
  for (let step = 0; step < question.depth; step += 1) {
    const next = edge.flatMap((number) => [...(neighbours[number] ?? [])]).filter((number) => !shown.has(number));
    for (const number of next) wanted.add(number);
    for (const number of next) if (shown.size < mostShown) shown.add(number);
    edge = next;
  }
  return { shown: [...shown].sort((left, right) => left - right), found: new Set(found), left: wanted.size - shown.size };
}
