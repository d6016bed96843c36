import { describe, expect, test } from "vitest";
import { describeLoss, renderDown, renderUp, type FileHeader } from "../../src/export/migration-file.ts";

const header: FileHeader = {
  migration: {
    id: "V7",
    name: 'add "phone"',
    author: "Ruth Amsler",
    date: "2021-05-01T09:00:00+02:00",
    transaction: "one",
    files: [
      { path: "db/V7__add_phone.sql", role: "up", sha256: "0".repeat(64) },
      { path: "db/V7__add_phone.sql.conf", role: "settings", sha256: "0".repeat(64) },
    ],
  },
  variables: [],
  notes: [],
};

const statement = (sql: string) => ({ sql, data: null, transactional: true, disabled: null });

describe("up.sql", () => {
  test("says where it comes from and runs in one transaction", () => {
    expect(renderUp(header, [statement("ALTER TABLE customers ADD COLUMN phone text")])).toBe(
      [
        "-- pggit: migration V7",
        '-- pggit: name "add \\"phone\\""',
        "-- pggit: author Ruth Amsler",
        "-- pggit: date 2021-05-01T09:00:00+02:00",
        "-- pggit: source db/V7__add_phone.sql",
        "",
        "BEGIN;",
        "",
        "ALTER TABLE customers ADD COLUMN phone text;",
        "",
        "COMMIT;",
        "",
      ].join("\n"),
    );
  });

  test("has no transaction around a file with a statement that cannot run in one", () => {
    const text = renderUp(header, [
      { ...statement("CREATE INDEX CONCURRENTLY i ON t (a)"), transactional: false },
      statement("COMMENT ON INDEX i IS 'x'"),
    ]);
    expect(text).toContain("-- pggit: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);");
    expect(text).not.toMatch(/^(BEGIN|COMMIT);$/m);
  });

  test.each(["none", "file"] as const)("keeps the way in which a migration of mode %s runs", (transaction) => {
    const text = renderUp({ ...header, migration: { ...header.migration, transaction } }, [
      statement("ALTER TYPE mood ADD VALUE 'ok'"),
      statement("INSERT INTO moods VALUES ('ok')"),
    ]);
    expect(text).not.toMatch(/^(BEGIN|COMMIT);$/m);
  });

  test("ends COPY data with its own line, whether or not the data ended with a line break", () => {
    for (const data of ["1\ta\n2\tb", "1\ta\n2\tb\n"]) {
      const text = renderUp(header, [{ ...statement("COPY t FROM stdin"), data }]);
      expect(text).toContain("COPY t FROM stdin;\n1\ta\n2\tb\n\\.\n");
    }
    expect(renderUp(header, [{ ...statement("COPY t FROM stdin"), data: "" }])).toContain("COPY t FROM stdin;\n\\.\n");
  });

  test("keeps a statement that failed in the replay as a comment, every line of it", () => {
    const text = renderUp(header, [
      statement("SELECT 1"),
      { ...statement("ALTER TABLE x\r\n  DROP y"), disabled: "Failed in the replay:\nno x" },
    ]);
    expect(text).toContain("-- Failed in the replay: no x\n-- ALTER TABLE x\n--   DROP y;\n");
  });

  test("a line break in a name cannot leave the comment", () => {
    const evil = {
      ...header,
      migration: { ...header.migration, name: "x\nDROP TABLE users;", author: "ab\rc" },
      notes: ["n\nDROP TABLE t;"],
    };
    const lines = renderUp(evil, [])
      .split(/[\n\r]/)
      .filter((line) => line !== "");
    expect(lines.filter((line) => !line.startsWith("-- "))).toEqual([]);
  });
});

describe("down.sql", () => {
  test("begins with what it cannot bring back", () => {
    const loses = [{ table: "public.customers", columns: ["phone"], what: "values of the dropped column" }];
    const text = renderDown(header, {
      statements: [{ sql: "ALTER TABLE customers ADD COLUMN phone text", location: null, transactional: true }],
      loses,
    });
    expect(text.indexOf("-- Does not bring back: public.customers (phone): values of the dropped column")).toBeLessThan(
      text.indexOf("BEGIN;"),
    );
  });

  test.each([
    [{ table: null, columns: [], what: "column order" }, "column order"],
    [{ table: "public.t", columns: [], what: "the 12 rows that V7 deleted" }, "public.t: the 12 rows that V7 deleted"],
    [{ table: "public.t", columns: ["a", "b"], what: "values" }, "public.t (a, b): values"],
  ])("describes %j", (loss, text) => {
    expect(describeLoss(loss)).toBe(text);
  });
});
