import type { ReadOptions } from "../adapter.ts";
import { inputFailure, failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Environment, Finding, History, MigrationFile } from "../../src/model/history.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";
import { bookkeepingSql, bookkeepingTables, type Bookkeeping } from "./bookkeeping.ts";
import { changesOf, fullName, type ChangeSet } from "./changelog/change-set.ts";
import { membershipOf, type Runtime } from "./changelog/environments.ts";
import { readExpression } from "./changelog/expression.ts";
import { loadChangelog, type LoadedChangelog } from "./changelog/load.ts";
import { createParameters } from "./changelog/parameters.ts";
import { findNamed } from "./changelog/steps.ts";
import { chooseChangelog, settingsFor, type Settings } from "./choose.ts";
import { fieldFindings } from "./field-findings.ts";
import { keyOf, toMigration, type Placed, type Shared } from "./migration.ts";
import { asFound, searchPathFor, surveyProject, toolVersionOf } from "./project.ts";
import { decodeFile, openFiles, type SourceFiles } from "./source/files.ts";
import { valueOf, type Node } from "./source/node.ts";

/** Reads a whole Liquibase history, or gives every failure that kept it from being read. */
export async function readHistory(options: ReadOptions): Promise<Result<History>> {
  const project = surveyProject(options.root);
  const chosen = chooseChangelog(project, options);
  if (chosen.kind === "failed") return chosen;
  const settings = settingsFor(project, chosen.value, options.environment);
  const searchPath = searchPathOf(options, settings) ?? searchPathFor(project, chosen.value);
  const files = openFiles(options.root, searchPath);
  const schema = options.schemas[0] ?? settings.get("schema") ?? "public";
  const runtime = runtimeOf(options, settings);
  const mode = settings.get("missingProperty")?.toLowerCase() ?? "preserve";
  const missing = mode === "empty" ? "nothing" : "itself";
  const parameters = createParameters({ ...settings.parameters, ...options.placeholders }, { runtime, schema, missing });
  const loaded = loadChangelog(asFound(chosen.value, searchPath), files, parameters);
  const selection = select(loaded.changeSets, runtime);
  const named = namedFiles(selection.kept, files);
  const failures = [...loaded.failures, ...duplicates(selection.kept), ...named.failures];
  if (mode === "error") failures.push(...missingProperties(parameters.unknown, chosen.value));
  if (failures.length === 0 && selection.kept.length === 0) failures.push(...nothingLeft(loaded, runtime, chosen.value));
  if (failures.length > 0) return failed(...failures);

  const bookkeeping: Bookkeeping = {
    schema: settings.get("bookkeepingSchema") ?? schema,
    table: settings.get("table")?.toLowerCase() ?? "databasechangelog",
    lockTable: settings.get("lockTable")?.toLowerCase() ?? "databasechangeloglock",
  };
  const byKey = new Map(loaded.changeSets.map((changeSet) => [keyOf(changeSet), changeSet]));
  const shared: Shared = {
    runtime,
    changelogQuoting: loaded.quoting,
    ran: new Map(),
    property: (name, changeSet) => parameters.get(name, changeSet.file.path),
    steps: {
      files,
      defaultSchema: schema,
      other: (id, author, path) =>
        path === null
          ? (loaded.changeSets.find((changeSet) => changeSet.id === id && changeSet.author === author) ?? null)
          : (byKey.get(keyOf({ id, author, path: path.replace(/^classpath:/, "").replace(/^\/+/, "") })) ?? null),
    },
  };
  const ids = identify(selection.kept.map(({ changeSet }) => changeSet));
  const placed = selection.kept.map(({ changeSet, environment }, index): Placed => ({
    changeSet,
    environment,
    index,
    id: ids[index] ?? changeSet.id,
    files: filesOf(changeSet, loaded, named.of.get(changeSet) ?? []),
    before: index === 0 ? loaded.preconditions.map(({ node }) => node) : [],
  }));
  const migrations = placed.map((each) => toMigration(each, shared));
  const usesBookkeeping = selection.kept.some(({ changeSet }) => mentions(changesOf(changeSet.node), bookkeeping));
  return ok({
    kind: "history",
    tool: "liquibase",
    toolVersion: options.assumptions["liquibase.version"] ?? toolVersionOf(project),
    location: chosen.value,
    root: options.root,
    migrations,
    baselines: [],
    environments: environmentsOf(placed, settings),
    findings: [
      ...loaded.findings,
      ...selection.findings,
      ...placed.flatMap(({ changeSet, id }) => fieldFindings(changeSet, id)),
      ...unknownProperties(parameters.unknown, chosen.value),
    ],
    preparation: schema === "public" ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`],
    resetBetween: schema === "public" ? [] : [`SET search_path TO ${quoteIdentifier(schema)}, "$user", public`],
    bookkeeping: bookkeepingTables(bookkeeping),
    bookkeepingSql: usesBookkeeping ? bookkeepingSql(bookkeeping) : [],
    runsOutsideTransaction: [],
  });
}

function searchPathOf(options: ReadOptions, settings: Settings): readonly string[] | null {
  const given = options.assumptions["liquibase.searchPath"] ?? settings.get("searchPath");
  if (given === null || given === undefined) return null;
  const folders = given
    .split(",")
    .map((folder) =>
      folder
        .trim()
        .replace(/^(?:file|classpath):/, "")
        .replace(/^\.\//, "")
        .replace(/\/$/, ""),
    )
    .filter((folder) => folder !== "");
  return folders.some((folder) => folder.startsWith("/") || folder.split("/").includes("..")) ? null : folders;
}

function runtimeOf(options: ReadOptions, settings: Settings): Runtime {
  const given = options.contexts.length > 0 ? options.contexts.join(",") : settings.get("contexts");
  const contexts = given === null ? null : (readExpression(given)?.names ?? []);
  const labels = options.labels.length > 0 ? options.labels.join(" or ") : settings.get("labels");
  return { contexts, labels: readExpression(labels), environment: options.environment?.toLowerCase() ?? null };
}

interface Kept {
  readonly changeSet: ChangeSet;
  readonly environment: string | null;
}

/** The changeSets that belong to the history; those that contexts and labels leave out are told. */
function select(
  changeSets: readonly ChangeSet[],
  runtime: Runtime,
): { readonly kept: readonly Kept[]; readonly findings: readonly Finding[] } {
  const kept: Kept[] = [];
  const findings: Finding[] = [];
  for (const changeSet of changeSets) {
    const membership = membershipOf(changeSet, runtime);
    if (membership.kind === "left-out") {
      const message = `${fullName(changeSet)} is left out: ${membership.why}`;
      findings.push({ kind: "finding", code: "context-left-out", message, location: changeSet.node.location, migration: null });
    } else kept.push({ changeSet, environment: membership.kind === "environment" ? membership.name : null });
  }
  return { kept, findings };
}

/** Why nothing is left of a changelog that has changeSets. */
function nothingLeft({ changeSets, otherDatabases }: LoadedChangelog, runtime: Runtime, location: string): readonly Failure[] {
  const say = (count: number, why: string, hint: string): readonly Failure[] => {
    const message = `${count === 1 ? "its only changeSet is not" : `none of its ${count} changeSets is`} ${why}`;
    return [inputFailure("no-migrations-found", message, { location, hint })];
  };
  if (changeSets.length > 0) {
    const given = [...(runtime.contexts ?? []), ...(runtime.labels?.names ?? [])].join(", ");
    const hint = "Give those with which it is run: --context NAME, --label EXPRESSION.";
    return say(changeSets.length, `run with the contexts and labels that are given (${given})`, hint);
  }
  if (otherDatabases.length === 0) return [];
  const why = `for PostgreSQL: dbms says ${[...new Set(otherDatabases)].join(", ")}`;
  return say(otherDatabases.length, why, "There is nothing to convert in it: choose another changelog with --changelog.");
}

/** Liquibase refuses a changelog in which an identity stands twice (`ValidatingVisitor`). */
function duplicates(kept: readonly Kept[]): readonly Failure[] {
  const seen = new Map<string, ChangeSet>();
  const failures: Failure[] = [];
  for (const { changeSet } of kept) {
    const before = seen.get(keyOf(changeSet));
    if (before !== undefined) {
      const first = `${before.node.location.file}:${before.node.location.line}`;
      const message = `the changeSet ${fullName(changeSet)} is there twice, first in ${first}`;
      const hint = "Liquibase refuses that too: give one of them another id, or remove one of the includes.";
      failures.push(inputFailure("duplicate-changeset", message, { location: changeSet.node.location, hint }));
    }
    seen.set(keyOf(changeSet), changeSet);
  }
  return failures;
}

const fileAttributes: Readonly<Record<string, readonly string[]>> = {
  sqlFile: ["path"],
  createView: ["path"],
  createProcedure: ["path"],
  loadData: ["file"],
  loadUpdateData: ["file"],
};

/** The files that changes name, found before anything runs. */
function namedFiles(
  kept: readonly Kept[],
  files: SourceFiles,
): { readonly of: ReadonlyMap<ChangeSet, readonly MigrationFile[]>; readonly failures: readonly Failure[] } {
  const of = new Map<ChangeSet, readonly MigrationFile[]>();
  const failures: Failure[] = [];
  for (const { changeSet } of kept) {
    const found: MigrationFile[] = [];
    const walk = (node: Node, change: Node, role: "up" | "down"): void => {
      for (const child of node.children) {
        const names = fileAttributes[node.name] ?? [];
        const isFile = names.includes(child.name) || child.name === "valueClobFile" || child.name === "valueBlobFile";
        if (child.value === null || !isFile) {
          walk(
            child,
            fileAttributes[child.name] === undefined && child.name !== "insert" && child.name !== "update" ? change : child,
            child.name === "rollback" ? "down" : role,
          );
          continue;
        }
        const there = findNamed(child.value, change, changeSet, files);
        const read = there.kind === "ok" ? files.read(there.value) : there;
        const text = read.kind === "failed" || child.name === "valueBlobFile" ? read : decodeFile(read.value, valueOf(change, "encoding"));
        if (read.kind === "failed" || text.kind === "failed") failures.push(...(text.kind === "failed" ? text.failures : []));
        else if (!found.some(({ path }) => path === read.value.path))
          found.push({ path: read.value.path, role, sha256: read.value.sha256 });
      }
    };
    walk(changeSet.node, changeSet.node, "up");
    of.set(changeSet, found);
  }
  return { of, failures };
}

function filesOf({ file }: ChangeSet, { files }: LoadedChangelog, named: readonly MigrationFile[]): readonly MigrationFile[] {
  const own = files.find(({ path }) => path === file.path);
  return [...(own === undefined ? [] : [{ path: own.path, role: "both" as const, sha256: own.sha256 }]), ...named];
}

/** The shortest names that tell the changeSets apart: the id, with its author, or as Liquibase writes it. */
function identify(changeSets: readonly ChangeSet[]): readonly string[] {
  const count = (names: readonly string[]): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const short = (changeSet: ChangeSet): string => (/^\d{1,3}$/.test(changeSet.id) ? `${changeSet.author}:${changeSet.id}` : changeSet.id);
  const medium = ({ id, author }: ChangeSet): string => `${author}:${id}`;
  const shorts = count(changeSets.map(short));
  const mediums = count(changeSets.map(medium));
  return changeSets.map((changeSet) => {
    if (shorts.get(short(changeSet)) === 1) return short(changeSet);
    return mediums.get(medium(changeSet)) === 1 ? medium(changeSet) : fullName(changeSet);
  });
}

function mentions(nodes: readonly Node[], { table, lockTable }: Bookkeeping): boolean {
  return nodes.some(
    ({ value, children }) =>
      [table, lockTable].some((name) => value?.toLowerCase().includes(name) === true) ||
      mentions(children, { schema: "", table, lockTable }),
  );
}

function environmentsOf(placed: readonly Placed[], settings: Settings): readonly Environment[] {
  const names = new Set([
    ...placed.flatMap(({ environment }) => environment ?? []),
    ...settings.profiles.flatMap(({ profile }) => profile ?? []),
  ]);
  return [...names].sort().map((name) => {
    const own = placed.filter(({ environment }) => environment === name);
    const file = settings.profiles.find(({ profile }) => profile === name)?.file;
    const location = own[0]?.changeSet.node.location ?? (file === undefined ? null : { file, line: 1 });
    return { name, location, migrations: own.map(({ id }) => id) };
  });
}

/** `missingPropertyMode=error`: Liquibase stops at a name that nothing defines. */
function missingProperties(unknown: ReadonlyMap<string, number>, location: string): readonly Failure[] {
  return [...unknown.keys()].map((name) =>
    inputFailure("unknown-property", `\${${name}} has no value, and missingPropertyMode=error refuses that`, {
      location,
      hint: `Give it: --placeholder '${name}=VALUE'.`,
    }),
  );
}

function unknownProperties(unknown: ReadonlyMap<string, number>, file: string): readonly Finding[] {
  return [...unknown].map(([name, count]) => ({
    kind: "finding",
    code: "unknown-property",
    message: `\${${name}} has no value and was left as it stands, as Liquibase does (${count} ${count === 1 ? "place" : "places"}); give it with --placeholder '${name}=VALUE'`,
    location: { file, line: 1 },
    migration: null,
  }));
}
