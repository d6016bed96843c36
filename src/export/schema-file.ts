import { objectKey, type ObjectRef } from "../model/object.ts";
import type { Plan } from "../model/plan.ts";
import type { Squash } from "../model/squash.ts";
import { secretVariables } from "../sql/secrets.ts";
import { classifyStatement } from "../sql/statement.ts";
import { renderStatement } from "./migration-file.ts";

/**
 * The text of `schema.sql`: the squashed statements in order, each object's first statement under its version. Runs with
 * `psql -1 -f` on an empty database, so it holds no transaction control of its own.
 */
export function renderSchema(squash: Squash, plan: Pick<Plan, "source" | "engine" | "contentId" | "summary">): string {
  const variables = new Set<string>();
  const seen = new Set<string>();
  const body = squash.statements.map((statement) => {
    const safe = secretVariables(statement.sql);
    for (const name of safe.names) variables.add(name);
    const created = createdObject(statement.sql);
    const isFirst = created !== null && !seen.has(objectKey(created));
    if (created !== null) seen.add(objectKey(created));
    const version = isFirst ? `-- Version: ${displayName(created)}:1.0.0\n` : "";
    return `${version}${renderStatement({ sql: safe.sql, data: statement.data })}`;
  });
  const verdict = squash.proof.proven
    ? `proven equal to the history on ${squash.proof.engine}${seedRows(squash.proof.rows)}`
    : "NOT proven equal to the history: see squash.proof in the plan";
  const migrations = plan.source.migrations === 1 ? "1 migration" : `${plan.source.migrations} migrations`;
  const head = [
    `-- The history of ${plan.source.location === "." ? "the given folder" : plan.source.location} (${migrations}), squashed;`,
    `-- ${verdict}.`,
    `-- Schema version ${plan.summary.version}. Run on an empty database: psql -1 -f schema.sql`,
    ...[...variables].sort().map((name) => `-- pggit: variable ${name}`),
  ];
  return `${head.join("\n")}\n\n${body.join("\n\n")}${body.length === 0 ? "" : "\n"}`;
}

function seedRows(rows: number): string {
  return rows === 0 ? "" : rows === 1 ? ", its seed row included" : `, ${rows} seed rows included`;
}

function createdObject(sql: string): ObjectRef | null {
  const [change] = classifyStatement(sql);
  // An index may leave its name to PostgreSQL.
  return change !== undefined && change.kind.startsWith("create-") && change.object?.name !== "" ? change.object : null;
}

function displayName(object: ObjectRef): string {
  const schema = object.schema === null || object.schema === "public" ? "" : `${object.schema}.`;
  return `${schema}${object.name}`;
}
