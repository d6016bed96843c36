import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Finding, History, Migration } from "../model/history.ts";
import type { ExecutedStatement, MigrationReplay } from "../model/replay.ts";
import type { Rollback } from "../model/rollback.ts";
import type { Squash } from "../model/squash.ts";
import { namesSecret } from "../sql/secrets.ts";
import { type Answers, noteAnswers, stepsOf, type Steps } from "./answers.ts";
import { type Entries, type EntryTroubles, openEntries } from "./entries.ts";
import { type BaselineSteps, type Conditions, firstKey, nextKey, outcomeKey } from "./keys.ts";

/** Migrations whose results stand in one entry. */
const BLOCK = 64;

/** A migration's results, as they were or as they are remembered. */
export interface ProvenMigration {
  readonly replay: MigrationReplay;
  readonly rollback: Rollback;
}

/** What the history as a whole gave, once all of its migrations were proven. */
export interface ProvenOutcome {
  readonly engine: { readonly version: string; readonly embedded: boolean };
  /** As the walk back from the head left them. */
  readonly rollbacks: readonly Rollback[];
  readonly squash: Squash;
  readonly findings: readonly Finding[];
  readonly questions: readonly EdgeCaseDraft[];
}

/** Results of an earlier run: of each migration that is as it was then, and stands behind the same ones. */
export interface HistoryCache {
  /** From the first migration on. */
  readonly known: readonly ProvenMigration[];
  /** Where all of them are known and nothing else changed. */
  readonly outcome: ProvenOutcome | null;
  /** The same history, noting what its migrations are told. To be replayed in its place. */
  readonly history: History;
  /** Keeps results; given all from the first migration on, again and again as they come. */
  keep(proven: readonly ProvenMigration[]): Promise<void>;
  /**
   * How far a walk back need go where so many migrations are known: from there down an earlier run's walk went to the start, and the whole-catalog judges found
   * nothing. 0 where none did.
   */
  walkedBelow(known: number): number;
  /** Keeps what the whole gave, after `keep` was given all, and whether the walk back ended at the start with nothing found; removes what is old. */
  keepOutcome(outcome: ProvenOutcome, walk: { readonly reachedStart: boolean }): Promise<void>;
}

interface StoredMigration {
  readonly key: string;
  readonly answers: Answers;
  readonly replay: Omit<MigrationReplay, "migration" | "statements"> & { readonly statements: readonly Omit<ExecutedStatement, "step">[] };
  readonly rollback: Rollback;
}

/**
 * Looks up in a folder what of a history is known. A migration is known by its steps: those that it produces now when it is told what it was told then, under the same
 * conditions, behind the same predecessors. Steps that hold a secret are not kept, nor anything behind them.
 */
