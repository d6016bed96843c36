import { describe, expect, test } from "vitest";
import type { PlanObject } from "../../src/model/plan.ts";
import { branchesOf } from "../../src/store/branches.ts";
import { commitHash, contentHash, downStatements, statementsByName, upScript } from "../../src/store/migration-content.ts";
import { objectLines, splitIdentity } from "../../src/store/object-lines.ts";
import { changeObjects, type NewCommit, type ObjectRow } from "../../src/store/object-states.ts";
import { formatUtc, parseUtc } from "../../src/store/utc.ts";
import { toJson } from "../../src/store/write.ts";

const object = (identity: string, reasons: readonly string[], more: Partial<PlanObject> = {}): PlanObject => ({
  kind: "table",
  identity,
  version: "1.0.0",
  dropped: false,
  history: reasons.map((reason, index) => ({ migration: `V${index + 1}`, level: "MINOR", version: `1.${index}.0`, reason })),
  ...more,
});
const steps = (one: PlanObject): readonly string[] =>
  objectLines({ objects: [one] }).flatMap((line) => line.steps.map(({ change, schema, name }) => `${change} ${schema}.${name}`));

describe("objectLines", () => {
  test("splits identities, whatever they hold", () => {
    expect(splitIdentity("public.users")).toEqual({ schema: "public", name: "users" });
    expect(splitIdentity('"A.b"."Weird.""Name"""')).toEqual({ schema: "A.b", name: '"Weird.""Name"""' });
    expect(splitIdentity("public.f(integer, other.t)")).toEqual({ schema: "public", name: "f(integer, other.t)" });
    expect(splitIdentity("audit")).toEqual({ schema: "", name: "audit" });
  });

  test("follows renamings back, also into another schema and with arguments", () => {
    expect(
      steps(
        object('shop."New name"', [
          "new table",
          "renamed from old to middle",
          "moved from schema public to shop; renamed from middle to New name",
        ]),
      ),
    ).toEqual(["CREATE public.old", "RENAME public.middle", 'RENAME shop."New name"']);
    expect(steps(object("public.g(integer)", ["new function", "renamed from f to g"], { kind: "function" }))).toEqual([
      "CREATE public.f(integer)",
      "RENAME public.g(integer)",
    ]);
    // A renaming to another name than the one that is there is not one of this line.
    expect(steps(object("public.a", ["new table", "renamed from x to y"]))).toEqual(["CREATE public.a", "RENAME public.a"]);
  });

  test("tells a drop from the drop of a part, and a return from a change", () => {
    expect(
      steps(
        object("public.t", ["new table", "column table dropped", "table dropped", "new table", "comment changed; comment on id changed"]),
      ),
    ).toEqual(["CREATE public.t", "ALTER public.t", "DROP public.t", "CREATE public.t", "COMMENT public.t"]);
    expect(
      steps(object("public.t", ["new materialized view", "materialized view dropped"], { kind: "materialized-view", dropped: true })),
    ).toEqual(["CREATE public.t", "DROP public.t"]);
    // Dropped and made again within one migration.
    expect(steps(object("public.t", ["new table", "table dropped"]))).toEqual(["CREATE public.t", "ALTER public.t"]);
  });

  test("keeps the key of a line while the history goes on", () => {
    const before = objectLines({ objects: [object("public.a", ["new table", "new column x"])] });
    const after = objectLines({ objects: [object("public.b", ["new table", "new column x", "renamed from a to b"])] });
    expect(after[0]?.key).toBe(before[0]?.key);
  });
});

