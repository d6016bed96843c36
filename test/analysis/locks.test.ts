import { beforeAll, describe, expect, test } from "vitest";
import { lockOf } from "../../src/analysis/locks.ts";
import { strongestLock, type LockMode } from "../../src/model/understanding.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { parseStatement } from "../../src/sql/statement.ts";

beforeAll(loadParser);

const CASES: readonly (readonly [string, LockMode | null])[] = [
  ["SELECT 1 FROM t", "ACCESS SHARE"],
  ["INSERT INTO t VALUES (1)", "ROW EXCLUSIVE"],
  ["UPDATE t SET a = 1", "ROW EXCLUSIVE"],
  ["DELETE FROM t", "ROW EXCLUSIVE"],
  ["TRUNCATE t", "ACCESS EXCLUSIVE"],
  ["CREATE TABLE t (a int)", null],
  ["DROP TABLE t", "ACCESS EXCLUSIVE"],
  ["CREATE INDEX i ON t (a)", "SHARE"],
  ["CREATE INDEX CONCURRENTLY i ON t (a)", "SHARE UPDATE EXCLUSIVE"],
  ["DROP INDEX i", "ACCESS EXCLUSIVE"],
  ["DROP INDEX CONCURRENTLY i", "SHARE UPDATE EXCLUSIVE"],
  ["REINDEX TABLE t", "SHARE"],
  ["ALTER TABLE t ADD COLUMN a int", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (a)", "SHARE ROW EXCLUSIVE"],
  ["ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE t VALIDATE CONSTRAINT c", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t ALTER COLUMN a SET STATISTICS 500", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5)", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t SET (fillfactor = 70)", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t SET TABLESPACE fast", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE t CLUSTER ON i", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t DISABLE TRIGGER g", "SHARE ROW EXCLUSIVE"],
  ["ALTER TABLE t ENABLE ROW LEVEL SECURITY", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1)", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE p DETACH PARTITION t", "ACCESS EXCLUSIVE"],
  ["ALTER TABLE p DETACH PARTITION t CONCURRENTLY", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t RENAME TO u", "ACCESS EXCLUSIVE"],
  ["ALTER INDEX i RENAME TO j", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TABLE t OWNER TO bob", "ACCESS EXCLUSIVE"],
  ["ALTER FUNCTION f() OWNER TO bob", null],
  ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "SHARE ROW EXCLUSIVE"],
  ["DROP TRIGGER g ON t", "ACCESS EXCLUSIVE"],
  ["CREATE POLICY p ON t USING (true)", "ACCESS EXCLUSIVE"],
  ["CREATE STATISTICS s (dependencies) ON a, b FROM t", "SHARE UPDATE EXCLUSIVE"],
  ["COMMENT ON TABLE t IS 'x'", "SHARE UPDATE EXCLUSIVE"],
  ["GRANT SELECT ON t TO bob", null],
  ["REFRESH MATERIALIZED VIEW m", "ACCESS EXCLUSIVE"],
  ["REFRESH MATERIALIZED VIEW CONCURRENTLY m", "EXCLUSIVE"],
  ["CREATE VIEW v AS SELECT 1", null],
  ["CREATE OR REPLACE VIEW v AS SELECT 1", "ACCESS EXCLUSIVE"],
  ["LOCK TABLE t IN SHARE MODE", "SHARE"],
  ["LOCK TABLE t", "ACCESS EXCLUSIVE"],
  ["VACUUM t", "SHARE UPDATE EXCLUSIVE"],
  ["ALTER TYPE mood ADD VALUE 'x'", null],
  ["ALTER DOMAIN d ADD CONSTRAINT c CHECK (value > 0)", "SHARE"],
  ["ALTER SEQUENCE s INCREMENT 2", "SHARE ROW EXCLUSIVE"],
  ["DO $$ BEGIN PERFORM f(); END $$", "ACCESS EXCLUSIVE"],
  ["SET search_path = app", null],
  ["this is no statement", "ACCESS EXCLUSIVE"],
];

describe("locks of the manual, 13.3, and AlterTableGetLockLevel", () => {
  test.each(CASES)("%s", (sql, mode) => {
    expect(strongestLock(parseStatement(sql).changes.map(lockOf))).toBe(mode);
  });
});

test("the strongest of several modes counts", () => {
  expect(strongestLock(["SHARE", null, "ACCESS SHARE"])).toBe("SHARE");
  expect(strongestLock([null])).toBeNull();
});
