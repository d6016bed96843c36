import { createHash } from "node:crypto";

/** The versions that Liquibase computes today: 9 since 4.22, 8 since 3.5. */
export type ChecksumVersion = 8 | 9;

/** A sum as Liquibase writes it (`CheckSum.toString`). */
export function checksumOfBytes(bytes: Uint8Array, version: ChecksumVersion): string {
  return `${version}:${createHash("md5").update(bytes).digest("hex")}`;
}

/** `CheckSum.compute(String)`. */
export function checksumOfText(text: string, version: ChecksumVersion): string {
  const normal = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replaceAll("\uFFFD", "").normalize("NFC");
  return checksumOfBytes(Buffer.from(normal), version);
}

/** How SQL is cut; the sums of version 8 count it. */
export interface OldSqlSettings {
  readonly endDelimiter: string | null;
  readonly splitStatements: boolean;
  readonly stripComments: boolean;
}

/** SQL without any white space (`AbstractSQLChange.NormalizingStream`). */
export function checksumOfSql(sql: string): string {
  return checksumOfBytes(Buffer.from(sql.replaceAll(/[ \n\r\t]+/g, "")), 9);
}

/** SQL with its settings before it and single blanks, byte by byte whatever its encoding (`NormalizingStreamV8`). */
export function oldChecksumOfSql(sql: Uint8Array, { endDelimiter, splitStatements, stripComments }: OldSqlSettings): string {
  const text = Buffer.from(sql).toString("latin1");
  const blanks = text.replaceAll(/[ \n\r\t]+/g, " ").replace(/^ | $/g, "");
  const before = Buffer.from(`${endDelimiter ?? "null"}:${splitStatements}:${stripComments}:`);
  return checksumOfBytes(Buffer.concat([before, Buffer.from(blanks, "latin1")]), 8);
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** A file of rows without comments and empty lines (`EmptyLineAndCommentSkippingInputStream`, read byte by byte as Liquibase reads it). */
export function rowsThatCount(bytes: Uint8Array, comment: string): Uint8Array {
  const mark = comment === "" ? null : comment.charCodeAt(0);
  const kept: number[] = [];
  let at = 0;
  let last = -1;
  const next = (): number => bytes[at++] ?? -1;
  const skipComment = (): number => {
    let byte = next();
    while (byte !== lineFeed && byte !== carriageReturn && byte > 0) byte = next();
    return byte;
  };
  const read = (before: number, remember: boolean): number => {
    for (let previous = before, keeps = remember; ; previous = last, keeps = true) {
      let byte = next();
      if (byte === mark && (previous === lineFeed || previous < 0)) byte = skipComment();
      if (byte < 0) return byte;
      if (byte === carriageReturn || (byte === lineFeed && (previous === lineFeed || previous < 0))) continue;
      if (byte === lineFeed && endsAfter()) return -1;
      if (keeps) last = byte;
      return byte;
    }
  };
  // The last line feed does not count.
  const endsAfter = (): boolean => {
    const here = at;
    const ends = read(lineFeed, false) < 0;
    at = here;
    return ends;
  };
  for (let byte = read(last, true); byte >= 0; byte = read(last, true)) kept.push(byte);
  return Uint8Array.from(kept);
}
