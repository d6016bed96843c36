import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import type { Session } from "../database/session.ts";
import type { Store } from "./store.ts";

const schemaFile = 104;

/** Characters that a plan with its files may have to be kept in a database. */
const mostCharacters = 100_000_000;

/** A plan with the files beside it, by their paths. */
export interface KeptPlan {
  readonly tool: string;
  readonly contentId: string;
  readonly decisionsId: string;
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Keeps a plan with the record, in the place of an older one of its tool, within the caller's transaction; what is kept already is not written again. One of more than
 * 100 million characters is not kept: gives `too-large`, and an older one goes.
 */
export async function keepPlan(
  session: Session,
  { tool, contentId, decisionsId }: Omit<KeptPlan, "files">,
  files: () => KeptPlan["files"],
): Promise<"kept" | "too-large"> {
  const [known] = await session.rows<{ same: boolean }>(
    "select plan_content_id = $2 and plan_decisions_id = $3 as same from pggit_migrate.plans where tool = $1",
    [tool, contentId, decisionsId],
  );
  if (known?.same === true) return "kept";
  await session.rows("delete from pggit_migrate.plans where tool = $1", [tool]);
  const texts = files();
  let characters = 0;
  for (const text of texts.values()) characters += text.length;
  if (characters > mostCharacters) return "too-large";
  await session.rows("insert into pggit_migrate.plans (tool, plan_content_id, plan_decisions_id, files) values ($1, $2, $3, $4)", [
    tool,
    contentId,
    decisionsId,
    gzipSync(JSON.stringify(Object.fromEntries(texts))),
  ]);
  return "kept";
}

const filesSchema = z.record(z.string(), z.string());

/** The plans that the record keeps, one a tool at most; the newest first. Reads only. */
export async function readKeptPlans(session: Session, store: Store): Promise<readonly KeptPlan[]> {
  if (store.kind === "none" || store.missing.includes(schemaFile)) return [];
  const rows = await session.rows<{ tool: string; content: string; decisions: string; files: string }>(
    `select tool, plan_content_id as content, plan_decisions_id as decisions, encode(files, 'base64') as files from pggit_migrate.plans order by kept_at desc`,
  );
  return rows.map(({ tool, content, decisions, files }) => {
    const texts = filesSchema.parse(JSON.parse(gunzipSync(Buffer.from(files, "base64")).toString("utf8")));
    return { tool, contentId: content, decisionsId: decisions, files: new Map(Object.entries(texts)) };
  });
}
