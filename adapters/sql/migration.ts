import { parseStatement } from "../../src/sql/statement.ts";
import { splitStatements } from "../../src/sql/split.ts";
import { readPsqlScript, unclosedFailure } from "../../src/sql/psql/script.ts";
import { readSourceText, type SourceText } from "../../src/sql/psql/source-text.ts";
import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import { failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Finding, Migration, MigrationFile, Step, TransactionMode } from "../../src/model/history.ts";
import { customCodeQuestion, environmentQuestion } from "./questions.ts";
import { readOwnHeader, unwrapTransaction } from "./own-format.ts";
import type { Profile } from "./profiles.ts";
import { isCode, type Entry } from "./projects.ts";
import { cutSections, substituteGoose, type Sections } from "./sections.ts";

/** What reading needs besides the entry. */
export interface ReadingContext {
  readonly root: string;
  readonly profile: Profile;
  /** psql variables and environment variables by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Set: only this environment is read, so its files ask nothing. */
  readonly environment: string | null;
  readonly readText: (path: string) => Result<SourceText>;
}

export interface ReadMigration {
  readonly migration: Migration;
  readonly findings: readonly Finding[];
}

/** Reads one migration from its files. Needs `loadParser()` once before. Fails with every problem in them. */
export function readMigration(context: ReadingContext, entry: Entry): Result<ReadMigration> {
  const up = entry.up === null ? null : context.readText(entry.up);
  const down = entry.down === null ? null : context.readText(entry.down);
  const failures = [up, down].flatMap((read) => (read?.kind === "failed" ? read.failures : []));
  if (failures.length > 0 || up?.kind !== "ok") return failed(...failures);
  if (isCode(up.value.path)) return ok(codeMigration(context, entry, up.value));
  return sqlMigration({ context, entry }, up.value, down?.kind === "ok" ? down.value : null);
}

interface Subject {
  readonly context: ReadingContext;
  readonly entry: Entry;
}

function sqlMigration(subject: Subject, up: SourceText, down: SourceText | null): Result<ReadMigration> {
  const { context, entry } = subject;
  const { profile } = context;
  const sections = profile.markers === undefined || down !== null ? null : cutSections(up.text, profile.markers);
  const problem = sections === null ? null : sectionProblem(profile, sections, up.path);
  if (problem !== null) return failed(problem);

  const downText = sections?.down ?? null;
  const upWay = readWay(context, { path: up.path, text: sections?.up ?? up.text });
  const downWay = downText !== null ? readWay(context, { path: up.path, text: downText }) : down === null ? null : readWay(context, down);
  const settings = readSettings(context, entry.settings);
  const failures = [upWay, downWay, settings].flatMap((part) => (part?.kind === "failed" ? part.failures : []));
  if (failures.length > 0 || upWay.kind === "failed" || settings.kind === "failed") return failed(...failures);

  const own = profile.name === "pggit" ? readOwnHeader(up.text) : null;
  const unwrapped = own === null ? { steps: upWay.value.steps, wrapped: false } : unwrapTransaction(upWay.value.steps);
  const downSteps = downWay?.kind === "ok" ? (own === null ? downWay.value.steps : unwrapTransaction(downWay.value.steps).steps) : [];
  const id = own?.id ?? entry.id;
  const steps = unwrapped.steps;
  const files: readonly MigrationFile[] = [
    { path: up.path, role: downText === null ? "up" : "both", sha256: up.sha256 },
    ...(down === null ? [] : [{ path: down.path, role: "down" as const, sha256: down.sha256 }]),
    ...upWay.value.includes.map(({ path, sha256 }) => ({ path, role: "up" as const, sha256 })),
    ...settings.value.map(({ path, sha256 }) => ({ path, role: "settings" as const, sha256 })),
  ];
  const migration: Migration = {
    kind: "migration",
    id,
    type: "versioned",
    version: entry.version?.text ?? null,
    name: own?.name ?? entry.words,
    author: own?.author ?? null,
    date: own?.date ?? null,
    files,
    checksum: null,
    transaction: unwrapped.wrapped ? "one" : transactionOf(profile, { text: up.text, steps, settings: settings.value }),
    environment: entry.environment,
    assumptions: [
      ...upWay.value.assumptions,
      ...(downWay?.kind === "ok" ? downWay.value.assumptions : []),
      ...nameAssumptions(profile, up.path),
    ],
    edgeCases: [
      ...environmentQuestions(subject, up.path),
      ...upWay.value.edgeCases,
      ...steps.flatMap((step) => (step.kind === "custom-code" ? [customCodeQuestion(step)] : [])),
    ],
    up: async function* () {
      yield* steps;
    },
    // Comments alone are no way back.
    ...(downSteps.length === 0
      ? {}
      : {
          down: async function* () {
            yield* downSteps;
          },
        }),
  };
  const notes = [...upWay.value.notes, ...(downWay?.kind === "ok" ? downWay.value.notes : [])];
  const findings = notes.map((note): Finding => ({ kind: "finding", ...note, migration: id }));
  if (steps.length === 0) findings.push(finding("empty-migration", `${id} holds no statement.`, { file: up.path, migration: id }));
  const downFile = down?.path ?? (downText === null ? null : up.path);
  if (downFile !== null && downSteps.length === 0) {
    findings.push(
      finding("empty-down", `The way back of ${id} holds no statement: it counts as having none.`, { file: downFile, migration: id }),
    );
  }
  return ok({ migration, findings });
}

