import type { Plan, PlanMigration, PlanStatement } from "../../src/model/plan.ts";
import type { Hazard } from "../../src/model/understanding.ts";
import { sealPlan } from "../../src/plan/write-plan.ts";

const engine = "PostgreSQL 18.6 (embedded)";

/** What tries to get out of its element, its attribute, its script, its Markdown cell. */
export const hostile = `"><img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script><!-- ' | \`x\` é`;

interface Sketch {
  readonly id: string;
  readonly name: string;
  readonly sql: string;
  readonly change: PlanStatement["change"][number]["kind"];
  readonly writes: readonly string[];
  readonly lock: PlanStatement["lock"];
  readonly hazards?: readonly Omit<Hazard, "location" | "object">[];
  readonly rollback?: Partial<PlanMigration["rollback"]>;
  readonly transactional?: boolean;
}

function migration(sketch: Sketch, number: number): PlanMigration {
  const { id, name, sql, change, writes, lock, hazards = [], rollback = {}, transactional = true } = sketch;
  const location = { file: `db/migration/${id}__${number}.sql`, line: 1, column: 1 };
  const proof = { origin: "derived", engine, rows: 0, executed: true, error: null, differences: [], notCovered: [] } as const;
  return {
    id,
    name,
    author: "Ruth Amsler <ruth@library.example>",
    date: new Date(Date.UTC(2022, number % 30, 3, 9)).toISOString(),
    files: [{ path: location.file, role: "up", sha256: "0".repeat(64) }],
    checksum: String(number),
    folder: `${String(number + 1).padStart(4, "0")}_step`,
    up: [
      {
        sql,
        data: null,
        location,
        change: [{ kind: change, effect: change === "update" || change === "insert" ? "data" : "catalog" }],
        objects: { reads: [], writes },
        lock,
        hazards: hazards.map((hazard) => ({ ...hazard, location, object: null })),
        transactional,
        outcome: "done",
      },
    ],
    rollback: {
      status: "proven",
      origin: "derived",
      sql: ["SELECT 1"],
      upLoses: [],
      downLoses: [],
      check: null,
      reason: null,
      proof,
      rejected: [],
      ...rollback,
    },
    understanding: {
      intent: `Step ${name}`,
      pattern: "SCHEMA_EXTENSION",
      optimization: "COMBINE_DDL",
      semantic_version: `1.${number}.0`,
      confidence: 0.96,
    },
    compatibility: "full",
    evidence: [{ part: "read", statement: "Read completely: 1 statement", value: 1 }],
    edgeCases: [],
  };
}

const members = `CREATE TABLE members (id bigint PRIMARY KEY, email text NOT NULL, date_of_birth date, phone varchar(20))`;
const loans = `CREATE TABLE loans (id bigint PRIMARY KEY, member_id bigint REFERENCES members (id), due date)`;

const sketches: readonly Sketch[] = [
  { id: "V1", name: "members", sql: members, change: "create-table", writes: ["table:members"], lock: "ACCESS EXCLUSIVE" },
  { id: "V2", name: "loans", sql: loans, change: "create-table", writes: ["table:loans"], lock: "ACCESS EXCLUSIVE" },
  {
    id: "V3",
    name: hostile,
    sql: `COMMENT ON TABLE loans IS '${hostile.replaceAll("'", "''")}'`,
    change: "comment",
    writes: ["table:loans"],
    lock: "SHARE UPDATE EXCLUSIVE",
  },
  {
    id: "V4",
    name: "loans have a due date",
    sql: "ALTER TABLE loans ALTER COLUMN due SET NOT NULL",
    change: "set-not-null",
    writes: ["column:loans.due", "table:loans"],
    lock: "ACCESS EXCLUSIVE",
    hazards: [
      {
        rule: "scans-table",
        severity: "high",
        message: "All of loans is read under an ACCESS EXCLUSIVE lock to see that due holds no NULL.",
        safer:
          "ALTER TABLE public.loans ADD CONSTRAINT loans_due_not_null CHECK (due IS NOT NULL) NOT VALID; ALTER TABLE public.loans VALIDATE CONSTRAINT loans_due_not_null; ALTER TABLE public.loans ALTER COLUMN due SET NOT NULL; ALTER TABLE public.loans DROP CONSTRAINT loans_due_not_null;",
      },
    ],
  },
  {
    id: "V5",
    name: "drop phone",
    sql: "ALTER TABLE members DROP COLUMN phone",
    change: "drop-column",
    writes: ["column:members.phone", "table:members"],
    lock: "ACCESS EXCLUSIVE",
    hazards: [
      {
        rule: "loses-data",
        severity: "high",
        message: "All values of members.phone are gone.",
        safer: "Take a backup of the table before.",
      },
    ],
    rollback: {
      status: "proven-lossy",
      sql: ["ALTER TABLE public.members ADD COLUMN phone varchar(20)"],
      upLoses: [{ table: "public.members", columns: ["phone"], what: "values of the dropped column" }],
    },
  },
  {
    id: "V6",
    name: "emails are unique",
    sql: "ALTER TABLE members ADD CONSTRAINT members_email UNIQUE (email)",
    change: "add-constraint",
    writes: ["table:members", "constraint:members.members_email"],
    lock: "ACCESS EXCLUSIVE",
    hazards: [{ rule: "blocks-writes", severity: "high", message: "members is locked while its index is built.", safer: null }],
    rollback: { status: "irreversible", origin: null, sql: [], reason: "its author said so", proof: null },
  },
  {
    id: "V7",
    name: "find loans by member",
    sql: "CREATE INDEX CONCURRENTLY loans_member ON loans (member_id)",
    change: "create-index",
    writes: ["index:loans_member", "table:loans"],
    lock: "SHARE UPDATE EXCLUSIVE",
    transactional: false,
    rollback: { status: "proven-conditional", check: "SELECT 1 FROM public.loans WHERE due IS NULL" },
  },
];

