import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Migration } from "../../src/model/history.ts";
import type { MissingApp } from "./graph.ts";

/** An application whose migrations are in a package that is not there: a migration of its own, whose SQL a person gives (`overrides/taggit.up.sql`). */
export function missingApp({ app, neededBy }: MissingApp): Migration {
  const location = { file: `${app}/migrations`, line: 1 };
  const needed = neededBy.slice(0, 3).join(", ");
  const reason = `the migrations of the application ${app} are not in this project`;
  const question: EdgeCaseDraft = {
    kind: "custom-code",
    title: `${app} is a package whose migrations are not here`,
    question: `${needed}${neededBy.length > 3 ? ` and ${neededBy.length - 3} more` : ""} depend on the application ${app}, which comes from a package. What are its tables?`,
    action: `Give its SQL (also as overrides/${app}.up.sql), or install the package in .venv of the project so that its migrations are read.`,
    risk: "HIGH",
    source: { location, text: "" },
    suggestion: null,
    evidence: [{ part: "read", statement: reason, value: 0.5 }],
    choices: ["edit", "keep", "exclude"],
  };
  return {
    kind: "migration",
    id: app,
    type: "versioned",
    version: null,
    name: `the application ${app}`,
    author: null,
    date: null,
    files: [],
    checksum: null,
    transaction: "one",
    environment: null,
    assumptions: [],
    edgeCases: [],
    async *up() {
      yield { kind: "custom-code", language: "python", text: `${app}: ${neededBy.join(", ")}`, reason, location };
    },
    observed: () => ({ findings: [], edgeCases: [question] }),
  };
}
