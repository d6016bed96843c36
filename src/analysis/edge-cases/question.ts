import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import type { Rollback } from "../../model/rollback.ts";
import type { Compatibility } from "../../model/understanding.ts";
import type { Confidence } from "../confidence.ts";
import type { ChangeSite, MigrationScope } from "../scope.ts";
import type { Transition } from "../transitions/transition.ts";

/** One migration with all that is known of it when questions are asked. */
export interface QuestionContext {
  readonly scope: MigrationScope;
  readonly transitions: readonly Transition[];
  readonly rollback: Rollback | null;
  readonly confidence: Confidence;
  readonly compatibility: Compatibility;
  /** Whether it would still run against the target: then its losses are a question and not a piece of history. */
  readonly pending: boolean;
  /** The same statement with its secrets masked. */
  readonly mask: (sql: string) => string;
}

/** A rule that asks at most one question per migration: what belongs together is answered together. */
export type Question = (context: QuestionContext) => EdgeCaseDraft | null;

const SHOWN = 2_000;

/** The place and the text that a question shows: the first of the statements concerned, masked, at most 2,000 characters. */
export function sourceOf(site: ChangeSite, context: QuestionContext): EdgeCaseDraft["source"] {
  const text = context.mask(site.sql);
  return { location: site.location, text: text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…` };
}

/** ` (and 3 more statements)`, or nothing. The place of the first stands beside the question. */
export function andMore(sites: readonly ChangeSite[]): string {
  const more = new Set(sites.map((site) => site.index)).size - 1;
  return more < 1 ? "" : ` (and ${more} more ${more === 1 ? "statement" : "statements"})`;
}
