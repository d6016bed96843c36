import { type EdgeCase, urgency } from "../model/edge-case.ts";
import { standingOf, type Filter, type ReviewSession, type Sorting } from "./session.ts";

/** The questions that the list shows, in the order in which it shows them. */
export function shownCases({ plan, saved, filter, sorting, search }: ReviewSession): readonly EdgeCase[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = plan.edgeCases.filter((edgeCase) => {
    if (filter !== "all" && (standingOf(edgeCase, saved) === "open") !== (filter === "open")) return false;
    if (words.length === 0) return true;
    const text = textOf(edgeCase);
    return words.every((word) => text.includes(word));
  });
  const places = new Map(plan.order.map((id, index) => [id, index]));
  const place = ({ migration }: EdgeCase): number => (migration === null ? -1 : (places.get(migration) ?? plan.order.length));
  return [...shown].sort(COMPARE[sorting](place));
}

type Compare = (place: (edgeCase: EdgeCase) => number) => (left: EdgeCase, right: EdgeCase) => number;

const COMPARE: Readonly<Record<Sorting, Compare>> = {
  risk: (place) => (left, right) => urgency.indexOf(left.risk) - urgency.indexOf(right.risk) || place(left) - place(right),
  order: (place) => (left, right) => place(left) - place(right),
  confidence: (place) => (left, right) => left.confidence - right.confidence || place(left) - place(right),
  kind: (place) => (left, right) => left.kind.localeCompare(right.kind, "en") || place(left) - place(right),
};

export const FILTERS: readonly Filter[] = ["open", "all", "decided"];
export const SORTINGS: readonly Sorting[] = ["risk", "order", "confidence", "kind"];

/** The one behind, and the first behind the last. */
export function next<T>(values: readonly T[], value: T): T {
  return values[(values.indexOf(value) + 1) % values.length] ?? value;
}

function textOf({ id, migration, kind, title, question, source }: EdgeCase): string {
  return [id, migration ?? "", kind, title, question, source?.location.file ?? ""].join(" ").toLowerCase();
}

/** The question under the cursor, or the first that is shown. */
export function currentCase(session: ReviewSession): EdgeCase | null {
  if (session.screen === "detail") return session.plan.edgeCases.find(({ id }) => id === session.cursor) ?? null;
  const shown = shownCases(session);
  return shown.find(({ id }) => id === session.cursor) ?? shown[0] ?? null;
}

/** How far a review is: decided (those included that are not proven yet), open, and the lowest confidence of a migration. */
export function progressOf({ plan, saved }: Pick<ReviewSession, "plan" | "saved">): {
  readonly decided: number;
  readonly unproven: number;
  readonly open: number;
  readonly minimumConfidence: number;
} {
  const standings = plan.edgeCases.map((edgeCase) => standingOf(edgeCase, saved));
  const count = (wanted: string): number => standings.filter((standing) => standing === wanted).length;
  return {
    decided: standings.length - count("open"),
    unproven: count("saved"),
    open: count("open"),
    minimumConfidence: plan.summary.minimumConfidence,
  };
}
