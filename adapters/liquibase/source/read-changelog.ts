import { inputFailure, failed, ok, type Result } from "../../../src/model/failure.ts";
import type { ReadFile } from "./files.ts";
import { readFormattedSql } from "./formatted-sql.ts";
import { childOf, type Node } from "./node.ts";
import { readXml } from "./xml.ts";
import { readYaml } from "./yaml.ts";

/** The formats of changelogs by the ends of their names. */
export const changelogNames = /\.(?:xml|ya?ml|json|sql)$/i;

/** Whether an SQL file says that it is a changelog: its first line that is not blank. */
export function isFormattedSql(text: string): boolean {
  return /^\s*--\s*liquibase\s*formatted/i.test(text);
}

/**
 * Reads a file as Liquibase does, by the end of its name, into a `databaseChangeLog` node. An SQL file without Liquibase's first line is one changeSet
 * (`SqlChangeLogParser`). Fails where the file is not well-formed or no changelog.
 */
export function readChangelog(file: ReadFile): Result<Node> {
  const location = { file: file.path, line: 1 };
  if (/\.sql$/i.test(file.path)) return isFormattedSql(file.text) ? readFormattedSql(file.text, file.path) : ok(plainSql(file));
  const read = /\.xml$/i.test(file.path) ? readXml(file.text, file.path) : readYaml(file.text, file.path);
  if (read.kind === "failed") return read;
  const changelog = read.value.name === "databaseChangeLog" ? read.value : childOf(read.value, "databaseChangeLog");
  if (changelog === null) {
    return failed(
      inputFailure("no-changelog", "the file holds no databaseChangeLog", { location, hint: "Name the changelog with --changelog." }),
    );
  }
  return ok(changelog);
}

function plainSql(file: ReadFile): Node {
  const location = { file: file.path, line: 1 };
  const attribute = (name: string, value: string): Node => ({ name, value, children: [], location });
  const sql: Node = { name: "sql", value: file.text, children: [attribute("splitStatements", "false")], location };
  const changeSet: Node = {
    name: "changeSet",
    value: null,
    children: [attribute("id", "raw"), attribute("author", "includeAll"), sql],
    location,
  };
  return { name: "databaseChangeLog", value: null, children: [changeSet], location };
}
