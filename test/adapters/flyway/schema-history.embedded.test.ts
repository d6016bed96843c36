import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { schemaHistory } from "../../../adapters/flyway/schema-history/index.ts";
import { matchApplied } from "../../../src/analysis/match-applied.ts";
import type { AppliedHistory } from "../../../src/model/applied.ts";
import type { History, Migration } from "../../../src/model/history.ts";
import { useShadow } from "../../support/shadow.ts";
import { byId, idsOf, readOk } from "./project.ts";

const fixtures = resolve(import.meta.dirname, "../../../fixtures/flyway");
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), "utf8"));
const shadow = useShadow();
const table = "public.flyway_schema_history";

const run = async (statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await shadow().session.run(sql);
};
const read = async (history: Pick<History, "bookkeeping" | "migrations">): Promise<AppliedHistory> => {
  const found = await schemaHistory.read(shadow().session, history);
  if (found.kind === "failed" || found.value === null) throw new Error("the table was not read");
  return found.value;
};
const stampAll = async (history: History, migrations: readonly Migration[] = history.migrations): Promise<void> => {
  for (const migration of migrations) {
    await run(schemaHistory.stamp({ migration, location: history.location, table, by: null, executionMs: 3 }));
  }
};

beforeEach(async () => {
  await shadow().session.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
});

describe("what Flyway 9.22.3 wrote", () => {
  let project: string;
  let bookshop: History;
  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), "pggit-bookshop-"));
    // Flyway's command line, which recorded the rows, runs no source of Java.
    cpSync(join(fixtures, "bookshop"), project, { recursive: true, filter: (path) => !path.endsWith(".java") });
    bookshop = await readOk(project);
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));
  const columns =
    "select installed_rank, version, description, type, script, checksum, success from flyway_schema_history order by installed_rank";

  test("is what pggit writes, to the rank", async () => {
    await run(schemaHistory.create(table));
    await stampAll(bookshop);
    const recorded = readJson("recorded/schema-history.json") as readonly unknown[];
    expect(recorded.length).toBeGreaterThan(70);
    expect(await shadow().session.rows(columns)).toEqual(recorded);
    const who = await shadow().session.rows("select distinct installed_by, execution_time from flyway_schema_history");
    expect(who).toEqual([{ installed_by: "postgres", execution_time: 3 }]);
  });

  test("is read back as a history that is applied", async () => {
    await run(schemaHistory.create(table));
    await stampAll(bookshop);
    const match = matchApplied(bookshop, await read(bookshop));
    expect(match).toMatchObject({ pending: [], changed: [], missing: [], failed: [], outOfOrder: [], passedOver: [], questions: [] });
    expect(match.applied).toEqual(idsOf(bookshop));
  });

  test("a class is entered by its name, without checksum", async () => {
    const whole = await readOk(join(fixtures, "bookshop"));
    await run(schemaHistory.create(table));
    await stampAll(whole, [byId(whole, "V23")]);
    expect(await shadow().session.rows(columns)).toEqual([
      {
        installed_rank: 1,
        version: "23",
        description: "Import legacy authors",
        type: "JDBC",
        script: "db.migration.V23__Import_legacy_authors",
        checksum: null,
        success: true,
      },
    ]);
    expect((await read(whole)).rows).toMatchObject([{ migration: "V23", state: "applied" }]);
  });

  test("after a rollback the newest row of the migration is gone, and no other", async () => {
    const view = byId(bookshop, "R__book_list");
    await run(schemaHistory.create(table));
    await stampAll(bookshop, [byId(bookshop, "V1"), byId(bookshop, "V2"), { ...view, checksum: "1" }, view]);
    await run(schemaHistory.unstamp({ migration: view, table }));
    await run(schemaHistory.unstamp({ migration: byId(bookshop, "V2"), table }));
    expect((await read(bookshop)).rows.map(({ migration, checksum }) => [migration, checksum])).toEqual([
      ["V1", byId(bookshop, "V1").checksum],
      ["R__book_list", "1"],
    ]);
    expect(matchApplied(bookshop, await read(bookshop)).pending).toContain("R__book_list");
  });

  test("callbacks and what stands before the first file are not entered", async () => {
    const callback = byId(bookshop, "afterMigrate__report_grants");
    expect(schemaHistory.stamp({ migration: callback, location: bookshop.location, table, by: null, executionMs: 0 })).toEqual([]);
    const first = { id: "schema-creation", name: "schema creation", checksum: null, files: [] };
    expect(schemaHistory.stamp({ migration: first, location: "", table, by: null, executionMs: 0 })).toEqual([]);
  });
});

