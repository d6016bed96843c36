import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Migration, MigrationFile, Step } from "../../src/model/history.ts";
import { placeStatements } from "./statements.ts";

interface Override {
  readonly file: MigrationFile;
  steps(): AsyncGenerator<Step>;
}

function openOverride(root: string, path: string, role: MigrationFile["role"]): Override | null {
  if (!existsSync(join(root, path))) return null;
  const bytes = readFileSync(join(root, path));
  return {
    file: { path, role, sha256: createHash("sha256").update(bytes).digest("hex") },
    async *steps() {
      for (const statement of placeStatements(bytes.toString("utf8"), { file: path, line: 1 })) yield { kind: "statement", ...statement };
    },
  };
}

/** A migration whose SQL a person gave: `overrides/VERSION.up.sql` and `overrides/VERSION.down.sql` stand in the place of its Ruby. */
export function withOverride(migration: Migration, root: string): Migration {
  const up = openOverride(root, `overrides/${migration.version}.up.sql`, "up");
  const down = openOverride(root, `overrides/${migration.version}.down.sql`, "down");
  if (up === null && down === null) return migration;
  const { downOrigin, observed, ...rest } = migration;
  return {
    ...rest,
    files: [...migration.files, ...[up, down].flatMap((each) => (each === null ? [] : [each.file]))],
    ...(up === null ? (observed === undefined ? {} : { observed }) : { up: () => up.steps() }),
    ...(down === null ? (downOrigin === undefined ? {} : { downOrigin }) : { down: () => down.steps() }),
  };
}