function codeMigration(context: ReadingContext, entry: Entry, source: SourceText): ReadMigration {
  const step: Step = {
    kind: "custom-code",
    language: source.path.slice(source.path.lastIndexOf(".") + 1),
    text: source.text,
    reason: "the migration is a program, which is never run here",
    location: { file: source.path, line: 1 },
  };
  const migration: Migration = {
    kind: "migration",
    id: entry.id,
    type: "versioned",
    version: entry.version?.text ?? null,
    name: entry.words,
    author: null,
    date: null,
    files: [{ path: source.path, role: "up", sha256: source.sha256 }],
    checksum: null,
    transaction: "one",
    environment: entry.environment,
    assumptions: [],
    edgeCases: [...environmentQuestions({ context, entry }, source.path), customCodeQuestion(step)],
    up: async function* () {
      yield step;
    },
  };
  return { migration, findings: [] };
}

interface Way {
  readonly steps: readonly Step[];
  readonly includes: readonly SourceText[];
  readonly notes: readonly { readonly code: string; readonly message: string; readonly location: Step["location"] }[];
  readonly assumptions: readonly string[];
  readonly edgeCases: readonly EdgeCaseDraft[];
}

/** Files for psql, and files with COPY data or meta-commands, which only psql can run, are read as psql does. */
function readWay(context: ReadingContext, source: { readonly path: string; readonly text: string }): Result<Way> {
  const { root, profile, values } = context;
  if (profile.psql || /^[ \t]*copy\b[^;]*\bfrom\s+stdin\b|^\\[a-z.!]/im.test(source.text)) {
    return readPsqlScript({ root, file: source.path, text: source.text, variables: values });
  }
  const substituted = profile.name === "goose" ? substituteGoose(source.text, values) : { text: source.text, missing: [] };
  const failures: Failure[] = substituted.missing.map(({ name, line }) => ({
    kind: "failure",
    code: "unknown-placeholder",
    message: `The environment variable ${name} is put in here and has no value.`,
    location: { file: source.path, line },
    hint: `Give it: --placeholder ${name}=VALUE.`,
    exitCode: 2,
  }));
  const text = profile.name === "play" ? readPlay(substituted.text) : substituted.text;
  const statements = splitStatements(text);
  for (const { unclosed } of statements) {
    if (unclosed !== undefined)
      failures.push(unclosedFailure(unclosed.what, { file: source.path, line: unclosed.line, column: unclosed.column }));
  }
  if (failures.length > 0) return failed(...failures);
  const steps = statements.map(({ sql, line, column }): Step => ({
    kind: "statement",
    sql,
    location: { file: source.path, line, column },
  }));
  return ok({ steps, includes: [], notes: [], assumptions: [], edgeCases: [] });
}