describe("a table in every state", () => {
  interface Recorded {
    readonly info: readonly { readonly version: string; readonly description: string; readonly state: string }[];
    readonly validate: readonly { readonly version: string; readonly description: string; readonly error: string }[];
  }
  const recorded = readJson("states/recorded.json") as Recorded;
  const nameOf = ({ version, description }: { readonly version: string | null; readonly description: string }): string =>
    version === null || version === "" ? `R__${description}` : `V${version}`;
  const inState = (...states: readonly string[]): readonly string[] =>
    [...new Set(recorded.info.filter(({ state }) => states.includes(state)).map(nameOf))].sort();
  const invalid = (error: string): readonly string[] => recorded.validate.filter((row) => row.error === error).map(nameOf);

  const match = async (): Promise<ReturnType<typeof matchApplied>> => {
    const history = await readOk(join(fixtures, "states"), { locations: ["filesystem:sql"] });
    await run(schemaHistory.create(table));
    const rows = readJson("states/table.json") as readonly Record<string, unknown>[];
    await shadow().session.rows(
      `insert into ${table} (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
       select rank, version, description, type, script, checksum, 'deploy', 5, success
       from json_to_recordset($1::json) as (rank int, version text, description text, type text, script text, checksum int, success bool)`,
      [JSON.stringify(rows.map((row, index) => ({ ...row, rank: index + 1 })))],
    );
    return matchApplied(history, await read(history));
  };

  test("is understood as Flyway's info and validate understand it", async () => {
    const found = await match();
    expect([...found.pending].sort()).toEqual(inState("Pending", "Ignored", "Outdated", "Failed"));
    expect([...found.passedOver].sort()).toEqual(inState("Ignored"));
    expect(found.outOfOrder.map(({ migration }) => migration.id)).toEqual(inState("Out of Order"));
    expect(found.missing.map(nameOf).sort()).toEqual(inState("Missing").toSorted());
    expect(found.belowBaseline).toEqual(inState("Ignored (Baseline)"));
    expect(found.changed.map(({ migration }) => migration.id)).toEqual(invalid("CHECKSUM_MISMATCH"));
    expect(found.failed.map(nameOf)).toEqual(invalid("FAILED_VERSIONED_MIGRATION"));
    expect(found.applied).toEqual(["V1", "V2", "V4", "V3.5", "V6", "R__current"]);
  });

  test("asks once for each thing that changes what counts, with its place and choices", async () => {
    const { questions } = await match();
    expect(questions.map(({ migration, draft }) => [migration, draft.title, draft.risk, draft.source?.location.file])).toEqual([
      ["V6", "V6 was edited after it was applied", "HIGH", "sql/V6__edited.sql"],
      [null, "V5__gone.sql was applied, and its file is gone", "HIGH", "V5__gone.sql"],
      [null, "R__no_more.sql was applied, and its file is gone", "HIGH", "R__no_more.sql"],
      ["V8", "version 8 (broke off) failed in this database", "HIGH", "V8__broke_off.sql"],
      [null, "A migration was applied out of order", "LOW", "sql/V3.5__late.sql"],
      ["V3", "V3 is not applied although a later version is", "MEDIUM", "sql/V3__passed_over.sql"],
      ["V7", "V7 is not applied although a later version is", "MEDIUM", "sql/V7__taken_back.sql"],
    ]);
    for (const { draft } of questions) {
      expect(draft).toMatchObject({ kind: "history-mismatch" });
      expect(draft.choices.length).toBeGreaterThan(0);
    }
  });
});

