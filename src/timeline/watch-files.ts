import { resetShadow } from "../apply/execute-script.ts";
import type { RunnableMigration } from "../apply/runnable.ts";
import { objectPath, objectText } from "../export/git/object-file.ts";
import { addressKey, type CatalogObject, type CatalogSlice } from "../model/catalog.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import { makeStatements, type DefinitionTerms } from "./definitions.ts";
import { excludedTables, rehearse, runUpTo, termsOf, type Rehearsal, type RehearsalRequest } from "./rehearsal.ts";
import { startWatch, type Watched } from "./watch.ts";

/** Texts by path; `null` for files that go. */
export type FileChanges = ReadonlyMap<string, string | null>;

/** Is told what a migration changes, with how many migrations stand then. */
type TellFiles = (count: number, files: FileChanges) => Promise<void>;

interface Watching {
  readonly history: readonly RunnableMigration[];
  readonly from: number;
  /** From this many migrations on, two shadows share the work. */
  readonly apartFrom?: number;
}

const worthTwoShadows = 300;

/**
 * Runs a history on a shadow and tells, for each migration behind the first `from`, in their order, which files of the repository change: its own and those of the objects
 * that it touched. The later half of a long history is run on a second shadow at the same time, where each is a database of its own.
 */
export async function watchFiles(
  request: RehearsalRequest,
  { history, from, apartFrom = worthTwoShadows }: Watching,
  tell: TellFiles,
): Promise<Result<null>> {
  return rehearse(request, async (rehearsal) => {
    const apart = rehearsal.shadow.session.engine.embedded && history.length - from >= apartFrom;
    const split = apart ? from + Math.ceil((history.length - from) / 2) : history.length;
    const later: [number, FileChanges][] = [];
    const keep: TellFiles = (count, files) => Promise.resolve(void later.push([count, files]));
    const [first, second] = await Promise.all([
      watchPart(rehearsal, { request, history: history.slice(0, split), from }, tell),
      apart ? rehearse(request, (other) => watchPart(other, { request, history, from: split }, keep)) : ok(null),
    ]);
    if (first.kind === "failed") return first;
    for (const [count, files] of later) await tell(count, files);
    return second;
  });
}

async function watchPart(
  rehearsal: Rehearsal,
  { request, history, from }: { readonly request: RehearsalRequest; readonly history: readonly RunnableMigration[]; readonly from: number },
  tell: TellFiles,
): Promise<Result<null>> {
  const { session } = rehearsal.shadow;
  const failure = await runUpTo(rehearsal, history.slice(0, from));
  if (failure !== null) return failed(failure);
  await resetShadow(session);
  const terms = await termsOf(session);
  const { resetBetween } = request.runnable.plan.surroundings;
  const watch = await startWatch(session, { resetBetween, ...excludedTables(request.runnable) });
  for (const [index, migration] of history.entries()) {
    if (index < from) continue;
    const watched = await watch.run(migration);
    if ("kind" in watched) return failed(watched);
    await tell(index + 1, new Map([...schemaFiles(watched, terms), ...migrationFiles(migration)]));
  }
  return ok(null);
}

function migrationFiles({ plan, upText, downText, saving }: RunnableMigration): readonly (readonly [string, string])[] {
  const folder = `migrations/${plan.folder}`;
  const saved = [...(saving?.texts ?? [])].map(([name, text]) => [`${folder}/${name}`, text] as const);
  return [[`${folder}/up.sql`, upText], ...(downText === null ? [] : [[`${folder}/down.sql`, downText] as const]), ...saved];
}

/** The files of the objects that a migration touched; `null` for those that go. */
function schemaFiles({ before, after }: Watched, terms: DefinitionTerms): ReadonlyMap<string, string | null> {
  const files = new Map<string, string | null>();
  for (const object of before.values()) if (hasFile(object)) files.set(objectPath(object), null);
  for (const object of after.values()) {
    if (!hasFile(object)) continue;
    const text = objectText(makeStatements(only(object), terms));
    if (text !== "") files.set(objectPath(object), text);
  }
  return files;
}

function only(object: CatalogObject): CatalogSlice {
  return new Map([[addressKey(object.address), object]]);
}

/** What comes with a column or an extension is written there, and what is the server's or the database's is no part of the schema. */
function hasFile({ kind, facts }: CatalogObject): boolean {
  const partOfColumn = facts.kind === "sequence" && facts.identity;
  return !partOfColumn && facts.extension === null && kind !== "database" && kind !== "tablespace" && kind !== "parameter";
}
