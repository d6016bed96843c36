import { compareStates, extractState, type SchemaState } from "../catalog/pg-delta.ts";
import { withoutCatalogReader } from "../catalog/install.ts";
import type { ReaderOptions } from "../catalog/reader.ts";
import { compareSnapshots } from "../catalog/snapshot/compare.ts";
import { type CatalogSnapshot, readWholeCatalog } from "../catalog/snapshot/read.ts";
import { type Shadow, StatementError } from "../database/session.ts";
import type { CatalogDifference } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { restoresRows, type Rollback, type RollbackStatement } from "../model/rollback.ts";
import { transactionControl } from "../replay/transaction.ts";
import { withoutConcurrently } from "../sql/concurrently.ts";
import { parseStatement } from "../sql/statement.ts";

/** One migration of the chain with its way back. */
export interface ChainLink {
  readonly migration: string;
  readonly rollback: Rollback;
  /** Identities of the objects that it touched, as they were and as they became. */
  readonly touched: ReadonlySet<string>;
  /** Objects that stood under another identity before it: that of after it → that of before. */
  readonly renamed?: ReadonlyMap<string, string>;
  /** Roles that the replay had to make for it; they stay. */
  readonly assumedRoles?: readonly string[];
}

/** The whole catalog as both judges saw it after the first `links` migrations had run. */
export interface Checkpoint {
  readonly links: number;
  readonly snapshot: CatalogSnapshot;
  readonly state: SchemaState;
}

/** What walking all ways back from the head showed. */
export interface ChainProof {
  /** Migrations that were gone back, from the head. */
  readonly walked: number;
  /** Where the chain could not go on: a migration without any way back, or one whose way back failed from the head. */
  readonly stoppedAt: { readonly migration: string; readonly reason: string } | null;
  /** Migrations whose rows cannot come back: the chain went past them by what turns their definitions back; rows below are not compared. */
  readonly passed: readonly string[];
  /** The walk ended at the beginning, or where it was to end, and both judges found there what they had found on the way up, and nothing else on the way. */
  readonly reachedEnd: boolean;
  /** Checkpoints at which the catalog was compared, as numbers of migrations that stood. */
  readonly compared: readonly number[];
  /** Migrations whose rollback is not believed any more, with the differences that a whole-catalog judge found. */
  readonly doubts: ReadonlyMap<string, readonly CatalogDifference[]>;
  /** Differences that no migration of the stretch is known to have touched. */
  readonly unexplained: readonly CatalogDifference[];
}

/** What the chain runs on: the shadow at the head, outside of any transaction. It is at the start afterwards, and no reader knows. */
export interface ChainContext {
  readonly shadow: Shadow;
  readonly resetBetween: readonly string[];
  readonly excludeFromReads: ReaderOptions["excludeFromReads"];
}

/** The link of a replayed and proven migration: all that the chain needs to keep of it. */
export function chainLink(replay: MigrationReplay, rollback: Rollback): ChainLink {
  const touched = new Set<string>();
  for (const slice of [replay.before, replay.after]) for (const { identity } of slice.values()) touched.add(identity);
  const renamed = new Map<string, string>();
  for (const [key, { identity }] of replay.after) {
    const before = replay.before.get(key)?.identity ?? identity;
    if (before !== identity) renamed.set(identity, before);
  }
  return { migration: replay.migration.id, rollback, touched, renamed, assumedRoles: replay.assumedRoles ?? [] };
}

/** Which numbers of migrations to take a checkpoint at: the start, the middle of a long history, the head. Each costs in proportion to the schema. */
export function checkpointPositions(migrations: number): readonly number[] {
  return migrations >= 40 ? [0, middleOf(migrations), migrations] : [...new Set([0, migrations])];
}

/** A little behind the middle: where a second shadow can begin so that it ends together with the first, for it must get there before. */
export function middleOf(migrations: number): number {
  return Math.floor(migrations * 0.55);
}

/** Reads the whole catalog with both judges. Outside of any transaction; about a second at 3,600 relations. */
export async function takeCheckpoint(links: number, context: ChainContext): Promise<Checkpoint> {
  const options = { excludeFromReads: context.excludeFromReads };
  return { links, snapshot: await readWholeCatalog(context.shadow.session, options), state: await extractState(context.shadow, options) };
}

/**
 * Goes back from the head by every chosen rollback, in reverse, and lets the whole-catalog judges compare at each checkpoint and at the
 * start. Where a judge finds a difference that the proof of one migration did not see, the proof was wrong: every migration of the stretch
 * that touched the object is named. An irreversible migration is passed by what turns its definitions back; one without even that ends the walk.
 * `downTo`: how many migrations are left standing; there must be a checkpoint there.
 */
