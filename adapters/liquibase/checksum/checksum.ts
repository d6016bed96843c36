import { changesOf, type ChangeSet } from "../changelog/change-set.ts";
import type { Runtime } from "../changelog/environments.ts";
import { modifications } from "../changelog/modify-sql.ts";
import { findNamed } from "../changelog/steps.ts";
import { isForPostgres } from "../changes/index.ts";
import { splitSettings } from "../changes/raw.ts";
import { decodeFile, type ReadFile, type SourceFiles } from "../source/files.ts";
import { valueOf, type Node } from "../source/node.ts";
import { checksumOfBytes, checksumOfSql, checksumOfText, oldChecksumOfSql, rowsThatCount, type ChecksumVersion } from "./normalize.ts";
import { serializeChange, serializeVisitor } from "./serialize.ts";

/** What a sum is made of. */
export interface Of {
  readonly changeSet: ChangeSet;
  readonly files: SourceFiles;
  readonly runtime: Runtime;
  readonly version: ChecksumVersion;
}

/**
 * The MD5 sum of a changeSet as Liquibase enters it in `databasechangelog` (`ChangeSet.generateCheckSum`). `null` where it cannot be known without Liquibase: a
 * class of its own, an extension, a file that cannot be read; Liquibase takes a row without a sum as it is and fills it in.
 */
export function changeSetChecksum(of: Of): string | null {
  const { changeSet, version } = of;
  const sums = changesOf(changeSet.node)
    .filter((change) => version === 8 || isForPostgres(change))
    .map((change) => changeChecksum(change, of));
  const groups = modifications(changeSet, of.runtime);
  // What the sums of version 8 took from a `modifySql` depends on the order of a Java set.
  if (sums.includes(null) || (version === 8 && groups.length > 0)) return null;
  const visitors = groups.flatMap((group) =>
    group.children.flatMap((visitor) => {
      const text = serializeVisitor(visitor, group);
      return text === null ? [] : [checksumOfText(text, version)];
    }),
  );
  return checksumOfText([...sums.map((sum) => `${sum}:`), ...visitors.map((sum) => `${sum};`)].join(""), version);
}

function changeChecksum(change: Node, of: Of): string | null {
  switch (change.name) {
    case "sql":
      return sqlChecksum(change.value?.trim() ?? valueOf(change, "sql")?.trim() ?? "", change, of);
    case "sqlFile":
      return sqlFileChecksum(change, of);
    case "loadData":
    case "loadUpdateData":
      return rowsChecksum(change, of);
    case "createView":
      return bodyChecksum(change, { ...of, body: valueOf(change, "selectQuery") ?? change.value });
    case "createProcedure":
      return bodyChecksum(change, { ...of, body: valueOf(change, "procedureText") ?? valueOf(change, "procedureBody") ?? change.value });
    default:
      return plainChecksum(change, of.version);
  }
}

function plainChecksum(change: Node, version: ChecksumVersion): string | null {
  const text = serializeChange(change, version);
  return text === null ? null : checksumOfText(text, version);
}

function sqlChecksum(sql: string, change: Node, { version }: Of): string {
  return version === 9 ? checksumOfSql(sql) : oldChecksumOfSql(Buffer.from(sql), splitSettings(change));
}

function readNamed(path: string | null, change: Node, { changeSet, files }: Of): ReadFile | null {
  if (path === null) return null;
  const found = findNamed(path, change, changeSet, files);
  const read = found.kind === "ok" ? files.read(found.value) : found;
  return read.kind === "ok" ? read.value : null;
}

function textOf(file: ReadFile, change: Node): string | null {
  const text = decodeFile(file, valueOf(change, "encoding"));
  return text.kind === "ok" ? text.value : null;
}

/** The file as it stands, before any `${…}` is replaced. */
function sqlFileChecksum(change: Node, of: Of): string | null {
  const file = readNamed(valueOf(change, "path"), change, of);
  const text = file === null ? null : textOf(file, change);
  if (file === null || text === null) return null;
  return of.version === 8 ? oldChecksumOfSql(file.bytes, splitSettings(change)) : sqlChecksum(text, change, of);
}

function rowsChecksum(change: Node, of: Of): string | null {
  const file = readNamed(valueOf(change, "file"), change, of);
  if (file === null) return null;
  const rows = checksumOfBytes(rowsThatCount(file.bytes, valueOf(change, "commentLineStartsWith") ?? "#"), of.version);
  return checksumOfText(`${valueOf(change, "tableName") ?? "null"}:${rows}`, of.version);
}

/** A view or procedure: its attributes, and its SQL apart; in version 8 one or the other. */
function bodyChecksum(change: Node, { body, ...of }: Of & { readonly body: string | null }): string | null {
  const path = valueOf(change, "path");
  const file = readNamed(path, change, of);
  // Whatever `encoding` says, the sum takes the file for UTF-8 (`PropertyExpandingStream`).
  const text = file === null ? null : file.bytes.toString("utf8");
  if (path !== null && text === null) return null;
  if (of.version === 8) return file === null ? plainChecksum(change, 8) : oldBodyChecksum(file.bytes, change);
  const attributes = plainChecksum(change, 9);
  const sql = text === null ? (body ?? "") : of.changeSet.expand(text);
  return checksumOfText(`${attributes}:${checksumOfSql(sql)}`, 9);
}

function oldBodyChecksum(bytes: Uint8Array, change: Node): string {
  const plain = { endDelimiter: ";", splitStatements: false, stripComments: false };
  const body = oldChecksumOfSql(bytes, plain);
  return checksumOfText(`${plainChecksum(change, 8)}:${body}`, 8);
}
