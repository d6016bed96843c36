import { createHash } from "node:crypto";
import type { Plan, PlanMigration } from "../../model/plan.ts";

/** A migration as its files have it. */
export interface MigrationFiles {
  readonly plan: PlanMigration;
  readonly upText: string;
  /** `null` where there is no proven way back. */
  readonly downText: string | null;
}

/** A commit that is to be there, without the schema that stands after it. */
export interface PlannedCommit {
  /** SHA-256 over all that it says and stands on; known again by this in the repository. */
  readonly chain: string;
  /** By their chains; the first is the one that it goes on from, the second is merged. */
  readonly parents: readonly string[];
  /** The migration; `null` for a merge. */
  readonly migration: MigrationFiles | null;
  /** How many migrations of its branch's history stand after it. */
  readonly count: number;
  readonly author: string;
  /** As fast-import takes it: seconds since 1970 and the offset. */
  readonly date: string;
  readonly message: string;
  /** The tag of the version that begins with it. */
  readonly tag: string | null;
}

/** A branch with the history that gives its schema and the commits that are its own. */
export interface PlannedBranch<M extends MigrationFiles = MigrationFiles> {
  readonly name: string;
  /** All migrations that run there, in order. */
  readonly migrations: readonly M[];
  readonly commits: readonly PlannedCommit[];
  /** The chain of the commit that it points to; `null` where there is none. */
  readonly tip: string | null;
}

/**
 * The commits of a plan: one for each migration, those of no environment on `main`; a branch for each environment that has migrations in the plan, which leaves `main` before the
 * first of them and merges it before the next and at its end. Pure: the same plan gives the same commits.
 */
export function planCommits<M extends MigrationFiles>(plan: Plan, migrations: readonly M[]): readonly PlannedBranch<M>[] {
  const own = plan.branches.filter(({ environment }) => environment !== null);
  const elsewhere = new Set(own.flatMap((branch) => branch.migrations));
  const shared = migrations.filter(({ plan: { id } }) => !elsewhere.has(id));
  const dates = commitDates(migrations);
  const commitOf = commitMaker(plan, dates);
  const main: PlannedCommit[] = [];
  for (const migration of shared) main.push(commitOf(migration, { parent: main.at(-1) ?? null, count: main.length + 1, line: "main" }));
  const byMigration = new Map<MigrationFiles | null, PlannedCommit>(main.map((commit) => [commit.migration, commit]));
  const branches = own.flatMap(({ name, migrations: ids }) => {
    const mine = new Set(ids);
    const history = migrations.filter((migration) => mine.has(migration.plan.id) || byMigration.has(migration));
    if (history.length === shared.length) return [];
    const ref = branchRef(name);
    return [{ name: ref, migrations: history, ...branchCommits(history, { name: ref, byMigration, commitOf }) }];
  });
  return [{ name: "main", migrations: shared, commits: main, tip: main.at(-1)?.chain ?? null }, ...branches];
}