export async function proveChain(
  links: readonly ChainLink[],
  checkpoints: readonly Checkpoint[],
  context: ChainContext,
  downTo = 0,
): Promise<ChainProof> {
  const doubts = new Map<string, CatalogDifference[]>();
  const unexplained: CatalogDifference[] = [];
  const passed: string[] = [];
  const compared: number[] = [];
  let reordered = new Set<string>();
  const known = new Set<string>();
  const roles = links.flatMap(({ assumedRoles }) => assumedRoles ?? []);
  let upper = links.length;
  let stoppedAt: ChainProof["stoppedAt"] = null;
  let at = links.length;

  const judge = async (checkpoint: Checkpoint): Promise<void> => {
    compared.push(checkpoint.links);
    const found = await takeCheckpoint(checkpoint.links, context);
    const differences = [...compareSnapshots(checkpoint.snapshot, found.snapshot), ...compareStates(checkpoint.state, found.state)];
    const stretch = links.slice(checkpoint.links, upper);
    for (const view of viewsOverReordered(differences, reordered)) reordered.add(view);
    for (const difference of differences) {
      const key = `${difference.identity} ${difference.aspect}`;
      // A difference that was there at a checkpoint above is no news below.
      if (known.has(key) || isExpected(difference, { reordered, rowsLeft: passed.length > 0, roles })) continue;
      known.add(key);
      const suspects = stretch.filter(({ touched }) => touches(touched, difference.identity));
      if (suspects.length === 0) unexplained.push(difference);
      for (const { migration } of suspects) doubts.set(migration, [...(doubts.get(migration) ?? []), difference]);
    }
    upper = checkpoint.links;
  };

  const byLinks = new Map(checkpoints.map((checkpoint) => [checkpoint.links, checkpoint]));
  while (at > downTo && stoppedAt === null) {
    const steps = nextSteps({ links, at, stops: byLinks });
    const [first] = steps;
    if (first === undefined) {
      const link = links[at - 1];
      stoppedAt = { migration: link?.migration ?? "", reason: link?.rollback.reason ?? "it has no way back" };
      break;
    }
    const { done, error } = await withoutCatalogReader(context.shadow.session, () => goBack(steps, context));
    for (const { link } of steps.slice(0, error === null ? done : done + 1)) {
      if (!restoresRows(link.rollback)) passed.push(link.migration);
      reordered = new Set([...reordered].map((name) => link.renamed?.get(name) ?? name));
      for (const { table, what } of link.rollback.upLoses) if (table !== null && what.startsWith("column order")) reordered.add(table);
    }
    at -= done;
    const failed = error === null ? undefined : steps[done]?.link;
    if (failed !== undefined) {
      stoppedAt = { migration: failed.migration, reason: `its way back fails from the head: ${error}` };
      if (passed.length === 0)
        doubts.set(failed.migration, [...(doubts.get(failed.migration) ?? []), failureDifference(failed, error ?? "")]);
      break;
    }
    const checkpoint = byLinks.get(at);
    if (checkpoint !== undefined) await judge(checkpoint);
  }
  const complete = stoppedAt === null && compared.includes(downTo);
  return {
    walked: links.length - at,
    stoppedAt,
    passed,
    reachedEnd: complete && doubts.size === 0 && unexplained.length === 0,
    compared,
    doubts,
    unexplained,
  };
}

/** A rollback that a whole-catalog judge contradicted. */
export function doubtRollback(rollback: Rollback, differences: readonly CatalogDifference[]): Rollback {
  const [first] = differences;
  const proofs = rollback.proofs.map((proof, at) => (at === 0 ? { ...proof, differences: [...proof.differences, ...differences] } : proof));
  const what = first === undefined ? "a difference" : `${first.identity}: ${first.aspect}`;
  return {
    ...rollback,
    status: "unproven",
    origin: null,
    statements: [],
    check: null,
    reason: `going back from the head by it and its neighbours left the catalog different (${what})`,
    structural: rollback.statements,
    proofs,
  };
}

/** One way back as it is sent. */
interface ChainStep {
  readonly link: ChainLink;
  readonly statements: readonly RollbackStatement[];
}

/** Ways back that are sent in one message, at most. */
const MOST_STEPS = 32;

