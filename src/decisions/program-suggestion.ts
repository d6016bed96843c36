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

/** SQL that answers a question, and who gave it. */
export interface OfferedSql {
  readonly sql: string;
  readonly origin: "state-difference" | "model";
}

/** What a model may write SQL for; of a database only programs get any. */
const ANSWERED: Readonly<Record<OfferedSql["origin"], readonly EdgeCase["kind"][]>> = {
  "state-difference": ["custom-code"],
  model: ["custom-code", "rollback-wrong", "irreversible"],
};

/** The question with SQL that was accepted for it: it stands with the decision, and is taken where no database and no model is asked any more. */
export function withAcceptedSql(edgeCase: EdgeCase, { sql, origin }: OfferedSql): EdgeCase {
  if (!ANSWERED[origin].includes(edgeCase.kind) || edgeCase.suggestion?.sql?.trim() === sql.trim()) return edgeCase;
  return suggesting(edgeCase, { text: ACCEPTED[origin], sql, origin, proven: true });
}

const ACCEPTED: Readonly<Record<OfferedSql["origin"], string>> = {
  "state-difference": "The SQL that was accepted for it.",
  model: "The SQL that a language model wrote and a person accepted.",
};

/** The question with SQL that a model wrote and that was run: `seen` says what came of it. */
export function withModelSql(edgeCase: EdgeCase, { sql, seen }: { readonly sql: string; readonly seen: string }): EdgeCase {
  return suggesting(edgeCase, { text: seen, sql, origin: "model", proven: true });
}

function suggesting(edgeCase: EdgeCase, suggestion: NonNullable<EdgeCase["suggestion"]>): EdgeCase {
  const { choices } = edgeCase;
  return { ...edgeCase, suggestion, choices: choices.includes("use-suggestion") ? choices : [...choices, "use-suggestion"] };
}
