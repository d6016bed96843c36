import { createHash } from "node:crypto";
import type { DataReference } from "../model/plan.ts";

/** Statements longer than this are data for a machine, not text for a reader. In characters. */
const longestShown = 20_000;
const shownOfLong = 400;

/** COPY lines by hash, size and number. */
export function referToCopyData(data: string): DataReference {
  const lines = data === "" ? 0 : data.split("\n").length - (data.endsWith("\n") ? 1 : 0);
  return { sha256: sha256(data), bytes: Buffer.byteLength(data), rows: lines };
}

/** A statement as the plan shows it: whole, or its beginning and a reference to the rest where it is bulk data. `rows` as PostgreSQL counted. */
export function referToLongStatement(sql: string, rows: number | null): { readonly sql: string; readonly data: DataReference | null } {
  if (sql.length <= longestShown) return { sql, data: null };
  return {
    sql: `${sql.slice(0, shownOfLong)} …`,
    data: { sha256: sha256(sql), bytes: Buffer.byteLength(sql), rows: rows ?? 0 },
  };
}

/** A statement of a way back as the plan shows it: whole, or its beginning with size and hash of the whole, by which `down.sql` is checked to its end. */
export function referToWayBack(sql: string): string {
  const { sql: shown, data } = referToLongStatement(sql, null);
  return data === null ? sql : `${shown} -- ${data.bytes} bytes, SHA-256 ${data.sha256}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
