import type { DecisionFile, RecordedDecision } from "../decisions/decision-file.ts";
import type { Result } from "../model/failure.ts";
import type { PlanContent } from "../plan/content-id.ts";
import type { Draft, Tried } from "./prove-drafts.ts";

/** Far behind every line that a file has. */
const firstLine = 1_000_000_000;

/** Makes a conversion with drafts as if each had been accepted; `convert` makes it with decisions, and writes nothing. */
export function tryDrafts(
  file: DecisionFile,
  convert: (decisions: DecisionFile) => Promise<Result<{ readonly content: PlanContent }>>,
): (drafts: readonly Draft[]) => Promise<Tried> {
  return async (drafts) => {
    const made = drafts.map((draft, index) => asAccepted(draft, { file, index }));
    const converted = await convert({ ...file, decisions: [...file.decisions, ...made] });
    if (converted.kind === "ok") return { kind: "converted", content: converted.value.content };
    return {
      kind: "failed",
      failures: converted.failures.map((failure) => {
        const line = failure.location === null || typeof failure.location === "string" ? -1 : failure.location.line - firstLine;
        return { ...failure, question: drafts[line]?.edgeCase.id ?? null };
      }),
    };
  };
}

function asAccepted({ edgeCase, sql }: Draft, { file, index }: { readonly file: DecisionFile; readonly index: number }): RecordedDecision {
  return {
    id: edgeCase.id,
    migration: edgeCase.migration,
    content: edgeCase.content ?? null,
    choice: "use-suggestion",
    sql,
    with: [],
    by: "nobody: it is tried",
    at: null,
    reason: null,
    origin: "model",
    file: file.path,
    index: file.decisions.length + index,
    line: firstLine + index,
  };
}
