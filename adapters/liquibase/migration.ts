import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Finding, Inspector, Migration, MigrationFile, Step } from "../../src/model/history.ts";
import { changeTypes, describeChange, unknownChange } from "./changes/index.ts";
import { changesOf, commentOf, isRepeatable, preconditionsOf, type ChangeSet } from "./changelog/change-set.ts";
import type { Runtime } from "./changelog/environments.ts";
import { modifySql } from "./changelog/modify-sql.ts";
import { changeSetChecksum } from "./checksum/checksum.ts";
import { decide, type Decision } from "./changelog/decide.ts";
import { stepsOf, wayBackOf, writtenRollback, type StepContext } from "./changelog/steps.ts";
import type { QuotingStrategy } from "./postgres/quoting.ts";
import { tagOf, writeEntry } from "./schema-history/entry.ts";
import { flagOf, valueOf, type Node } from "./source/node.ts";

/** What all migrations of a history share. */
export interface Shared {
  readonly runtime: Runtime;
  readonly changelogQuoting: QuotingStrategy;
  readonly steps: Omit<StepContext, "note">;
  /** Which changeSets ran when the history was replayed last, by their place. */
  readonly ran: Map<string, number>;
  property(name: string, changeSet: ChangeSet): string | null;
}

/** One changeSet and its place in the history. */
export interface Placed {
  readonly changeSet: ChangeSet;
  readonly id: string;
  readonly index: number;
  readonly environment: string | null;
  readonly files: readonly MigrationFile[];
  /** Preconditions of changelogs that are asked before this one, the first of all. */
  readonly before: readonly Node[];
}

/** The key by which a changeSet is known to preconditions. */
export function keyOf(changeSet: Pick<ChangeSet, "id" | "author" | "path">): string {
  return JSON.stringify([changeSet.path, changeSet.id, changeSet.author]);
}

/** A changeSet as a migration: its steps are made when it runs, for its preconditions and some of its changes ask the database. */
export function toMigration(placed: Placed, shared: Shared): Migration {
  const { changeSet, id } = placed;
  const { node } = changeSet;
  const changes = changesOf(node);
  const transaction = flagOf(node, "runInTransaction") === false ? "none" : "one";
  const run: Run = { findings: [], edgeCases: [], decision: { kind: "run" } };
  const back = wayBackOf(changeSet);
  const sums = { changeSet, files: shared.steps.files, runtime: shared.runtime };
  const entry = writeEntry(changeSet, changeSetChecksum({ ...sums, version: 8 }));
  const context: StepContext = {
    ...shared.steps,
    note: (code, message, location) => {
      if (!run.findings.some((found) => found.code === code && found.location?.line === location.line)) {
        run.findings.push({ kind: "finding", code, message, location, migration: id });
      }
    },
  };
  const down = async function* (at: Inspector): AsyncGenerator<Step> {
    if (run.decision.kind === "skip") return;
    const made =
      back.kind === "written"
        ? writtenRollback(back.nodes, changeSet, { context, at })
        : stepsOf(back.kind === "automatic" ? back.changes : [], changeSet, { context, at });
    yield* modifySql(made, changeSet, { way: "down", runtime: shared.runtime });
  };
  const comment = commentOf(node);
  return {
    kind: "migration",
    id,
    type: isRepeatable(node) ? "repeatable" : "versioned",
    version: tagOf(changes),
    name: comment?.split("\n")[0] ?? nameOf(changeSet, changes),
    author: changeSet.author,
    date: dateOf(node),
    files: placed.files,
    checksum: changeSetChecksum({ ...sums, version: 9 }),
    entry,
    transaction,
    environment: placed.environment,
    assumptions: [],
    edgeCases: [...customCode(placed, changes), ...environmentQuestion(placed)],
    async *up(at) {
      run.findings.length = 0;
      run.edgeCases.length = 0;
      run.decision = await decide(
        [...placed.before, ...[preconditionsOf(node)].flatMap((group) => group ?? [])],
        {
          at,
          naming: { strategy: changeSet.quoting, defaultSchema: shared.steps.defaultSchema },
          changelogQuoting: shared.changelogQuoting,
          ran: (otherId, author, path) => ranBefore({ id: otherId, author, path }, placed, shared),
          property: (name) => shared.property(name, changeSet),
          inTransaction: transaction === "one",
        },
        { id, run },
      );
      if (run.decision.kind === "skip") return;
      shared.ran.set(keyOf(changeSet), placed.index);
      const made = stepsOf(changes, changeSet, { context, at });
      yield* modifySql(made, changeSet, { way: "up", runtime: shared.runtime });
    },
    ...(back.kind === "none" ? {} : { down }),
    ...(back.kind === "automatic" ? { downOrigin: "tool" as const } : {}),
    observed: () => ({
      findings: [...run.findings],
      edgeCases: [...run.edgeCases],
      ...(run.decision.kind === "skip" ? { entry: { ...entry, exectype: run.decision.mark } } : {}),
    }),
  };
}

