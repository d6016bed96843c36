import { inputFailure } from "../../../src/model/failure.ts";
import { posix } from "node:path";
import type { Failure } from "../../../src/model/failure.ts";
import type { Finding } from "../../../src/model/history.ts";
import { decodeFile, normalizePath, type FoundFile, type ReadFile, type SourceFiles } from "../source/files.ts";
import { flagOf, mapValues, valueOf, type Node } from "../source/node.ts";
import { changelogNames, readChangelog } from "../source/read-changelog.ts";
import type { QuotingStrategy } from "../postgres/quoting.ts";
import { contextOf, type ChangeSet } from "./change-set.ts";
import { matchesPostgres } from "./expression.ts";
import type { Parameters } from "./parameters.ts";
import { readPropertiesText } from "../settings/properties.ts";

/** The changelogs of a project, put together in the order in which Liquibase runs them. */
export interface LoadedChangelog {
  readonly changeSets: readonly ChangeSet[];
  /** Preconditions of changelogs, before anything of them runs. */
  readonly preconditions: readonly { readonly node: Node; readonly file: FoundFile }[];
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
  /** Of the changelog that all begins with. */
  readonly quoting: QuotingStrategy;
  /** The changelogs that were read, in that order. */
  readonly files: readonly ReadFile[];
  /** `dbms` of the changeSets that are for other databases. */
  readonly otherDatabases: readonly string[];
}

interface Loading {
  readonly files: SourceFiles;
  readonly parameters: Parameters;
  readonly changeSets: ChangeSet[];
  readonly preconditions: { readonly node: Node; readonly file: FoundFile }[];
  readonly failures: Failure[];
  readonly findings: Finding[];
  readonly read: ReadFile[];
  readonly otherDatabases: { readonly file: string; readonly dbms: string }[];
  quoting: QuotingStrategy;
}

/** What the includes around a changelog hand down; contexts and labels of the nearest come first (`ChangeSet.getInheritableContextFilter`). */
interface Surroundings {
  readonly contexts: readonly string[];
  readonly labels: readonly string[];
  readonly logicalPath: string | null;
  readonly ignored: boolean;
  /** The changelogs that are open, so that a circle is seen. */
  readonly open: readonly string[];
}

/** Reads a changelog and all that it includes, depth first and in place (`DatabaseChangeLog.load`). */
export function loadChangelog(root: FoundFile, files: SourceFiles, parameters: Parameters): LoadedChangelog {
  const loading: Loading = {
    files,
    parameters,
    changeSets: [],
    preconditions: [],
    failures: [],
    findings: [],
    read: [],
    otherDatabases: [],
    quoting: "LEGACY",
  };
  loadFile(root, { contexts: [], labels: [], logicalPath: null, ignored: false, open: [] }, loading);
  for (const file of new Set(loading.otherDatabases.map((each) => each.file))) {
    const count = loading.otherDatabases.filter((each) => each.file === file).length;
    const message = `${count} ${count === 1 ? "changeSet is" : "changeSets are"} for other databases (dbms) and no part of the history`;
    loading.findings.push({ kind: "finding", code: "other-database", message, location: { file, line: 1 }, migration: null });
  }
  const { changeSets } = loading;
  const ordered = [
    ...changeSets.filter(({ runOrder }) => runOrder === "first"),
    ...changeSets.filter(({ runOrder }) => runOrder === null),
    ...changeSets.filter(({ runOrder }) => runOrder === "last"),
  ];
  return { ...loading, changeSets: ordered, files: loading.read, otherDatabases: loading.otherDatabases.map(({ dbms }) => dbms) };
}

