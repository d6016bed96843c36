import type { EdgeCase } from "../model/edge-case.ts";

/** The question about a program with what a database in which it ran has in addition: SQL that was proven; empty where nothing differs. */
export function withProgramSql(edgeCase: EdgeCase, sql: string): EdgeCase {
  if (sql !== "") {
    const text = "What a database in which it ran has in addition; run up and down on a shadow, and in its place it gives that database.";
    return suggesting(edgeCase, { text, sql, origin: "state-difference", proven: true });
  }
  const text = "In a database in which it ran the catalog is as it is without it: it changed rows alone, or nothing.";
  return edgeCase.suggestion === null
    ? { ...edgeCase, suggestion: { text, sql: null, origin: "state-difference", proven: false } }
    : edgeCase;
}

/** The question about a program with SQL that was accepted for it: it stands with the decision, and is taken where no database is asked any more. */
export function withAcceptedSql(edgeCase: EdgeCase, sql: string): EdgeCase {
  if (edgeCase.kind !== "custom-code" || edgeCase.suggestion?.sql?.trim() === sql.trim()) return edgeCase;
  return suggesting(edgeCase, { text: "The SQL that was accepted for it.", sql, origin: "state-difference", proven: true });
}

function suggesting(edgeCase: EdgeCase, suggestion: NonNullable<EdgeCase["suggestion"]>): EdgeCase {
  const { choices } = edgeCase;
  return { ...edgeCase, suggestion, choices: choices.includes("use-suggestion") ? choices : [...choices, "use-suggestion"] };
}