describe("changeObjects", () => {
  const commit = (id: string, at: bigint): NewCommit => ({ id, branch: "main", hash: `hash ${id}`, content: `content ${id}`, at });
  const recorded = (...ids: readonly string[]): ReadonlyMap<string, string> => new Map(ids.map((id) => [id, "main"]));

  test("two tables that change names: each keeps its line", () => {
    const swap = (from: string, to: string): PlanObject => ({
      ...object(`public.${to}`, []),
      history: [
        { migration: "V1", level: "MINOR", version: "1.0.0", reason: "new table" },
        { migration: "V2", level: "MAJOR", version: "2.0.0", reason: `renamed from ${from} to ${to}` },
      ],
    });
    const lines = objectLines({ objects: [swap("b", "a"), swap("a", "b")] });
    const { states } = changeObjects({ lines, rows: [], commits: [commit("V1", 1n), commit("V2", 2n)], recorded: recorded("V1", "V2") });
    expect(states.map(({ line, name }) => `${line} is ${name}`).sort()).toEqual(["table V1 public.a is b", "table V1 public.b is a"]);
  });

  test("a dropped table gives its name to the one that takes it", () => {
    const gone: PlanObject = { ...object("public.t", ["new table", "table dropped"]), dropped: true };
    const heir: PlanObject = {
      ...object("public.t", []),
      history: [
        { migration: "V1", level: "MINOR", version: "1.0.0", reason: "new table" },
        { migration: "V3", level: "MAJOR", version: "2.0.0", reason: "renamed from u to t" },
      ],
    };
    const lines = objectLines({ objects: [gone, heir] });
    const commits = ["V1", "V2", "V3"].map((id) => commit(id, 5n));
    const { states, history, standing } = changeObjects({ lines, rows: [], commits, recorded: recorded("V1", "V2", "V3") });
    expect(states.map(({ name, active }) => [name, active])).toEqual([
      ["t", true],
      ["t (V2)", false],
    ]);
    expect(standing.get("main")).toBe(1);
    // At one moment, and yet in order.
    expect(history.map(({ line, at, newVersion }) => [line, at, newVersion])).toEqual([
      ["table V1 public.t", 5n, 1],
      ["table V1 public.u", 5n, 1],
      ["table V1 public.t", 6n, null],
      ["table V1 public.u", 6n, 2],
    ]);
  });

  test("a migration that comes late does not take the version back", () => {
    const lines = objectLines({ objects: [object("public.t", ["new table", "new column a", "new column b"])] });
    const row: ObjectRow = {
      id: 7,
      line: lines[0]?.key ?? "",
      branch: "main",
      schema: "public",
      name: "t",
      version: 3,
      active: true,
      hash: "x",
      lastAt: "90",
    };
    const { states, history } = changeObjects({ lines, rows: [row], commits: [commit("V2", 10n)], recorded: recorded("V1", "V2", "V3") });
    expect(states).toMatchObject([{ id: 7, version: 3, semanticVersion: "1.2.0" }]);
    expect(history).toMatchObject([{ oldVersion: 1, newVersion: 2, at: 91n }]);
  });
});