function loadFile(file: FoundFile, around: Surroundings, loading: Loading): void {
  const location = { file: file.path, line: 1 };
  if (around.open.includes(file.path)) {
    const hint = "Remove one of the includes: Liquibase would read them for ever.";
    loading.failures.push(
      inputFailure("include-circle", `${file.logical} includes itself (${around.open.join(" → ")})`, { location, hint }),
    );
    return;
  }
  const read = loading.files.read(file);
  const text = read.kind === "ok" ? decodeFile(read.value, null) : read;
  if (read.kind === "failed" || text.kind === "failed") {
    loading.failures.push(...(text.kind === "failed" ? text.failures : []));
    return;
  }
  const changelog = readChangelog(read.value);
  if (changelog.kind === "failed") {
    loading.failures.push(...changelog.failures);
    return;
  }
  loading.read.push(read.value);
  const expand = (text: string): string => loading.parameters.expand(text, file.path);
  const node = changelog.value;
  const logicalPath = valueOf(node, "logicalFilePath");
  const context = contextOf(node);
  const below: Surroundings = {
    ...around,
    contexts: context === null ? around.contexts : [expand(context), ...around.contexts],
    logicalPath: logicalPath === null ? around.logicalPath : normalizePath(expand(logicalPath)),
    open: [...around.open, file.path],
  };
  const quoting = (valueOf(node, "objectQuotingStrategy") ?? "LEGACY") as QuotingStrategy;
  if (around.open.length === 0) loading.quoting = quoting;
  const place: Place = { file, around: below, quoting, expand };
  for (const child of node.children) loadChild(child, place, loading);
}

interface Place {
  readonly file: FoundFile;
  readonly around: Surroundings;
  readonly quoting: QuotingStrategy;
  readonly expand: (text: string) => string;
}

function loadChild(written: Node, place: Place, loading: Loading): void {
  if (written.name === "#note") {
    loading.findings.push({
      kind: "finding",
      code: "formatted-sql",
      message: written.value ?? "",
      location: written.location,
      migration: null,
    });
    return;
  }
  if (written.name === "property") return defineProperty(mapValues(written, place.expand), place, loading);
  if (written.name === "changeSet") return addChangeSet(written, place, loading);
  const node = mapValues(written, place.expand);
  if (node.name === "include") return include(node, place, loading);
  if (node.name === "includeAll") return includeAll(node, place, loading);
  if (/^preconditions$/i.test(node.name)) loading.preconditions.push({ node, file: place.file });
  else if (node.name === "modifyChangeSets" || node.name === "removeChangeSetProperty")
    for (const child of node.children) loadChild(child, place, loading);
  else if (node.children.length > 0 && !/^(?:comment)$/.test(node.name)) {
    const message = `${node.name} is no element of a changelog and was passed over`;
    loading.findings.push({ kind: "finding", code: "unknown-element", message, location: node.location, migration: null });
  }
}

function defineProperty(node: Node, { file }: Place, loading: Loading): void {
  const common = {
    context: contextOf(node),
    dbms: valueOf(node, "dbms"),
    only: flagOf(node, "global") === false ? file.path : null,
  };
  const path = valueOf(node, "file");
  if (path === null) {
    loading.parameters.define({ name: valueOf(node, "name") ?? "", value: valueOf(node, "value") ?? "", ...common });
    return;
  }
  const relative = flagOf(node, "relativeToChangelogFile") === true ? file : null;
  const found = loading.files.find(path, relative, node.location);
  const read = found.kind === "ok" ? loading.files.read(found.value) : found;
  if (read.kind === "failed") {
    if (flagOf(node, "errorIfMissing") !== false) loading.failures.push(...read.failures);
    return;
  }
  for (const [name, value] of readPropertiesText(read.value.text)) loading.parameters.define({ name, value, ...common });
}

function addChangeSet(written: Node, { file, around, quoting, expand }: Place, loading: Loading): void {
  const expanded = mapValues(written, expand);
  // `ChangeSet.handleChildNode` takes what stands under `changes` as if it stood beside it: a rollback too.
  const node = { ...expanded, children: expanded.children.flatMap((child) => (child.name === "changes" ? child.children : [child])) };
  const dbms = valueOf(node, "dbms");
  if (!matchesPostgres(dbms)) {
    loading.otherDatabases.push({ file: file.path, dbms: dbms ?? "" });
    return;
  }
  if (around.ignored || flagOf(node, "ignore") === true) {
    const message = `the changeSet ${valueOf(node, "id") ?? ""} is ignored, as its changelog says`;
    loading.findings.push({ kind: "finding", code: "ignored-change-set", message, location: node.location, migration: null });
    return;
  }
  const id = valueOf(node, "id");
  const author = valueOf(node, "author");
  if (id === null || author === null) {
    const hint = "Liquibase asks both of every changeSet.";
    loading.failures.push(inputFailure("no-identity", "the changeSet has no id or no author", { location: node.location, hint }));
    return;
  }
  const logical = valueOf(node, "logicalFilePath");
  const context = contextOf(node);
  const order = valueOf(node, "runOrder")?.toLowerCase();
  loading.changeSets.push({
    id,
    author,
    path: logical === null ? (around.logicalPath ?? file.logical) : normalizePath(logical),
    file,
    node,
    contexts: context === null ? around.contexts : [...around.contexts, context],
    labels: [...around.labels, ...(valueOf(node, "labels") ?? "").split(",")].map((label) => label.trim()).filter((label) => label !== ""),
    quoting: (valueOf(node, "objectQuotingStrategy") ?? quoting) as QuotingStrategy,
    runOrder: order === "first" || order === "last" ? order : null,
    expand,
  });
}