describe("where the table is", () => {
  const history = { bookkeeping: ["public.flyway_schema_history"], migrations: [] };
  const tableOf = async (bookkeeping: readonly string[]): Promise<unknown> => {
    const found = await schemaHistory.read(shadow().session, { ...history, bookkeeping });
    return found.kind === "failed"
      ? found.failures.map(({ code, message, hint }) => `${code}: ${message} ${hint}`)
      : (found.value?.table ?? null);
  };
  beforeEach(() =>
    shadow().session.run(
      'DROP SCHEMA IF EXISTS "Pipe Line" CASCADE; DROP SCHEMA IF EXISTS other CASCADE; DROP ROLE IF EXISTS flyway_reader',
    ),
  );

  test("none", async () => {
    await shadow().session.run("CREATE TABLE flyway_schema_history (id integer)");
    expect(await tableOf(history.bookkeeping)).toBeNull();
  });

  test("where the settings say, under their name", async () => {
    await run(['CREATE SCHEMA "Pipe Line"', ...schemaHistory.create('"Pipe Line"."Deployed.Versions"'), ...schemaHistory.create(table)]);
    expect(await tableOf(["Pipe Line.Deployed.Versions"])).toBe('"Pipe Line"."Deployed.Versions"');
    const indexes = await shadow().session.rows("select indexname from pg_indexes where schemaname = 'Pipe Line' order by 1");
    expect(indexes).toEqual([{ indexname: "Deployed.Versions_pk" }, { indexname: "Deployed.Versions_s_idx" }]);
  });

  test("under the name of before 5.0, and the newer name first", async () => {
    await run(schemaHistory.create("public.schema_version"));
    expect(await tableOf(history.bookkeeping)).toBe("public.schema_version");
    await run(schemaHistory.create(table));
    expect(await tableOf(history.bookkeeping)).toBe(table);
  });

  test("in another schema only where its rows are of this history, so that another application's is left alone", async () => {
    const bookshop = await readOk(join(fixtures, "bookshop"));
    const v1 = byId(bookshop, "V1");
    const make = (schema: string, checksum: string | null): Promise<void> => {
      const place = `${schema}.flyway_schema_history`;
      const stamp = { migration: { ...v1, checksum }, location: bookshop.location, table: place, by: null, executionMs: 1 };
      return run([`CREATE SCHEMA ${schema}`, ...schemaHistory.create(place), ...schemaHistory.stamp(stamp)]);
    };
    const find = async (): Promise<unknown> => {
      const found = await schemaHistory.read(shadow().session, bookshop);
      return found.kind === "failed" ? found.failures.map(({ code, message }) => `${code}: ${message}`) : (found.value?.table ?? null);
    };
    await make("other", "12345");
    expect(await find()).toBeNull();
    await make('"Pipe Line"', v1.checksum);
    expect(await find()).toBe('"Pipe Line".flyway_schema_history');
    await shadow().session.run(`UPDATE other.flyway_schema_history SET checksum = ${v1.checksum ?? "0"}`);
    expect(await find()).toEqual([
      'several-history-tables: the database has several of Flyway\'s tables with these migrations: "Pipe Line".flyway_schema_history, other.flyway_schema_history',
    ]);
    // In the current schema it is taken where the settings leave that open, and not where they name another.
    await run(schemaHistory.create(table));
    expect(await tableOf(["public.flyway_schema_history"])).toBe(table);
    expect(await tableOf(["elsewhere.flyway_schema_history"])).toBeNull();
    // Named by the settings, it is taken whatever stands in it.
    expect(await tableOf(["other.flyway_schema_history"])).toBe("other.flyway_schema_history");
  });

  test("where the role may not read it, what to grant", async () => {
    await run([...schemaHistory.create(table), "CREATE ROLE flyway_reader", "SET ROLE flyway_reader"]);
    try {
      expect(await tableOf(history.bookkeeping)).toEqual([
        "no-rights-on-history: the role flyway_reader may not read public.flyway_schema_history GRANT USAGE ON SCHEMA public TO flyway_reader; GRANT SELECT, INSERT, DELETE ON public.flyway_schema_history TO flyway_reader;",
      ]);
    } finally {
      await shadow().session.run("RESET ROLE");
    }
  });
});