/** Play takes `#` for a comment and cuts at every semicolon, so a semicolon inside a statement is written twice. */
function readPlay(text: string): string {
  return text.replaceAll(/^[ \t]*#/gm, "--").replaceAll(";;", ";");
}

/** goose, dbmate and their like refuse a file without their up marker, and statements that stand before it. */
function sectionProblem(profile: Profile, sections: Sections, path: string): Failure | null {
  const common = { kind: "failure", location: { file: path, line: 1 }, exitCode: 2 } as const;
  if (profile.markers?.required === true && !sections.hasUpMarker) {
    return {
      ...common,
      code: "no-up-marker",
      message: `${path} has no line that begins the way up, as ${profile.title} needs.`,
      hint: "Add the marker, or move the file out of the folder.",
    };
  }
  if (
    profile.markers?.required === true &&
    splitStatements(profile.name === "play" ? readPlay(sections.before) : sections.before).length > 0
  ) {
    return {
      ...common,
      code: "text-before-marker",
      message: `${path} has statements before the line that begins the way up.`,
      hint: `${profile.title} does not run them: move them below the marker.`,
    };
  }
  return null;
}

/** golang-migrate passes over a file without `.up`, sqlx and others run it: the folder has both kinds. */
function nameAssumptions(profile: Profile, path: string): readonly string[] {
  if (profile.name !== "golang-migrate" || /\.up\.\w+$/i.test(path)) return [];
  return [`${path} counts as a migration although its name lacks the .up that the others have`];
}

interface Body {
  readonly text: string;
  readonly steps: readonly Step[];
  readonly settings: readonly SourceText[];
}

/** Which transaction the tool runs the migration in. What the file itself begins or commits goes before the tool's rule. */
function transactionOf(profile: Profile, { text, steps, settings }: Body): TransactionMode {
  if (profile.markers?.noTransaction?.test(text) === true) return "none";
  if (settings.some((file) => /^\s*run_in_transaction\s*=\s*false/m.test(file.text))) return "none";
  // pggit puts BEGIN and COMMIT around a migration that its own tool ran in one transaction, and around no other.
  if (profile.name === "pggit" && /^-- pggit: no-transaction\r?$/m.test(text)) return "none";
  if (profile.name === "pggit" && steps.length === 0) return "one";
  if (profile.transaction === "as-written" || steps.some(controlsTransaction)) return "file";
  const [only] = steps;
  if (profile.transaction === "single-query" && steps.length === 1 && only?.kind === "statement" && !parseStatement(only.sql).transactional)
    return "none";
  return "one";
}

function controlsTransaction(step: Step): boolean {
  return (
    step.kind === "statement" &&
    /^(?:begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction)\b/i.test(step.sql) &&
    !/^rollback\s+to\b/i.test(step.sql)
  );
}

function environmentQuestions({ context, entry }: Subject, path: string): readonly EdgeCaseDraft[] {
  return entry.environment === null || context.environment !== null ? [] : [environmentQuestion(entry.environment, path)];
}

function readSettings(context: ReadingContext, paths: readonly string[]): Result<readonly SourceText[]> {
  const read = paths.map((path) => readSourceText(context.root, path));
  const failures = read.flatMap((each) => (each.kind === "failed" ? each.failures : []));
  return failures.length > 0 ? failed(...failures) : ok(read.flatMap((each) => (each.kind === "ok" ? [each.value] : [])));
}

function finding(code: string, message: string, at: { readonly file: string; readonly migration: string }): Finding {
  return { kind: "finding", code, message, location: { file: at.file, line: 1 }, migration: at.migration };
}
