import type { SquashInput } from "../../src/model/squash.ts";
import { splitStatements } from "../../src/sql/split.ts";
import { parseStatement } from "../../src/sql/statement.ts";

/** A history as the replay would hand it on: one text per migration, each of one or more statements. */
export function squashInputs(migrations: readonly string[], rows: (sql: string) => number | null = () => null): readonly SquashInput[] {
  return migrations.flatMap((text, index) =>
    splitStatements(text).map(({ sql, line }): SquashInput => ({
      migration: `V${index + 1}`,
      step: { kind: "statement", sql, location: { file: `V${index + 1}.sql`, line } },
      parsed: parseStatement(sql),
      rows: rows(sql),
      searchPath: ["public"],
    })),
  );
}
