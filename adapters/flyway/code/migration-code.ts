import type { EdgeCaseDraft } from "../../../src/model/edge-case.ts";
import type { Step } from "../../../src/model/history.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { indexLines } from "../text.ts";
import type { CodeFacts } from "./literal-sql.ts";
import { suggestSql } from "./literal-sql.ts";
import { readJava } from "./java.ts";
import { readKotlin } from "./kotlin.ts";

/** Programs that Flyway runs as migrations, by the ending of their files. */
const languages: Readonly<Record<string, string>> = {
  java: "Java",
  kt: "Kotlin",
  groovy: "Groovy",
  scala: "Scala",
  sh: "shell",
  bash: "shell",
  py: "Python",
  ps1: "PowerShell",
  cmd: "Windows batch",
  bat: "Windows batch",
};

export function languageOf(fileName: string): string {
  return languages[fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase()] ?? "script";
}

/** Names of classes that may be migrations, without their ending. */
export const codeFileName = /^([VRUB][\w]*)\.(?:java|kt|groovy|scala)$/;

/** Whether a source implements one of Flyway's interfaces or extends one of its classes, of whatever version. */
export function isMigrationCode(text: string): boolean {
  return /\b(?:Base)?(?:JavaMigration|JdbcMigration|SpringJdbcMigration)\b/.test(text);
}

export function readCode(language: string, text: string): CodeFacts {
  if (language === "Java") return readJava(text);
  if (language === "Kotlin" || language === "Groovy" || language === "Scala") return readKotlin(text);
  return { version: null, description: null, inTransaction: null, statements: [], body: null };
}

/** The step and the question of a migration that is a program: its place in the order is kept, its SQL a person must give. */
export function questionFor(
  migration: { readonly id: string; readonly file: string; readonly language: string },
  text: string,
  facts: CodeFacts,
): { readonly step: Step; readonly edgeCase: EdgeCaseDraft } {
  const lines = indexLines(text);
  const location: SourceLocation = { file: migration.file, ...lines.at(facts.body?.offset ?? 0) };
  const sql = suggestSql(facts.statements);
  const runnable = facts.statements.filter((statement) => statement.complete).length;
  const found =
    facts.statements.length === 0
      ? "no SQL text was found in its source"
      : `${facts.statements.length} SQL texts were found in its source, ${runnable} of them without values that the program computes`;
  return {
    step: {
      kind: "custom-code",
      language: migration.language,
      text,
      reason: `${migration.id} is a ${migration.language} program; programs of the project are never run here`,
      location,
    },
    edgeCase: {
      kind: "custom-code",
      title: `${migration.id} is a ${migration.language} migration`,
      question: `What SQL does ${migration.id} amount to on a database that starts empty? ${found}.`,
      action:
        "Read the source and give the SQL that stands in its place, take the suggestion after checking it, or keep it as a gap or exclude it if it changes neither schema nor seed data.",
      risk: "HIGH",
      source: { location, text: facts.body?.text ?? text },
      suggestion:
        sql === null
          ? null
          : {
              text: `The SQL texts in the ${migration.language} source, in the order in which they stand there; conditions and loops around them are not kept.`,
              sql,
              origin: "source-literals",
              proven: false,
            },
      evidence: [{ part: "read", statement: `${migration.id} is ${migration.language}, not SQL: ${found}`, value: 0.5 }],
      choices: sql === null ? ["keep", "edit", "exclude"] : ["keep", "edit", "use-suggestion", "exclude"],
    },
  };
}
