import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Migration } from "../model/history.ts";
import type { DatabaseError, ExecutedStatement } from "../model/replay.ts";
import type { SourceLocation } from "../model/source.ts";
import { formatLocation } from "../model/source.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { locateError } from "./position.ts";

function sourceOf({ step }: ExecutedStatement, location: SourceLocation): EdgeCaseDraft["source"] {
  return { location, text: step.kind === "custom-code" ? step.text : maskSecrets(step.sql) };
}

function words({ message, code, detail, hint }: DatabaseError): string {
  return [`${message} (SQLSTATE ${code})`, detail, hint].filter((part) => part !== null).join(" ");
}

/** A statement that PostgreSQL refused in the replay. */
export function replayFailure(statement: ExecutedStatement, error: DatabaseError, migration: Migration): EdgeCaseDraft {
  const { step } = statement;
  const location = step.kind === "custom-code" ? step.location : locateError(step.sql, step.location, error);
  return {
    kind: "replay-failure",
    title: `${migration.id} does not run: ${error.message}`,
    question: `PostgreSQL refused this statement of ${migration.id} on an empty database: ${words(error)} How should the converted history have it?`,
    action: "Keep the statement as it is, give the SQL that should stand in its place, or leave the migration out.",
    risk: "HIGH",
    source: sourceOf(statement, location),
    suggestion: null,
    evidence: [{ part: "executed", statement: `${formatLocation(location)}: ${words(error)}`, value: 0.5 }],
    choices: ["keep", "edit", "exclude"],
  };
}

/** An extension that the shadow does not have. */
export function extensionUnavailable(
  statement: ExecutedStatement,
  extension: string,
  place: { readonly migration: Migration; readonly embedded: boolean },
): EdgeCaseDraft {
  const { location } = statement.step;
  const packages: Readonly<Record<string, string>> = { vector: "@electric-sql/pglite-pgvector", postgis: "@electric-sql/pglite-postgis" };
  const wanted = packages[extension];
  const install = place.embedded && wanted !== undefined ? `install the npm package ${wanted}, or ` : "";
  const way = place.embedded
    ? `${install}run again with --shadow-url and a server that has ${extension}`
    : `install ${extension} on the shadow's server, or give another one with --shadow-url`;
  return {
    kind: "extension-unavailable",
    title: `The extension ${extension} is not available on the shadow database`,
    question: `${place.migration.id} creates the extension ${extension}, which this PostgreSQL does not have. What uses it could not be run: shall the history be kept unproven there?`,
    action: `To prove it, ${way}.`,
    risk: "MEDIUM",
    source: sourceOf(statement, location),
    suggestion: { text: `To prove it, ${way}.`, sql: null, origin: "rule", proven: false },
    evidence: [{ part: "executed", statement: `${formatLocation(location)}: the extension ${extension} is not available`, value: 0.85 }],
    choices: ["keep", "edit", "exclude"],
  };
}

/** A column or setting that asks for lz4, which the embedded PostgreSQL is built without. */
export function compressionUnavailable(statement: ExecutedStatement, error: DatabaseError, migration: Migration): EdgeCaseDraft {
  const draft = replayFailure(statement, error, migration);
  const text = "The embedded PostgreSQL is built without lz4. Run again with --shadow-url and a server that has it.";
  return { ...draft, risk: "MEDIUM", action: text, suggestion: { text, sql: null, origin: "rule", proven: false } };
}