/** A plan of a library's history; with a size, its last steps again and again until there are so many migrations. */
export function samplePlan(size = sketches.length): Plan {
  const migrations = Array.from({ length: size }, (_, number) => {
    const sketch = sketches[number < sketches.length ? number : 3 + (number % 4)] as Sketch;
    return migration({ ...sketch, id: `V${number + 1}` }, number);
  });
  const merge = {
    id: "not-null-into-create@V2:1",
    rule: "not-null-into-create",
    migrations: ["V2", "V4"],
    before: [loans, "ALTER TABLE loans ALTER COLUMN due SET NOT NULL"],
    after: [loans.replace("due date", "due date NOT NULL")],
  } as const;
  return sealPlan({
    formatVersion: 1,
    source: { tool: "flyway", toolVersion: null, location: "db/migration", migrations: size, from: "2022-01-03", to: "2024-06-03" },
    engine: { postgres: "PostgreSQL 18.6", embedded: true },
    surroundings: { resetBetween: [], bookkeeping: ["public.flyway_schema_history"], bookkeepingSql: [] },
    summary: {
      operations: size,
      confidence: 0.96,
      minimumConfidence: 0.96,
      risk: "HIGH",
      rollbacks: { proven: size - 3, provenConditional: 1, provenLossy: 1, irreversible: 1, unproven: 0, coverage: 0.86 },
      version: "1.6.0",
    },
    migrations,
    order: migrations.map(({ id }) => id),
    dependencies: [{ migration: "V4", dependsOn: "V2", through: ["public.loans"] }],
    squash: {
      statements: [
        { sql: members.replace(", phone varchar(20)", ""), data: null, migrations: ["V1", "V5"], transactional: true },
        { sql: merge.after[0], data: null, migrations: ["V2", "V4"], transactional: true },
        { sql: "ALTER TABLE members ADD CONSTRAINT members_email UNIQUE (email)", data: null, migrations: ["V6"], transactional: true },
        { sql: "CREATE INDEX loans_member ON loans (member_id)", data: null, migrations: ["V7"], transactional: true },
        { sql: "CREATE VIEW overdue AS SELECT * FROM loans WHERE due < now()", data: null, migrations: ["V7"], transactional: true },
      ],
      merges: [merge],
      takenBack: [],
      kept: [{ migration: "V7", sql: "CREATE INDEX CONCURRENTLY loans_member ON loans (member_id)", reason: "it stands alone" }],
      elided: [],
      proof: { proven: true, engine, rows: 0, differences: [], notCovered: [] },
    },
    objects: [
      {
        kind: "table",
        identity: "public.loans",
        version: "2.0.0",
        dropped: false,
        history: [
          { migration: "V2", level: "MINOR", version: "1.0.0", reason: "new table" },
          { migration: "V4", level: "MAJOR", version: "2.0.0", reason: "column due became NOT NULL" },
        ],
      },
      {
        kind: "table",
        identity: "public.members",
        version: "1.0.0",
        dropped: false,
        history: [{ migration: "V1", level: "MINOR", version: "1.0.0", reason: "new table" }],
      },
    ],
    branches: [{ name: "main", environment: null, database: null, migrations: migrations.map(({ id }) => id) }],
    edgeCases: [
      {
        id: "V5-data-loss-1b7b",
        migration: "V5",
        kind: "data-loss",
        title: "The phone numbers go",
        question: "Are the phone numbers needed?",
        action: "Decide.",
        risk: "HIGH",
        source: { location: { file: "db/migration/V5__4.sql", line: 1 }, text: hostile },
        suggestion: { text: "Keep it.", sql: null, origin: "rule", proven: false },
        confidence: 0.9,
        evidence: [],
        choices: ["keep", "exclude"],
        decision: null,
      },
    ],
    findings: [{ kind: "finding", code: "chain-proven", message: "All ways back were run.", location: null, migration: null }],
    approvals: [],
  });
}
