import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** One numbered file of our DDL. Those below 100 make `pggit`, the others `pggit_migrate`. */
export interface SchemaFile {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
}

const folder = new URL("./sql/", import.meta.url);

/** The first number that makes `pggit_migrate`. */
export const firstOwnFile = 100;

/** All files in the order in which they are run. */
export function readSchemaFiles(): readonly SchemaFile[] {
  return readdirSync(folder)
    .filter((name) => /^\d{3}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, folder), "utf8");
      return { number: Number(name.slice(0, 3)), name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
    });
}