/** A branch's name as git-check-ref-format(1) takes it; an environment that is called main stands beside it. */
export function branchRef(name: string): string {
  const safe = name
    .replaceAll(/[^\p{L}\p{N}_./-]+|\.\.+|@\{|\/{2,}/gu, "-")
    .replaceAll(/(^|\/)[.-]+/g, "$1")
    .replace(/(?:\.lock|[./])+$/, "");
  return safe === "" || safe === "main" || safe === "HEAD" ? `environment-${safe}` : safe;
}

type CommitMaker = (
  migration: MigrationFiles,
  place: { readonly parent: PlannedCommit | null; readonly count: number; readonly line: "main" | "branch" },
) => PlannedCommit;

function branchCommits(
  history: readonly MigrationFiles[],
  on: { readonly name: string; readonly byMigration: ReadonlyMap<MigrationFiles | null, PlannedCommit>; readonly commitOf: CommitMaker },
): Pick<PlannedBranch, "commits" | "tip"> {
  const commits: PlannedCommit[] = [];
  let tip: PlannedCommit | null = null;
  let waiting: PlannedCommit | null = null;
  const merge = (count: number): void => {
    if (tip === null || waiting === null) return;
    tip = mergeOf({ into: tip, from: waiting }, { name: on.name, count });
    commits.push(tip);
    waiting = null;
  };
  for (const [index, migration] of history.entries()) {
    const shared = on.byMigration.get(migration);
    if (shared !== undefined) {
      if (commits.length === 0) tip = shared;
      else waiting = shared;
      continue;
    }
    merge(index);
    tip = on.commitOf(migration, { parent: tip, count: index + 1, line: "branch" });
    commits.push(tip);
  }
  merge(history.length);
  return { commits, tip: tip?.chain ?? null };
}

function mergeOf(
  { into, from }: { readonly into: PlannedCommit; readonly from: PlannedCommit },
  { name, count }: { readonly name: string; readonly count: number },
): PlannedCommit {
  const title = `Merge main up to ${from.migration?.plan.id ?? ""} into ${name}`;
  const parents = [into.chain, from.chain];
  return {
    ...sealed(parents, { title, body: "", trailers: [] }, []),
    parents,
    migration: null,
    count,
    author: from.author,
    date: from.date,
    tag: null,
  };
}

function commitMaker(plan: Plan, dates: ReadonlyMap<MigrationFiles, string>): CommitMaker {
  return (migration, { parent, count, line }) => {
    const { id, name, author, date, files, understanding, rollback } = migration.plan;
    const parents = parent === null ? [] : [parent.chain];
    const sources = files.filter(({ role }) => role !== "settings").map(({ path }): Trailer => ["Source", path]);
    const trailers: readonly Trailer[] = [
      ["Migration", id],
      ...sources,
      ["Tool", plan.source.tool],
      ["Schema-Version", understanding.semantic_version],
      ["Confidence", understanding.confidence.toFixed(3)],
      ["Rollback", rollback.status],
      ...(date === null ? [["Date", "unknown"] satisfies Trailer] : []),
    ];
    const text = { title: name === "" || name === id ? id : `${id}: ${name}`, body: understanding.intent, trailers };
    const before = parent?.migration?.plan.understanding.semantic_version;
    const made = sealed(parents, text, [migration.upText, migration.downText]);
    return {
      ...made,
      parents,
      migration,
      count,
      author: personOf(author),
      date: dates.get(migration) ?? "0 +0000",
      tag: line === "main" && before !== understanding.semantic_version ? `v${understanding.semantic_version}` : null,
    };
  };
}

type Trailer = readonly [key: string, value: string];

/** The last trailer is the commit's own hash, by which a later export knows it again. */
export const chainTrailer = "Pggit-Commit";

function sealed(
  parents: readonly string[],
  { title, body, trailers }: { readonly title: string; readonly body: string; readonly trailers: readonly Trailer[] },
  contents: readonly (string | null)[],
): Pick<PlannedCommit, "chain" | "message"> {
  const chain = createHash("sha256")
    .update(JSON.stringify([1, parents, title, body, trailers, contents]))
    .digest("hex");
  const lines = [...trailers, [chainTrailer, chain] as const].map(([key, value]) => `${key}: ${oneLine(value)}`);
  return { chain, message: `${[oneLine(title), ...(body === "" ? [] : [body.trim()]), lines.join("\n")].join("\n\n")}\n` };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** `Name <address>` as git takes it; what has no address gets an empty one. */
function personOf(author: string | null): string {
  const [, name = author ?? "", address = ""] = /^(.*?)\s*<([^<>]*)>$/.exec(author ?? "") ?? [];
  const clean = name
    .replaceAll(/[<>\p{Cc}]/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return `${clean === "" ? "unknown" : clean} <${address.replaceAll(/[\s\p{Cc}]/gu, "")}>`;
}

/** The date of each migration with its own offset; one without has that of the one before. */
function commitDates(migrations: readonly MigrationFiles[]): ReadonlyMap<MigrationFiles, string> {
  let last = "0 +0000";
  const dates = new Map<MigrationFiles, string>();
  for (const migration of migrations) {
    last = gitDate(migration.plan.date) ?? last;
    dates.set(migration, last);
  }
  return dates;
}

function gitDate(date: string | null): string | null {
  const seconds = date === null ? Number.NaN : Math.floor(Date.parse(date) / 1000);
  if (date === null || Number.isNaN(seconds) || seconds < 0) return null;
  const [, sign = "+", hours = "00", minutes = "00"] = /([+-])(\d{2}):?(\d{2})$/.exec(date.slice(10)) ?? [];
  return `${seconds} ${sign}${hours}${minutes}`;
}
