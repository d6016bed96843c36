import type { Step } from "../../../src/model/history.ts";
import { valueOf, type Node } from "../source/node.ts";
import { matchesPostgres } from "../changelog/expression.ts";
import { columnChanges } from "./columns.ts";
import { constraintChanges } from "./constraints.ts";
import type { ChangeType } from "./contract.ts";
import { dataChanges } from "./data.ts";
import { loadChanges } from "./load-data.ts";
import { objectChanges } from "./objects.ts";
import { rawChanges } from "./raw.ts";
import { tableChanges } from "./tables.ts";

/** Changes that do nothing to the database. */
const silent = (fields: readonly string[]): ChangeType => ({ fields, generate: () => [], inverse: () => [] });

/** What Liquibase can do and this program never does: a person has to give its SQL. */
const foreign = (language: string, reason: string): ChangeType => ({
  foreign: true,
  fields: ["class", "executable", "os", "timeout", "arg", "args", "param", "params", "message"],
  generate: (change): readonly Step[] => [{ kind: "custom-code", language, text: describe(change), reason, location: change.location }],
});

function describe(change: Node): string {
  const inside = (node: Node): string => node.children.map((child) => `${child.name}=${child.value ?? `(${inside(child)})`}`).join(" ");
  return `${change.name} ${inside(change)}${change.value ?? ""}`.trim();
}

/** Every change type of Liquibase 4.28 (`liquibase.change.core`) by its name. */
export const changeTypes: Readonly<Record<string, ChangeType>> = {
  ...tableChanges,
  ...columnChanges,
  ...constraintChanges,
  ...objectChanges,
  ...rawChanges,
  ...dataChanges,
  ...loadChanges,
  tagDatabase: silent(["tag", "keepTagOnRollback"]),
  empty: silent([]),
  output: silent(["message", "target"]),
  stop: foreign("liquibase", "the change stops Liquibase with an error"),
  customChange: foreign("java", "the change is a Java class, which is never run here"),
  executeCommand: foreign("shell", "the change runs a program of the operating system, which is never done here"),
};

/** What an unknown change is taken for: of an extension or of Liquibase Pro. */
export const unknownChange = foreign("liquibase", "the change is no part of open Liquibase: an extension or Liquibase Pro runs it");

/** Whether a change is for this database, as far as its type knows `dbms`: on any other it says nothing. */
export function isForPostgres(change: Node): boolean {
  const knows = changeTypes[change.name]?.fields.includes("dbms") ?? true;
  return !knows || matchesPostgres(valueOf(change, "dbms"));
}

/** A few words on a change, as Liquibase describes it in its own table: `createTable tableName=person`. */
export function describeChange(change: Node): string {
  const told = [
    "tableName",
    "baseTableName",
    "viewName",
    "sequenceName",
    "indexName",
    "constraintName",
    "procedureName",
    "oldTableName",
    "newTableName",
    "columnName",
    "tag",
    "path",
    "file",
  ];
  const words = told.flatMap((attribute) => {
    const value = valueOf(change, attribute);
    return value === null ? [] : [`${attribute}=${value}`];
  });
  return [change.name, ...words.slice(0, 3)].join(" ");
}