describe("what a migration is in the record", () => {
  const location = { file: "V1.sql", line: 1 };
  const statement = {
    sql: "CREATE TABLE a (id integer)",
    data: null,
    location,
    change: [],
    objects: { reads: [], writes: ["table:a"] },
    lock: null,
    hazards: [],
    transactional: true,
    outcome: "done",
  };
  const copy = {
    ...statement,
    sql: "COPY b FROM STDIN",
    data: { sha256: "ab".repeat(32), bytes: 12, rows: 3 },
    objects: { reads: [], writes: ["table:public.b"] },
  };
  const migration = { id: "V1", folder: "0001_a", up: [statement, copy] };

  test("its script names bulk data, and finds the statements of an object", () => {
    expect(upScript(migration)).toBe(
      `CREATE TABLE a (id integer);\nCOPY b FROM STDIN;\n-- 3 rows, 12 bytes, SHA-256 ${"ab".repeat(32)}: see migrations/0001_a/up.sql`,
    );
    const sqlOf = statementsByName(migration);
    expect(sqlOf("a")).toBe("CREATE TABLE a (id integer);");
    expect(sqlOf('"b"')).toContain("COPY b FROM STDIN;");
    expect(sqlOf('"nobody"')).toBe(upScript(migration));
    const long = {
      ...statement,
      sql: `CREATE TABLE c (${"x integer, ".repeat(2000)}y integer)`,
      objects: { reads: [], writes: ["table:c"] },
    };
    const dump = statementsByName({ ...migration, up: [statement, long] });
    expect(dump("c")).toMatch(/^CREATE TABLE c .{19000,} …$/);
    expect(dump("nobody")).toBeNull();
  });

  test("its hash is of tool, id, statements and data, and the commit's of what it stands on too", () => {
    const hash = contentHash("flyway", migration);
    expect(contentHash("flyway", { ...migration })).toBe(hash);
    const other = { ...copy, data: { ...copy.data, sha256: "cd".repeat(32) } };
    expect(
      new Set([
        hash,
        contentHash("sql", migration),
        contentHash("flyway", { ...migration, id: "V2" }),
        contentHash("flyway", { ...migration, up: [statement, other] }),
      ]).size,
    ).toBe(4);
    expect(commitHash(null, hash)).not.toBe(commitHash("a", hash));
  });

  test("its way back is there only where it was proven", () => {
    const rollback = {
      status: "proven",
      origin: "derived",
      upLoses: [],
      downLoses: [],
      check: null,
      reason: null,
      sql: ["DROP TABLE a"],
      proof: null,
      rejected: [],
    } as const;
    expect(downStatements({ rollback })).toEqual(["DROP TABLE a"]);
    expect(downStatements({ rollback: { ...rollback, status: "proven-lossy" } })).toEqual(["DROP TABLE a"]);
    for (const status of ["irreversible", "unproven"] as const) expect(downStatements({ rollback: { ...rollback, status } })).toBeNull();
  });
});

describe("branchesOf", () => {
  test("long and odd names stay distinct and within the checks", () => {
    const branch = (
      name: string,
      ...migrations: readonly string[]
    ): { name: string; environment: null; database: null; migrations: readonly string[] } => ({
      name,
      environment: null,
      database: null,
      migrations,
    });
    const branches = branchesOf({
      branches: [branch("main"), branch("é"), branch("x".repeat(300), "V9"), branch("x".repeat(301)), branch("a b"), branch("a:b")],
    });
    const names = branches.rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9._/#-]{1,255}$/);
    expect(branches.of("V9")).toBe("x".repeat(255));
    expect(branches.of("V1")).toBe("main");
  });
});

describe("UTC", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["2024-01-31T08:15:00Z", "2024-01-31 08:15:00.000000"],
    ["2024-01-31T08:15:00.123456+02:00", "2024-01-31 06:15:00.123456"],
    ["2024-01-31 08:15:00.5", "2024-01-31 08:15:00.500000"],
    ["2024-01-31T08:15-0530", "2024-01-31 13:45:00.000000"],
    ["2024-01-31T00:30:00+02", "2024-01-30 22:30:00.000000"],
    ["2024-01-31", "2024-01-31 00:00:00.000000"],
    ["1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59.999999"],
    ["yesterday", null],
    ["2024-13-01", null],
  ];
  test.each(cases)("%s", (text, expected) => {
    const moment = parseUtc(text);
    expect(moment === null ? null : formatUtc(moment)).toBe(expected);
  });
});

test("JSON for PostgreSQL has no half characters and no NUL, and leaves backslashes alone", () => {
  const texts = ["a\u0000b", "cut \ud83d", "\udc00 cut", "\u{1F600}", String.raw`C:\ud83d \u0000 \\`, "\u001f"];
  expect(JSON.parse(toJson(texts))).toEqual([
    "a\uFFFDb",
    "cut \uFFFD",
    "\uFFFD cut",
    "\u{1F600}",
    String.raw`C:\ud83d \u0000 \\`,
    "\u001f",
  ]);
});
