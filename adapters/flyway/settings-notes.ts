import type { Finding, Step } from "../../src/model/history.ts";
import type { Entry } from "./entries.ts";
import type { FlywaySettings, RawSettings } from "./settings/interpret.ts";

const buildsConcurrently = /^create\s+(?:unique\s+)?index\s+concurrently\b/i;

/** How many migrations a finding spells out. */
const shownMigrations = 8;

function firstConcurrent(entry: Entry): Step | undefined {
  return entry.steps.find((step) => step.kind === "statement" && buildsConcurrently.test(step.sql));
}

function listed(ids: readonly string[]): string {
  const more = ids.length > shownMigrations ? ` and ${ids.length - shownMigrations} more` : "";
  return `${ids.slice(0, shownMigrations).join(", ")}${more}`;
}

/**
 * Flyway keeps its lock in an open transaction unless `postgresql.transactional.lock` is false, and `CREATE INDEX CONCURRENTLY` waits for that
 * transaction for ever. Here it runs all the same; whoever runs Flyway itself has to know.
 */
function lockFinding(entries: readonly Entry[], settings: FlywaySettings): readonly Finding[] {
  const concerned = settings.transactionalLock ? entries.filter((entry) => firstConcurrent(entry) !== undefined) : [];
  const [first] = concerned;
  if (first === undefined) return [];
  const ids = listed(concerned.map((entry) => entry.id));
  return [
    {
      kind: "finding",
      code: "concurrent-index-lock",
      message: `CREATE INDEX CONCURRENTLY in ${ids} waits for ever for the lock that Flyway itself holds while it migrates, unless flyway.postgresql.transactional.lock=false; no settings of the project say so`,
      location: firstConcurrent(first)?.location ?? null,
      migration: first.environment === null ? first.id : `${first.id}@${first.environment}`,
    },
  ];
}

/** Settings that change what happens on databases in the field, not what the history of an empty one is. */
const withoutEffect: readonly { readonly key: string; readonly says: (settings: FlywaySettings) => string | null }[] = [
  {
    key: "outoforder",
    says: ({ outOfOrder }) =>
      outOfOrder
        ? "outOfOrder is on: databases in the field may have run migrations in another order than by version, which counts here"
        : null,
  },
  {
    key: "baselineonmigrate",
    says: ({ baselineOnMigrate, baselineVersion }) =>
      baselineOnMigrate
        ? `baselineOnMigrate is on: databases that were not empty began after version ${baselineVersion} and never ran what comes up to it; the history here is that of an empty one`
        : null,
  },
  {
    key: "ignoremigrationpatterns",
    says: ({ ignoreMigrationPatterns }) =>
      ignoreMigrationPatterns.length > 0
        ? `ignoreMigrationPatterns is ${ignoreMigrationPatterns.join(", ")}: Flyway tolerates such differences between a database and the files; the files count here`
        : null,
  },
  {
    key: "validateonmigrate",
    says: ({ validateOnMigrate }) =>
      validateOnMigrate
        ? null
        : "validateOnMigrate is off: files may have been changed after databases in the field ran them; the files as they are now count here",
  },
  {
    key: "group",
    says: ({ group }) =>
      group ? "group is on: Flyway runs all pending migrations in one transaction; each is taken by itself here" : null,
  },
  {
    key: "skipexecutingmigrations",
    says: ({ skipExecutingMigrations }) =>
      skipExecutingMigrations
        ? "skipExecutingMigrations is on: Flyway would only record the migrations; they are read as if they ran"
        : null,
  },
  {
    key: "skipdefaultresolvers",
    says: ({ skipDefaultResolvers }) =>
      skipDefaultResolvers
        ? "skipDefaultResolvers is on: only resolvers of the project's own code decide what its migrations are; files were read by Flyway's own rules instead"
        : null,
  },
];

/** What the settings say that a reader of the history should know, though it does not change it. */
export function settingsNotes(entries: readonly Entry[], settings: FlywaySettings, raw: RawSettings): readonly Finding[] {
  const notes = withoutEffect.flatMap(({ key, says }): readonly Finding[] => {
    const message = says(settings);
    if (message === null) return [];
    const place = raw.get(key)?.location;
    return [{ kind: "finding", code: "setting-noted", message, location: typeof place === "object" ? place : null, migration: null }];
  });
  return [...lockFinding(entries, settings), ...notes];
}
