import type { EdgeCase } from "../model/edge-case.ts";
import type { Finding, History, Inspector, Migration, Step } from "../model/history.ts";
import type { SourceLocation } from "../model/source.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { splitStatements } from "../sql/split.ts";
import { extractionOf, extractionSchema, functionName, isMovable } from "./extract.ts";
import { leftOut, type Settled } from "./take-decisions.ts";

/** A history with what was decided: migrations left out, statements and ways back replaced. What is not concerned is the same object. */
export function reviseHistory(history: History, settled: readonly Settled[]): History {
  const left = leftOut(settled);
  const kept = history.migrations.filter(({ id }) => !left.has(id));
  if (settled.every(({ effect }) => effect.kind === "as-it-stands")) return history;
  return {
    ...history,
    // The shadow has the schema from the beginning, as a target has it: no way back takes it away.
    ...(settled.some(({ effect }) => effect.kind === "extract-step")
      ? { bookkeepingSql: [...history.bookkeepingSql, extractionSchema] }
      : {}),
    migrations: kept.map((migration) => reviseMigration(migration, settled)),
    baselines: history.baselines.map((baseline) => ({ ...baseline, through: lastKept(history, baseline.through, left) })),
    environments: history.environments
      .filter(({ name }) => !settled.some(({ effect }) => effect.kind === "leave-out-environment" && effect.environment === name))
      .map((environment) => ({ ...environment, migrations: environment.migrations.filter((id) => !left.has(id)) })),
    findings: [...history.findings, ...settled.flatMap(leftOutFinding)],
  };
}

/** A baseline may end with a migration that is left out: then it stands for those before it. */
function lastKept({ migrations }: History, through: string, left: ReadonlySet<string>): string {
  const end = migrations.findIndex(({ id }) => id === through);
  return migrations.slice(0, end + 1).findLast(({ id }) => !left.has(id))?.id ?? through;
}

function leftOutFinding({ edgeCase, effect }: Settled): readonly Finding[] {
  if (effect.kind !== "leave-out") return [];
  const message = `${effect.migrations.join(", ")} left out of the converted history, as was decided on ${edgeCase.id}.`;
  return [{ kind: "finding", code: "left-out", message, location: edgeCase.source?.location ?? null, migration: null }];
}

function reviseMigration(migration: Migration, settled: readonly Settled[]): Migration {
  const own = settled.filter(({ edgeCase }) => edgeCase.migration === migration.id);
  const replaced = own.flatMap(({ edgeCase, effect }) => (effect.kind === "replace-step" ? [{ edgeCase, sql: effect.sql }] : []));
  const back = own.find(({ effect }) => effect.kind === "way-back")?.effect;
  const extracted = own.find(({ effect }) => effect.kind === "extract-step")?.edgeCase;
  const steps = (at: Inspector): AsyncIterable<Step> => replaceSteps(migration.up(at), replaced);
  const up =
    extracted === undefined ? steps : (at: Inspector): AsyncIterable<Step> => moveSteps(steps(at), { migration, asked: extracted });
  const forward = replaced.length === 0 && extracted === undefined ? migration : { ...migration, up };
  if (back?.kind !== "way-back") return forward;
  const { downOrigin: _nobody, ...rest } = forward;
  const location = { file: migration.files[0]?.path ?? migration.id, line: 1 };
  return { ...rest, ...(back.origin === undefined ? {} : { downOrigin: back.origin }), down: () => stepsOf(back.sql, location) };
}

interface Replacement {
  readonly edgeCase: EdgeCase;
  readonly sql: string;
}

async function* replaceSteps(steps: AsyncIterable<Step>, replaced: readonly Replacement[]): AsyncIterable<Step> {
  for await (const step of steps) {
    const replacement = replaced.find(({ edgeCase }) => isAbout(edgeCase, step));
    if (replacement === undefined) yield step;
    else yield* stepsOf(replacement.sql, step.location);
  }
}

/** Moves the statement that was asked about, and the others that decide about rows that exist, into functions. */
async function* moveSteps(
  steps: AsyncIterable<Step>,
  { migration, asked }: { readonly migration: Migration; readonly asked: EdgeCase },
): AsyncIterable<Step> {
  let place = 0;
  for await (const step of steps) {
    const moves = step.kind === "statement" && isMovable(step.sql) && (isAbout(asked, step) || !/^\s*insert\b/i.test(step.sql));
    if (!moves) yield step;
    else yield* extractionOf(step.sql, { name: functionName(migration, ++place), location: step.location });
  }
}

/** Whether a question was asked about this step: it shows its text, and the place may be the one of the error inside it. */
function isAbout({ kind, source }: EdgeCase, step: Step): boolean {
  if (source === null || source.location.file !== step.location.file) return false;
  const text = step.kind === "custom-code" ? step.text : step.sql;
  if (kind === "custom-code") {
    const { line, column } = source.location;
    return step.kind === "custom-code" && line === step.location.line && (column ?? 1) === (step.location.column ?? 1);
  }
  const last = step.location.line + text.split("\n").length - 1;
  const shown = step.kind === "custom-code" ? text : maskSecrets(text);
  return shown === source.text && source.location.line >= step.location.line && source.location.line <= last;
}

async function* stepsOf(sql: string, location: SourceLocation): AsyncIterable<Step> {
  for (const statement of splitStatements(sql)) yield { kind: "statement", sql: statement.sql, location };
}
