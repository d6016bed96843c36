import { withModelSql } from "../decisions/program-suggestion.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import type { AskedOfModel, Plan } from "../model/plan.ts";
import type { PlanContent } from "../plan/content-id.ts";

/** A conversion made again with what a model drafted for the plan before, as far as it is about the same content; no model is asked. */
export function keepDrafts(content: PlanContent, before: Pick<Plan, "edgeCases" | "assistance" | "migrations"> | null): PlanContent {
  if (before === null || before.assistance === undefined) return content;
  const drafted = new Map(
    before.edgeCases.filter(({ suggestion }) => suggestion?.origin === "model").map((edgeCase) => [edgeCase.id, edgeCase]),
  );
  const edgeCases = content.edgeCases.map((edgeCase) => withDraft(edgeCase, drafted.get(edgeCase.id)));
  const isSame = sameMigrations(content, before);
  const questions = new Set(edgeCases.map(({ id }) => id));
  const kept = before.assistance.filter(
    ({ question, migration }) => (question === null || questions.has(question)) && (migration === null || isSame(migration)),
  );
  const asked = new Set((content.assistance ?? []).map(keyOf));
  const assistance = [...kept.filter((one) => !asked.has(keyOf(one))), ...(content.assistance ?? [])];
  return assistance.length === 0 ? content : { ...content, edgeCases, assistance };
}

function keyOf({ task, question, migration }: AskedOfModel): string {
  return `${task} ${question ?? ""} ${migration ?? ""}`;
}

/** What was executed since, or was accepted, is better than a draft. */
function withDraft(edgeCase: EdgeCase, drafted: EdgeCase | undefined): EdgeCase {
  if (drafted === undefined || drafted.content !== edgeCase.content || edgeCase.suggestion?.proven === true) return edgeCase;
  const { suggestion: draft } = drafted;
  if (draft === null) return edgeCase;
  if (draft.sql === null || !drafted.choices.includes("use-suggestion")) return { ...edgeCase, suggestion: draft };
  return withModelSql(edgeCase, { sql: draft.sql, seen: draft.text });
}

function sameMigrations(content: PlanContent, before: Pick<Plan, "migrations">): (id: string) => boolean {
  const textOf = ({ files, checksum }: Plan["migrations"][number]): string => JSON.stringify([files, checksum]);
  const known = new Map(before.migrations.map((migration) => [migration.id, textOf(migration)]));
  const same = new Set(content.migrations.filter((migration) => known.get(migration.id) === textOf(migration)).map(({ id }) => id));
  return (id) => same.has(id);
}
