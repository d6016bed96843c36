import type { Step } from "../../../src/model/history.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { lineAt, lineStarts } from "../source/lines.ts";
import { flagOf, valueOf, type Node } from "../source/node.ts";
import { cutSql, type SplitSettings } from "../postgres/split.ts";
import { statement, type ChangeContext, type ChangeType } from "./contract.ts";

/** SQL as its author wrote it, where it begins. */
export interface RawSql {
  readonly text: string;
  readonly settings: SplitSettings;
  readonly location: SourceLocation;
}

/** The statements of a text; a finding where Liquibase would have cut it elsewhere. */
export function rawSteps({ text, settings, location }: RawSql, note: ChangeContext["note"]): readonly Step[] {
  const normal = text.replaceAll("\r\n", "\n");
  const { statements, miscut } = cutSql(normal, settings);
  if (miscut !== null) {
    note(
      "liquibase-splits-differently",
      `Liquibase itself cuts this SQL inside a statement (it knows no dollar quotes) and would send "${miscut.slice(0, 80)}"; it was cut where PostgreSQL ends its statements`,
      location,
    );
  }
  const starts = lineStarts(normal);
  return statements.map(({ sql, offset }) => statement(sql, { file: location.file, line: location.line + lineAt(starts, offset) - 1 }));
}

/** One statement that is sent as it stands. */
export function rawStep(sql: string, change: Node, context: ChangeContext): Step {
  const path = valueOf(change, "path");
  return statement(sql, path === null ? change.location : { file: context.file(path).path, line: 1 });
}

/** How a change says that its SQL is cut; `stripComments` is off unless it says so. */
export function splitSettings(change: Node): SplitSettings {
  return {
    splitStatements: flagOf(change, "splitStatements") !== false,
    stripComments: flagOf(change, "stripComments") === true,
    endDelimiter: valueOf(change, "endDelimiter"),
  };
}

const sql: ChangeType = {
  fields: ["sql", "splitStatements", "stripComments", "endDelimiter", "dbms", "comment"],
  generate: (change, context) =>
    rawSteps(
      { text: change.value ?? valueOf(change, "sql") ?? "", settings: splitSettings(change), location: change.location },
      context.note,
    ),
};

const sqlFile: ChangeType = {
  fields: [
    "path",
    "relativeToChangelogFile",
    "encoding",
    "splitStatements",
    "stripComments",
    "endDelimiter",
    "dbms",
    "doExpandExpressionsInGenerateChecksum",
  ],
  generate(change, context) {
    const file = context.file(valueOf(change, "path") ?? "");
    const location = { file: file.path, line: 1 };
    return rawSteps({ text: context.expand(file.text), settings: splitSettings(change), location }, context.note);
  },
};

/** Changes that are SQL already. */
export const rawChanges: Readonly<Record<string, ChangeType>> = { sql, sqlFile };
