import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, inputFailure, ok, type Result } from "../../src/model/failure.ts";
import type { Finding, History } from "../../src/model/history.ts";
import { parsePython } from "../../src/script/python/parse.ts";
import { withOverride } from "../overrides.ts";
import { openFiles, type Files } from "../project-files.ts";
import { bookkeepingSql, bookkeepingTable } from "./bookkeeping.ts";
import { chooseEnvironment } from "./choose.ts";
import { readEnvironment } from "./environment-settings.ts";
import { orderRevisions, otherBranches, type Node } from "./graph.ts";
import { toMigration, type MigrationSource, type Shared } from "./migration.ts";
import { revisionFiles } from "./project/environments.ts";
import { createModuleFinder, type ModuleFinder } from "./project/modules.ts";
import { lockedVersion } from "./project/versions.ts";
import { readRevision } from "./revision.ts";

/** The version of SQLAlchemy whose rules are taken where no lock file names one. */
const newest = "2.0";

/** Reads the whole history of one migration environment, or gives every failure that kept it from being read. */
export async function readHistory(options: ReadOptions): Promise<Result<History>> {
  const chosen = chooseEnvironment(options);
  if (chosen.kind === "failed") return chosen;
  const environment = chosen.value;
  const { root, assumptions } = options;
  const toolVersion = assumptions["alembic.version"] ?? lockedVersion(root, "alembic");
  const sqlalchemy = assumptions["sqlalchemy.version"] ?? lockedVersion(root, "sqlalchemy");
  const files = openFiles(root, options.contents ?? new Map());
  const modules = createModuleFinder(files, importRoots(environment.base, environment.settings));
  const settings = await readEnvironment(environment.base, { files, modules, assumptions });
  const shared: Shared = {
    files,
    modules,
    settings,
    sqlalchemy: Number(/^\d+\.\d+/.exec(sqlalchemy ?? newest)?.[0] ?? newest),
    assumptions,
  };
  const read = revisionFiles(root, environment).map((path) => readFile(path, { files, modules }));
  const failures = read.flatMap((each) => (each.kind === "failed" ? each.failures : []));
  if (failures.length > 0) return failed(...failures);
  const ordered = orderRevisions(read.flatMap((each) => (each.kind === "ok" && each.value !== null ? [each.value] : [])));
  if (ordered.kind === "failed") return ordered;
  const others = otherBranches(ordered.value);
  const overridden = ordered.value.map((node) =>
    withOverride(
      toMigration(node.file, shared, {
        revision: node.revision,
        down_revision: node.replaces.length === 0 ? null : node.replaces.join(","),
        other_branches: others(node.revision).join(",") || null,
      }),
      root,
    ),
  );
  const refused = overridden.flatMap((each) => (each.kind === "failed" ? each.failures : []));
  if (refused.length > 0) return failed(...refused);
  return ok({
    kind: "history",
    tool: "alembic",
    toolVersion,
    root,
    location: environment.versions.join(", "),
    migrations: overridden.flatMap((each) => (each.kind === "ok" ? [each.value] : [])),
    baselines: [],
    environments: [],
    findings: [...graphFindings(ordered.value), ...settingsFindings({ sqlalchemy, open: settings.open, base: environment.base })],
    preparation: [],
    resetBetween: [],
    bookkeeping: [bookkeepingTable(settings)],
    bookkeepingSql: bookkeepingSql(settings),
    runsOutsideTransaction: [],
  });
}

/** Folders that the project's modules are imported from: the root, `src`, where the settings are, and where the package of the environment begins. */
function importRoots(base: string, settings: string | null): readonly string[] {
  const beside = settings === null ? "." : posix.dirname(settings);
  const above = base.split("/").map((_, index, parts) => parts.slice(0, index).join("/") || ".");
  return [...new Set(["src", ".", beside, ...above, base])];
}

interface Reading {
  readonly files: Files;
  readonly modules: ModuleFinder;
}

/** A file of a versions folder; `null` where it is no revision. */
function readFile(path: string, { files, modules }: Reading): Result<MigrationSource | null> {
  const text = files.read(path) ?? "";
  const parsed = parsePython(text, { file: path, module: modules.nameOf(path), isPackage: false });
  if (parsed.kind === "broken") {
    if (!/^\s*revision\b/m.test(text)) return ok(null);
    return failed(
      inputFailure("python-syntax", "This is no Python that is known here.", {
        location: parsed.location,
        hint: "Mend the file, or give its SQL and leave it out of the folder.",
      }),
    );
  }
  const said = readRevision(parsed.source);
  if (said === null) return ok(null);
  const outside = /\bautocommit_block\b|\bexecute\(\s*(?:\w+\()?\s*["'](?:COMMIT|BEGIN)\b/i.test(text);
  return ok({
    id: posix.basename(path, ".py"),
    path,
    said,
    files: [{ path, role: "both", sha256: createHash("sha256").update(text).digest("hex") }],
    source: parsed.source,
    transaction: outside ? "file" : "one",
  });
}

/** Branch points and merges: the history is one line, in which branches stand one behind the other. */
function graphFindings(nodes: readonly Node<MigrationSource>[]): readonly Finding[] {
  const children = new Map<string, string[]>();
  for (const { revision, parents } of nodes)
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), revision]);
  const found: Finding[] = [];
  const add = (code: string, message: string, node: Node<MigrationSource>): void =>
    void found.push({ kind: "finding", code, message, location: { file: node.file.path, line: 1 }, migration: node.file.id });
  for (const node of nodes) {
    const branches = children.get(node.revision) ?? [];
    const label = node.file.said.labels.length === 0 ? "" : ` It is labelled ${node.file.said.labels.join(", ")}.`;
    if (branches.length > 1)
      add(
        "alembic-branch",
        `${branches.join(" and ")} all follow ${node.revision}; here they are run in this order, Alembic may run them in another.${label}`,
        node,
      );
    if (node.parents.length > 1) add("alembic-merge", `${node.revision} merges ${node.parents.join(" and ")}.${label}`, node);
    if (node.requires.length > 0) add("alembic-depends-on", `${node.revision} depends on ${node.requires.join(" and ")}.`, node);
  }
  const roots = nodes.filter(({ parents }) => parents.length === 0);
  const [, second] = roots;
  if (second !== undefined)
    add("alembic-roots", `The history has ${roots.length} beginnings: ${roots.map(({ revision }) => revision).join(", ")}.`, second);
  return found;
}

function settingsFindings({
  sqlalchemy,
  open,
  base,
}: {
  readonly sqlalchemy: string | null;
  readonly open: string | null;
  readonly base: string;
}): readonly Finding[] {
  const made = (code: string, message: string): Finding => ({
    kind: "finding",
    code,
    message,
    location: { file: `${base}/env.py`, line: 1 },
    migration: null,
  });
  return [
    ...(sqlalchemy === null
      ? [
          made(
            "sqlalchemy-version-assumed",
            `No lock file names the version of SQLAlchemy; the rules of ${newest} were taken. Say otherwise with --assume sqlalchemy.version=1.4.`,
          ),
        ]
      : []),
    ...(open === null
      ? []
      : [
          made(
            "alembic-metadata-open",
            `The metadata of env.py could not be followed (${open}); where it has a naming_convention, names of constraints differ.`,
          ),
        ]),
  ];
}
