import type { EdgeCase } from "../model/edge-case.ts";
import { upScript } from "./migration-content.ts";
import type { Prepared, RecordContext } from "./record.ts";
import { formatUtc, parseUtc } from "./utc.ts";
import { toJson, writeRows } from "./write.ts";

/** What a choice means in the extension's words. */
function reviewStatus({ decision }: EdgeCase): "PENDING" | "APPROVED" | "REJECTED" | "MODIFIED" {
  if (decision === null) return "PENDING";
  if (decision.choice === "exclude") return "REJECTED";
  return decision.choice === "keep" || decision.choice === "use-suggestion" ? "APPROVED" : "MODIFIED";
}

/**
 * The confidence of each new migration, and the questions of all that were named with what people decided on them. A decision that came or changed
 * since is brought up to date.
 */
export async function writeDecisions(context: RecordContext, prepared: readonly Prepared[]): Promise<number> {
  const { session, store, tool, plan, programVersion } = context;
  let rows = 0;
  const optional = (table: "ai_decisions" | "ai_edge_cases"): boolean => store.kind === "own" || store.optional.has(table);
  if (optional("ai_decisions")) {
    rows += await writeRows(
      session,
      `insert into pggit.ai_decisions (migration_id, original_content, ai_response, confidence, model_version, created_at)
       select v.version, v.up, v.response, v.confidence, v.model, now() at time zone 'UTC'
       from json_to_recordset($1::json) as v(version text, up text, response text, confidence numeric, model text, ordinality bigint)
       order by v.ordinality returning 1`,
      prepared.map(({ version, migration }) => ({
        version,
        up: upScript(migration),
        response: JSON.stringify(migration.understanding),
        confidence: migration.understanding.confidence,
        model: `pggit-migrate-rules/${programVersion}`,
      })),
    );
  }
  const named = new Set(context.facts.map(({ id }) => id));
  const concerned = plan.edgeCases.filter(({ migration }) => migration === null || named.has(migration));
  if (!optional("ai_edge_cases") || concerned.length === 0) return rows;
  const values = concerned.map((edge) => {
    const decidedAt = edge.decision?.at ?? null;
    const at = decidedAt === null ? null : parseUtc(decidedAt);
    return {
      edge: edge.id,
      tool,
      migration: edge.migration === null ? null : `${tool}:${edge.migration}`,
      kind: edge.kind,
      text: edge.source?.text ?? edge.question,
      suggestion: edge.suggestion?.sql ?? edge.suggestion?.text ?? null,
      confidence: edge.confidence,
      risk: edge.risk,
      status: reviewStatus(edge),
      notes:
        edge.decision === null
          ? null
          : [edge.decision.choice, edge.decision.by, edge.decision.reason].filter((part) => part !== null).join(" · "),
      at: at === null ? null : formatUtc(at),
      changed: reviewStatus(edge) === "MODIFIED" || reviewStatus(edge) === "REJECTED",
    };
  });
  const columns = `v(edge text, tool text, migration text, kind text, text text, suggestion text, confidence numeric, risk text, status text, notes text, at timestamp, changed boolean)`;
  rows += await writeRows(
    session,
    `update pggit.ai_edge_cases e set review_status = v.status, reviewer_notes = v.notes, reviewed_at = v.at
     from json_to_recordset($1::json) as ${columns} join pggit_migrate.edge_cases k on k.tool = v.tool and k.edge_case = v.edge
     where e.id = k.row_id and (e.review_status, e.reviewer_notes, e.reviewed_at) is distinct from (v.status, v.notes, v.at) returning 1`,
    values,
  );
  const fresh = await session.rows<{ edge: string; id: number }>(
    `select v.edge, nextval(pg_get_serial_sequence('pggit.ai_edge_cases', 'id'))::integer as id from json_to_recordset($1::json) as ${columns}
     where not exists (select from pggit_migrate.edge_cases k where k.tool = v.tool and k.edge_case = v.edge)`,
    [toJson(values)],
  );
  const ids = new Map(fresh.map(({ edge, id }) => [edge, id]));
  const added = values.flatMap((value) => {
    const id = ids.get(value.edge);
    return id === undefined ? [] : [{ ...value, id }];
  });
  rows += await writeRows(
    session,
    `insert into pggit.ai_edge_cases (id, migration_id, case_type, original_content, ai_suggestion, confidence, risk_level, review_status, reviewer_notes, reviewed_at, created_at)
     select v.id, v.migration, v.kind, v.text, v.suggestion, v.confidence, v.risk, v.status, v.notes, v.at, now() at time zone 'UTC'
     from json_to_recordset($1::json) as ${columns.replace("v(", "v(id integer, ")} returning 1`,
    added,
  );
  rows += await writeRows(
    session,
    `insert into pggit_migrate.edge_cases (tool, edge_case, row_id) select v.tool, v.edge, v.id
     from json_to_recordset($1::json) as v(tool text, edge text, id integer) returning 1`,
    added,
  );
  if (!optional("ai_decisions")) return rows;
  return (
    rows +
    (await writeRows(
      session,
      `update pggit.ai_decisions d set human_override = v.changed, override_reason = v.notes
       from (select migration, bool_or(changed) as changed, string_agg(notes, '; ') filter (where changed) as notes
             from json_to_recordset($1::json) as ${columns} group by migration) v
       where d.migration_id = v.migration and d.model_version like 'pggit-migrate-rules/%'
         and (d.human_override, d.override_reason) is distinct from (v.changed, v.notes) returning 1`,
      values,
    ))
  );
}
