import type { ObjectChanges } from "./object-states.ts";
import type { ObjectLine } from "./object-lines.ts";
import type { Prepared, RecordContext } from "./record.ts";
import { formatUtc, parseUtc } from "./utc.ts";
import { writeRows } from "./write.ts";

interface Commits {
  readonly prepared: readonly Prepared[];
  readonly lines: readonly ObjectLine[];
  readonly trees: ObjectChanges["trees"];
}

/** One commit per migration. What the extension's object types have no word for (extensions, policies, statistics, …) stands in its metadata. */
export async function writeCommits(context: RecordContext, { prepared, lines, trees }: Commits): Promise<number> {
  const unnamed = new Map<string, unknown[]>();
  for (const line of lines) {
    if (line.type !== null) continue;
    for (const { migration, schema, name, version, reason } of line.steps) {
      unnamed.set(migration, [...(unnamed.get(migration) ?? []), { kind: line.kind, schema, name, version, reason }]);
    }
  }
  const { session, tool, plan } = context;
  const rows = prepared.map(({ id, branch, hash, parent, at, content, fact, migration }) => ({
    hash,
    branch,
    parent,
    message: migration.name === id ? id : `${id}: ${migration.name}`,
    author: migration.author ?? fact.appliedBy,
    authored_at: formatUtc((migration.date === null ? null : parseUtc(migration.date)) ?? at),
    committed_at: formatUtc(at),
    tree: trees.get(hash)?.tree ?? null,
    objects: trees.get(hash)?.objects ?? {},
    metadata: {
      pggit: { content, how: fact.how, tool },
      source: {
        tool,
        version: plan.source.toolVersion,
        script: migration.files[0]?.path ?? null,
        checksum: migration.checksum,
        history: fact.source,
      },
      intent: migration.understanding.intent,
      confidence: migration.understanding.confidence,
      semantic_version: migration.understanding.semantic_version,
      rollback: migration.rollback.status,
      other_objects: unnamed.get(id) ?? [],
    },
  }));
  return await writeRows(
    session,
    `insert into pggit.commits (hash, branch_id, parent_commit_hash, message, author, authored_at, committer, committed_at, tree_hash, object_hashes, metadata)
     select c.hash, b.id, c.parent, c.message, c.author, c.authored_at, 'pggit-migrate', c.committed_at, c.tree, c.objects, c.metadata
     from json_to_recordset($1::json) as c(hash text, branch text, parent text, message text, author text, authored_at timestamp,
       committed_at timestamp, tree text, objects jsonb, metadata jsonb, ordinality bigint)
     join pggit.branches b on b.name = c.branch order by c.ordinality returning 1`,
    rows,
  );
}
