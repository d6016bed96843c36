import { failed, inputFailure, ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";

/** A moment of a history: right behind so many of its migrations. */
export interface Point {
  /** 0 is the empty database, `plan.order.length` the head. */
  readonly count: number;
  /** The last migration that stands; `null` where none does. */
  readonly migration: string | null;
  /** The version of the schema there; `0.0.0` before the first migration. */
  readonly version: string;
}

/** What the commands that take a point say of it in their help. */
export const pointForms = "a migration, a version (4.2.0), a date (2024-11-05), HEAD, HEAD~3, or empty";

/** The point behind so many migrations. */
export function pointAt(plan: Pick<Plan, "migrations">, count: number): Point {
  const last = plan.migrations[count - 1];
  return { count, migration: last?.id ?? null, version: last?.understanding.semantic_version ?? "0.0.0" };
}

/**
 * The point that a user means: the id of a migration (or its folder, or the place in front of that), a version of the schema (the migration that brought it), a
 * date (all that stood at its end, up to the first migration that is younger), `HEAD`, `empty`; each with `~N` for N migrations before. Fails where it is none of these.
 */
export function findPoint(plan: Pick<Plan, "migrations">, text: string): Result<Point> {
  const whole = countOf(plan, text);
  if (whole !== null) return ok(pointAt(plan, whole));
  const [, base = "", steps = ""] = /^(.+?)(?:~(\d+)|\^)$/.exec(text) ?? [];
  const from = base === "" ? null : countOf(plan, base);
  if (from === null) return failed(unknownPoint(plan, text));
  const back = steps === "" ? 1 : Number(steps);
  if (back <= from) return ok(pointAt(plan, from - back));
  return failed(
    inputFailure("unknown-point", `${text} lies before the beginning: only ${from} migrations stand at ${base}.`, {
      location: text,
      hint: "`empty` is the empty database before the first migration.",
    }),
  );
}

function countOf(plan: Pick<Plan, "migrations">, text: string): number | null {
  const { migrations } = plan;
  const named = migrations.findIndex(({ id }) => id === text);
  if (named >= 0) return named + 1;
  if (/^head$/i.test(text) || text === "main") return migrations.length;
  if (text === "empty" || text === "base") return 0;
  const folder = migrations.findIndex(({ folder }) => folder === text || folder.startsWith(`${text}_`));
  if (folder >= 0 && /^\d{4,}/.test(text)) return folder + 1;
  const version = /^v?(\d+\.\d+\.\d+)$/.exec(text)?.[1];
  const versioned = migrations.findIndex(({ understanding }) => understanding.semantic_version === version);
  if (version !== undefined && versioned >= 0) return versioned + 1;
  const moment = momentOf(text);
  if (moment !== null && migrations.some(({ date }) => date !== null)) {
    const younger = migrations.findIndex(({ date }) => date !== null && Date.parse(date) > moment);
    return younger < 0 ? migrations.length : younger;
  }
  const folded = migrations.filter(({ id }) => id.toLowerCase() === text.toLowerCase());
  return folded.length === 1 ? migrations.findIndex(({ id }) => id === folded[0]?.id) + 1 : null;
}

const dayMs = 86_400_000;

/** The last millisecond that a date means: of its day, where it names no time. */
function momentOf(text: string): number | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const start = Date.parse(text);
    return Number.isNaN(start) ? null : start + dayMs - 1;
  }
  const moment = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}

function unknownPoint({ migrations }: Pick<Plan, "migrations">, text: string): ReturnType<typeof inputFailure> {
  const near = migrations.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(text.toLowerCase())).map(({ id }) => id);
  const shown = near.slice(0, 5).join(", ");
  return inputFailure("unknown-point", `The history has no migration, version or date ${text}.`, {
    location: text,
    hint: near.length > 0 ? `Near: ${shown}. \`pggit log\` lists them all.` : `Give ${pointForms}. \`pggit log\` lists the migrations.`,
  });
}

/** A point as a person says it: `V22 (4.0.0)`. */
export function sayPoint({ migration, version }: Point): string {
  return migration === null ? "empty" : `${migration} (${version})`;
}