/** What became of a changeSet when it ran last. */
export interface Run {
  readonly findings: Finding[];
  readonly edgeCases: EdgeCaseDraft[];
  decision: Decision;
}

function ranBefore(other: Pick<ChangeSet, "id" | "author" | "path">, placed: Placed, { ran }: Shared): boolean {
  const path = other.path === "" ? placed.changeSet.path : other.path.replace(/^classpath:/, "").replace(/^\/+/, "");
  const at = ran.get(keyOf({ ...other, path }));
  return at !== undefined && at < placed.index;
}

/** In words: the id where it has some, else what the changes do. */
function nameOf({ id }: ChangeSet, changes: readonly Node[]): string {
  return /[a-z]{3}/i.test(id) || changes.length === 0 ? id : changes.map(describeChange).join("; ");
}

/** `created`, which is free text: a date where it begins like one. */
function dateOf(node: Node): string | null {
  const written = valueOf(node, "created")?.trim() ?? "";
  const date = /^\d{4}-\d{2}-\d{2}/.exec(written)?.[0];
  return date === undefined || Number.isNaN(Date.parse(date)) ? null : `${date}T00:00:00.000Z`;
}

function customCode({ id }: Placed, changes: readonly Node[]): readonly EdgeCaseDraft[] {
  return changes.flatMap((change): readonly EdgeCaseDraft[] => {
    const type = changeTypes[change.name] ?? unknownChange;
    if (type.foreign === undefined) return [];
    const what = valueOf(change, "class") ?? valueOf(change, "executable") ?? change.name;
    return [
      {
        kind: "custom-code",
        title: `${id} runs ${what}`,
        question: `The changeSet ${id} has the change ${change.name} (${what}), which is no SQL and is never run here. What does it do to the database?`,
        action: "Give the SQL that does the same, leave it as it is (it is then not part of what was proven), or leave the migration out.",
        risk: "HIGH",
        source: { location: change.location, text: describeChange(change) },
        suggestion: null,
        evidence: [],
        choices: ["edit", "keep", "exclude"],
      },
    ];
  });
}

function environmentQuestion({ changeSet, id, environment }: Placed): readonly EdgeCaseDraft[] {
  if (environment === null) return [];
  return [
    {
      kind: "environment-specific",
      title: `${id} runs only where the context or label ${environment} is given`,
      question: `Does ${id} belong to the converted history, or only to ${environment}?`,
      action: `Map ${environment} to a branch under \`environments:\` in pggit.yaml, or decide: keep it in the main history, put it on a branch, or exclude it.`,
      risk: "MEDIUM",
      source: { location: changeSet.node.location, text: [...changeSet.contexts, ...changeSet.labels].join(", ") },
      suggestion: null,
      evidence: [],
      choices: ["exclude", "keep", `branch=${environment}`],
    },
  ];
}