/** The next ways back from `at` down to the next checkpoint; none where the migration at hand has not even a structural one. */
function nextSteps({
  links,
  at,
  stops,
}: {
  readonly links: readonly ChainLink[];
  readonly at: number;
  readonly stops: ReadonlyMap<number, unknown>;
}): readonly ChainStep[] {
  const steps: ChainStep[] = [];
  for (let place = at; place > 0 && steps.length < MOST_STEPS; place--) {
    const link = links[place - 1];
    const statements = link?.rollback.origin === null ? link.rollback.structural : link?.rollback.statements;
    if (link === undefined || statements === undefined) break;
    steps.push({ link, statements });
    if (stops.has(place - 1)) break;
  }
  return steps;
}

/** Runs ways back, each in a transaction of its own; says how many stand, and the error that stopped the next. */
async function goBack(
  steps: readonly ChainStep[],
  { shadow, resetBetween }: Pick<ChainContext, "shadow" | "resetBetween">,
): Promise<{ readonly done: number; readonly error: string | null }> {
  const texts = steps.map(({ link, statements }) => transactionOf(statements, link.rollback.origin === "authored" ? resetBetween : null));
  try {
    await shadow.session.run(texts.join(";\n"));
    return { done: steps.length, error: null };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await shadow.session.run("ROLLBACK");
    const done = error.results.filter(({ command }) => command === "COMMIT").length;
    // What the parser refuses keeps all of the message from running: the first step by itself shows whether it is the one.
    if (done === 0 && steps.length > 1) return goBack(steps.slice(0, 1), { shadow, resetBetween });
    return { done, error: `${error.error.message} (SQLSTATE ${error.error.code})` };
  }
}

/** `resetBetween`: what the tool sends before a script of its own. */
function transactionOf(statements: readonly RollbackStatement[], resetBetween: readonly string[] | null): string {
  const runnable = statements.flatMap(({ sql, transactional }) => {
    const text = transactional ? sql : withoutConcurrently(sql);
    const parsed = parseStatement(text);
    return transactionControl(parsed) !== null || !parsed.transactional ? [] : [text];
  });
  const settings = resetBetween === null ? [] : ["RESET ROLE", ...resetBetween.filter((sql) => parseStatement(sql).transactional)];
  return ["BEGIN", ...settings, ...runnable, "COMMIT"].join("\n;\n");
}

function failureDifference({ migration }: ChainLink, error: string): CatalogDifference {
  return { identity: migration, kind: "catalog-row", what: "different", aspect: "execution", expected: "runs", found: error };
}

/** `pg_attribute public.t.c`: the catalog, then the name of the row, which begins with the object's. pg-delta writes the identity in its own way. */
function touches(touched: ReadonlySet<string>, identity: string): boolean {
  for (const name of touched) {
    const bare = name.replace(/\(.*$/, "");
    if (containsName(identity, bare)) return true;
  }
  return false;
}

function containsName(identity: string, name: string): boolean {
  const at = identity.indexOf(name);
  if (at === -1) return false;
  const before = identity[at - 1];
  const after = identity[at + name.length];
  return (before === undefined || !/[\w"]/.test(before)) && (after === undefined || !/[\w"]/.test(after));
}

/**
 * Views that a way back makes again by `SELECT *` over a table whose columns are back in another order: the same words in another order.
 * Views over such views too.
 */
function viewsOverReordered(differences: readonly CatalogDifference[], reordered: ReadonlySet<string>): readonly string[] {
  const found: string[] = [];
  for (let grown = true; grown;) {
    grown = false;
    for (const { identity, aspect, expected, found: now } of differences) {
      const view = aspect === "ev_action" ? /^pg_rewrite (.*)\._RETURN$/.exec(identity)?.[1] : undefined;
      if (view === undefined || found.includes(view) || expected === null || now === null || words(expected) !== words(now)) continue;
      if (![...reordered, ...found].some((name) => containsName(expected, name))) continue;
      found.push(view);
      grown = true;
    }
  }
  return found;
}

function words(text: string): string {
  return text
    .split(/[\s,;]+/)
    .sort()
    .join(" ");
}

interface KnownRemains {
  readonly reordered: ReadonlySet<string>;
  readonly rowsLeft: boolean;
  readonly roles: readonly string[];
}

/** What a lossy or irreversible way back is known to leave: columns in another order, positions of sequences under rows that stayed; and assumed roles. */
function isExpected({ identity, aspect }: CatalogDifference, { reordered, rowsLeft, roles }: KnownRemains): boolean {
  if (rowsLeft && identity.startsWith("pg_sequence") && aspect === "position") return true;
  if (/^(?:pg_authid|pg_auth_members|role|membership)\b/.test(identity) && roles.some((role) => containsName(identity, role))) return true;
  return [...reordered].some((table) => containsName(identity, table) || containsName(identity, table.replace(/^.*?\./, "")));
}
