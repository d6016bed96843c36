import { z } from "zod";
import type { Migration } from "../../../src/model/history.ts";
import { changeFields } from "../checksum/fields.ts";
import { changesOf, commentOf, isRepeatable, type ChangeSet } from "../changelog/change-set.ts";
import { valueOf, type Node } from "../source/node.ts";

type Columns = NonNullable<Migration["entry"]>;

const entry = z.strictObject({
  id: z.string(),
  author: z.string(),
  filename: z.string(),
  description: z.string(),
  comments: z.string(),
  tag: z.string().nullable(),
  contexts: z.string().nullable(),
  labels: z.string().nullable(),
  /** The sum of version 8; the one of version 9 is the migration's own. */
  oldSum: z.string().nullable(),
  /** Sums that its authors declared to be right as well, with blanks between. */
  validSums: z.string(),
  repeats: z.enum(["yes", "no"]),
  /** `CONTINUE`: its preconditions did not hold, and Liquibase enters nothing and asks again. */
  exectype: z.enum(["EXECUTED", "MARK_RAN", "CONTINUE"]),
});

/** The row of `databasechangelog` as far as files and the replay tell it. */
export type Entry = z.infer<typeof entry>;

/** As it stands on a migration and in a plan (`MarkChangeSetRanGenerator`). */
export function writeEntry(changeSet: ChangeSet, oldSum: string | null): Columns {
  const { id, author, path, node, contexts, labels } = changeSet;
  const changes = changesOf(node);
  const columns: Entry = {
    id,
    author,
    filename: path,
    description: changes.length === 0 ? "empty" : limit(changes.map(storedDescription).join("; ")),
    comments: limit(commentOf(node) ?? ""),
    tag: tagOf(changes),
    contexts: contexts.length === 0 ? null : contexts.map(bracketed).join(" AND "),
    labels: labels.length === 0 ? null : labels.join(","),
    oldSum,
    validSums: validSums(node).join(" "),
    repeats: isRepeatable(node) ? "yes" : "no",
    exectype: "EXECUTED",
  };
  return columns;
}

/** Reads what `writeEntry` wrote; `null` for a migration that Liquibase does not know. Throws where it is another's. */
export function readEntry(columns: Columns | undefined): Entry | null {
  return columns === undefined ? null : entry.parse(columns);
}

/** The tag that a changeSet sets. */
export function tagOf(changes: readonly Node[]): string | null {
  const tag = changes.find(({ name }) => name === "tagDatabase");
  return tag === undefined ? null : valueOf(tag, "tag");
}

function limit(text: string): string {
  return text.length <= 250 ? text : `${text.slice(0, 247)}...`;
}

/** `ChangeSet.appendContext`. */
function bracketed(context: string): string {
  return /[, ]/.test(context) ? `(${context})` : context;
}

/** Fields of the changes that have no place in `changeFields`, of those that a description names. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  sqlFile: ["path"],
  loadData: ["tableName"],
  loadUpdateData: ["tableName"],
  createView: ["path", "viewName"],
  createProcedure: ["path", "procedureName"],
};

/** `createTable tableName=person` (`AbstractChange.getDescription`). */
function storedDescription(change: Node): string {
  const fields = otherNames[change.name] ?? changeFields[change.name] ?? [];
  const names = fields.filter((field) => field === "path" || (/name$/i.test(field) && !/schema|catalog/i.test(field)));
  const told = names.flatMap((field) => {
    const value = valueOf(change, field);
    return value === null ? [] : [`${field}=${value}`];
  });
  return [change.name, ...(told.length === 0 ? [] : [told.sort().join(", ")])].join(" ");
}

function validSums(node: Node): readonly string[] {
  const texts = (each: Node): readonly string[] => [...(each.value === null ? [] : [each.value.trim()]), ...each.children.flatMap(texts)];
  return node.children.filter(({ name }) => name === "validCheckSum" || name === "validCheckSums").flatMap(texts);
}