/** What an include hands down to what it includes. */
function surroundingsOf(node: Node, around: Surroundings): Surroundings {
  const context = contextOf(node);
  const labels = (valueOf(node, "labels") ?? "").split(",").filter((label) => label.trim() !== "");
  const logical = valueOf(node, "logicalFilePath");
  return {
    ...around,
    contexts: context === null ? around.contexts : [context, ...around.contexts],
    labels: [...labels, ...around.labels],
    logicalPath: logical === null ? null : normalizePath(logical),
    ignored: around.ignored || flagOf(node, "ignore") === true,
  };
}

function include(node: Node, { file, around }: Place, loading: Loading): void {
  const path = valueOf(node, "file");
  if (path === null) {
    loading.failures.push(inputFailure("no-file", "the include names no file", { location: node.location, hint: "Give it a file." }));
    return;
  }
  const relative = flagOf(node, "relativeToChangelogFile") === true ? file : null;
  const found = loading.files.find(path, relative, node.location);
  if (found.kind === "ok") {
    if (changelogNames.test(path)) return loadFile(found.value, surroundingsOf(node, around), loading);
    const hint = "pggit reads XML, YAML, JSON and SQL changelogs: convert it with Liquibase, or take the include out.";
    loading.failures.push(inputFailure("unknown-format", `${path} is no format that is known`, { location: node.location, hint }));
    return;
  }
  if (flagOf(node, "errorIfMissing") === false && found.failures.every(({ code }) => code === "file-not-found")) {
    const message = `${path} is missing and passed over, as errorIfMissing=false says`;
    loading.findings.push({ kind: "finding", code: "missing-include", message, location: node.location, migration: null });
    return;
  }
  loading.failures.push(...found.failures);
}

function includeAll(node: Node, { file, around }: Place, loading: Loading): void {
  const path = valueOf(node, "path") ?? "";
  const relative = flagOf(node, "relativeToChangelogFile") === true ? file : null;
  const all = loading.files.list(path, relative);
  const base = relative === null ? normalizePath(path) : posix.normalize(posix.join(posix.dirname(file.logical), path));
  const least = Number(valueOf(node, "minDepth") ?? 0);
  const most = Number(valueOf(node, "maxDepth") ?? Number.MAX_SAFE_INTEGER);
  const ending = valueOf(node, "endsWithFilter");
  for (const name of ["filter", "resourceFilter", "resourceComparator"]) {
    const given = valueOf(node, name);
    if (given === null) continue;
    const message = `includeAll ${path} asks the Java class ${given} (${name}), which is never run: every file was taken, in Liquibase's own order`;
    loading.findings.push({ kind: "finding", code: "include-all-filter", message, location: node.location, migration: null });
  }
  const wanted = (all ?? []).filter(({ logical }) => {
    const depth = posix.relative(base, logical).split("/").length;
    return (
      depth >= least &&
      depth <= most &&
      (ending === null || logical.toLowerCase().endsWith(ending.toLowerCase())) &&
      logical !== file.logical
    );
  });
  const taken = wanted.filter(({ logical }) => changelogNames.test(logical));
  for (const { path: other } of wanted.filter(({ logical }) => !changelogNames.test(logical))) {
    const message = `${other} is no format of a changelog and was passed over, as Liquibase does`;
    loading.findings.push({ kind: "finding", code: "ignored-file", message, location: { file: other, line: 1 }, migration: null });
  }
  if (taken.length === 0 && (flagOf(node, "errorIfMissingOrEmpty") ?? true)) {
    const hint = "Check the path; it counts from the search path unless relativeToChangelogFile is set.";
    loading.failures.push(inputFailure("include-all-empty", `there is no changelog in ${path}`, { location: node.location, hint }));
  }
  for (const each of taken) loadFile(each, surroundingsOf(node, around), loading);
}