export async function openHistoryCache(
  history: History,
  { folder, conditions, troubles }: { readonly folder: string; readonly conditions: Conditions; readonly troubles: EntryTroubles },
): Promise<HistoryCache> {
  const entries = openEntries(folder, troubles);
  const keys = [firstKey(history, conditions)];
  const known = await lookUp(history, { entries, keys });
  const noted = history.migrations.map(noteAnswers);
  const whole = async (): Promise<string | null> => {
    const last = keys[history.migrations.length];
    const baselines = await baselineSteps(history);
    return last === undefined || baselines === null ? null : outcomeKey(last, baselines);
  };
  const name = known.length === history.migrations.length ? await whole() : null;
  const walkedName = `walked ${keys[0]}`;
  const walked = new Set((await entries.read(walkedName)) as readonly string[] | null);
  const stored: StoredMigration[] = known.map(({ stored: one }) => one);
  let ended = false;
  let written = known.length;

  const store = async (proven: ProvenMigration, index: number): Promise<StoredMigration | null> => {
    const migration = history.migrations[index];
    const answers = noted[index]?.answers();
    const previous = keys[index];
    if (migration === undefined || answers === undefined || previous === undefined) return null;
    const steps = await stepsOf(migration, answers);
    if (steps === null || holdsSecret(steps) || steps.up.length !== proven.replay.statements.length) return null;
    const key = nextKey(previous, migration, steps);
    keys[index + 1] = key;
    return { key, answers, ...withoutSteps(proven) };
  };
  return {
    known: known.map(({ proven }) => proven),
    outcome: name === null ? null : ((await entries.read(`outcome ${name}`)) as ProvenOutcome | null),
    history: { ...history, migrations: noted.map(({ migration }) => migration) },
    async keep(proven) {
      for (const one of proven.slice(stored.length)) {
        const kept = ended ? null : await store(one, stored.length);
        if (kept === null) ended = true;
        else stored.push(kept);
      }
      const complete = ended || stored.length === history.migrations.length;
      for (let from = written - (written % BLOCK); from < stored.length; from += BLOCK) {
        const block = stored.slice(from, from + BLOCK);
        if (block.length < BLOCK && !complete) break;
        await entries.write(`migrations ${keys[from]}`, block);
        written = from + block.length;
      }
    },
    walkedBelow(count) {
      for (let place = count - (count % BLOCK); place > 0; place -= BLOCK) if (walked.has(keys[place] ?? "")) return place;
      return 0;
    },
    async keepOutcome(outcome, { reachedStart }) {
      const key = await whole();
      if (key !== null && !ended) await entries.write(`outcome ${key}`, outcome);
      if (reachedStart)
        await entries.write(
          walkedName,
          keys.filter((_key, place) => place > 0 && place % BLOCK === 0),
        );
      await entries.tidy();
    },
  };
}

/** Fills `keys` behind each migration that is known. */
async function lookUp(
  history: History,
  { entries, keys }: { readonly entries: Entries; readonly keys: string[] },
): Promise<readonly { readonly proven: ProvenMigration; readonly stored: StoredMigration }[]> {
  const known: { proven: ProvenMigration; stored: StoredMigration }[] = [];
  let block: readonly StoredMigration[] = [];
  for (const [index, migration] of history.migrations.entries()) {
    if (index % BLOCK === 0) block = ((await entries.read(`migrations ${keys[index]}`)) ?? []) as readonly StoredMigration[];
    const stored = block[index % BLOCK];
    const steps = stored === undefined ? null : await stepsOf(migration, stored.answers);
    if (stored === undefined || steps === null || nextKey(keys[index] ?? "", migration, steps) !== stored.key) break;
    keys.push(stored.key);
    known.push({ stored, proven: withSteps(stored, migration, steps) });
  }
  return known;
}

/** `null` where one of them asks the shadow. */
async function baselineSteps(history: History): Promise<readonly BaselineSteps[] | null> {
  const found: BaselineSteps[] = [];
  for (const { id, through, migration } of history.baselines) {
    const steps = await stepsOf(migration, { up: [], down: [], verify: [] });
    if (steps === null) return null;
    found.push({ id, through, steps });
  }
  return found;
}

function withoutSteps({ replay, rollback }: ProvenMigration): Omit<StoredMigration, "key" | "answers"> {
  const { migration: _migration, statements, ...rest } = replay;
  return { replay: { ...rest, statements: statements.map(({ step: _step, ...statement }) => statement) }, rollback };
}

function withSteps({ replay, rollback }: StoredMigration, migration: Migration, steps: Steps): ProvenMigration {
  const statements = replay.statements.map((statement, at) => {
    const step = steps.up[at];
    if (step === undefined) throw new Error(`${migration.id} has fewer steps than were kept under its key`);
    return { ...statement, step };
  });
  return { replay: { ...replay, migration, statements }, rollback };
}

function holdsSecret(steps: Steps): boolean {
  return [...steps.up, ...steps.down, ...steps.verify].some((step) => namesSecret(step.kind === "custom-code" ? step.text : step.sql));
}
