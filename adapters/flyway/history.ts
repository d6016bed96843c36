import { inputFailure } from "../../src/model/failure.ts";
import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Migration, Step } from "../../src/model/history.ts";
import { qualifiedName, quoteIdentifier } from "../../src/sql/quote.ts";
import type { Entry } from "./entries.ts";
import type { UnknownPlaceholder } from "./load-script.ts";
import type { OrderedEntries } from "./order.ts";
import type { FlywaySettings } from "./settings/interpret.ts";
import { createTable } from "./schema-history/stamp.ts";
import { versionKey } from "./version.ts";

const types = { versioned: "versioned", undo: "versioned", baseline: "baseline", repeatable: "repeatable", callback: "callback" } as const;

async function* produce(steps: readonly Step[]): AsyncGenerator<Step> {
  yield* steps;
}

function environmentQuestion(entry: Entry, environment: string): EdgeCaseDraft {
  const [first] = entry.steps;
  return {
    kind: "environment-specific",
    title: `${entry.id} runs only where the environment is ${environment}`,
    question: `Does ${entry.id} belong to the converted history, or only to ${environment}?`,
    action: `Map ${environment} to a branch under \`environments:\` in pggit.yaml, or decide: keep it in the main history, put it on a branch, or exclude it.`,
    risk: "MEDIUM",
    source: {
      location: first?.location ?? { file: entry.shown, line: 1 },
      text: first === undefined ? "" : first.kind === "custom-code" ? first.text : first.sql,
    },
    suggestion: null,
    evidence: [],
    choices: ["exclude", "keep", `branch=${environment}`],
  };
}

/** Callbacks around a migration run in its transaction and are part of what it does; they keep their own places in their own files. */
function surround(entry: Entry, ordered: OrderedEntries): { readonly steps: readonly Step[]; readonly around: readonly Entry[] } {
  if (entry.kind === "callback") return { steps: entry.steps, around: [] };
  const counts = (callback: Entry): boolean => callback.environment === null || callback.environment === entry.environment;
  const before = ordered.beforeEach.filter(counts);
  const after = ordered.afterEach.filter(counts);
  return {
    steps: [...before.flatMap((each) => each.steps), ...entry.steps, ...after.flatMap((each) => each.steps)],
    around: [...before, ...after],
  };
}

/** A migration as the rest of the program sees it. */
export function toMigration(entry: Entry, ordered: OrderedEntries): Migration {
  const { steps, around } = surround(entry, ordered);
  const undo = entry.kind === "versioned" && entry.version !== null ? ordered.undo.get(versionKey(entry.version)) : undefined;
  const question = entry.environment === null ? [] : [environmentQuestion(entry, entry.environment)];
  const both = [entry, ...around];
  return {
    kind: "migration",
    id: entry.environment === null ? entry.id : `${entry.id}@${entry.environment}`,
    type: types[entry.kind],
    version: entry.version?.text ?? null,
    name: entry.description === "" ? entry.id : entry.description,
    author: null,
    date: null,
    files: [...both.flatMap((one) => one.files), ...(undo?.files ?? [])],
    checksum: entry.checksum,
    transaction: entry.transaction,
    environment: entry.environment,
    assumptions: both.flatMap((one) => one.assumptions),
    edgeCases: [...both.flatMap((one) => one.edgeCases), ...question],
    up: () => produce(steps),
    ...(undo === undefined ? {} : { down: () => produce(undo.steps) }),
  };
}

/** The schemas that Flyway manages, default first (`SchemaHistoryFactory.prepareSchemas`). */
export function managedSchemas(settings: FlywaySettings): readonly string[] {
  const { defaultSchema, schemas } = settings;
  if (defaultSchema === null) return schemas.length > 0 ? schemas : ["public"];
  return [defaultSchema, ...schemas.filter((schema) => schema !== defaultSchema)];
}

/** What Flyway itself runs around the migrations. */
export interface Surroundings {
  readonly preparation: readonly string[];
  readonly resetBetween: readonly string[];
  readonly bookkeeping: readonly string[];
  readonly bookkeepingSql: readonly string[];
}

/**
 * The statements of Flyway's own: init SQL and missing schemas before the first migration; role and `search_path` set back before each
 * (`PostgreSQLConnection.doRestoreOriginalState`, `changeCurrentSchemaTo`); its table.
 */
export function describeSurroundings(settings: FlywaySettings): Surroundings {
  const schemas = managedSchemas(settings);
  const schema = schemas[0] ?? "public";
  const table = qualifiedName(schema, settings.table);
  const created = settings.createSchemas
    ? schemas.filter((name) => name !== "public").map((name) => `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(name)}`)
    : [];
  return {
    preparation: [...settings.initSql.filter((sql) => sql.trim() !== ""), ...created],
    resetBetween: ["RESET ROLE", `SET search_path TO ${quoteIdentifier(schema)}, "$user", public`],
    bookkeeping: [`${schema}.${settings.table}`],
    bookkeepingSql: createTable(table),
  };
}

/** How many places of one unknown placeholder are spelled out. */
const shownPlaces = 5;

/** One failure per unknown placeholder, with the places that name it. */
export function placeholderFailures(unknown: readonly UnknownPlaceholder[], settings: FlywaySettings): readonly Failure[] {
  const byName = new Map<string, UnknownPlaceholder[]>();
  for (const one of unknown) byName.set(one.name.toLowerCase(), [...(byName.get(one.name.toLowerCase()) ?? []), one]);
  return [...byName.values()].map((places) => {
    const [first] = places;
    const name = first?.name ?? "";
    const listed = places.slice(0, shownPlaces).map(({ location }) => `${location.file}:${location.line}`);
    const more = places.length > shownPlaces ? ` and ${places.length - shownPlaces} more` : "";
    return inputFailure(
      "unknown-placeholder",
      `${settings.placeholderPrefix}${name}${settings.placeholderSuffix} has no value (${listed.join(", ")}${more})`,
      {
        location: first?.location ?? null,
        hint: `Give it with --placeholder '${name}=VALUE'; where the text is meant as it stands, set placeholderReplacement=false (flyway.conf, or a .conf beside the file).`,
      },
    );
  });
}
