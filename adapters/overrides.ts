import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../src/model/failure.ts";
import type { Migration, MigrationFile, Step } from "../src/model/history.ts";
import { resolveInside } from "../src/sql/psql/source-text.ts";
import { placeStatements } from "../src/sql/place-statements.ts";

interface Override {
  readonly file: MigrationFile;
  steps(): AsyncGenerator<Step>;
}

function openOverride(root: string, path: string, role: MigrationFile["role"]): Result<Override | null> {
  if (!existsSync(join(root, path))) return ok(null);
  const inside = resolveInside(root, path);
  if (inside.kind === "failed") return inside;
  const bytes = readFileSync(inside.value);
  return ok({
    file: { path, role, sha256: createHash("sha256").update(bytes).digest("hex") },
    async *steps() {
      for (const statement of placeStatements(bytes.toString("utf8"), { file: path, line: 1 })) yield { kind: "statement", ...statement };
    },
  });
}

/** A migration whose SQL a person gave: `overrides/NAME.up.sql` and `overrides/NAME.down.sql` stand in the place of its program, `NAME` being its version or what the tool calls it by. Fails where they are links out of the project. */
export function withOverride(migration: Migration, root: string, name: string | null = migration.version): Result<Migration> {
  const ways = (["up", "down"] as const).map((role) => openOverride(root, `overrides/${name}.${role}.sql`, role));
  const failures = ways.flatMap((each) => (each.kind === "failed" ? each.failures : []));
  if (failures.length > 0) return failed(...failures);
  const [up = null, down = null] = ways.map((each) => (each.kind === "ok" ? each.value : null));
  if (up === null && down === null) return ok(migration);
  const { downOrigin, ...rest } = migration;
  return ok({
    ...rest,
    files: [...migration.files, ...[up, down].flatMap((each) => (each === null ? [] : [each.file]))],
    ...(up === null ? {} : { up: () => up.steps(), observed: () => ({ findings: [], edgeCases: [] }) }),
    ...(down === null ? (downOrigin === undefined ? {} : { downOrigin }) : { down: () => down.steps() }),
  });
}
