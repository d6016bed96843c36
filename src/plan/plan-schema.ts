import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fraction = z.number().min(0).max(1);
const risk = z.enum(["LOW", "MEDIUM", "HIGH"]);
const toolName = z.enum(["flyway", "liquibase", "rails", "alembic", "django", "sqitch", "sql"]);
const origin = z.enum(["authored", "derived", "state-difference", "model"]);
const location = z.strictObject({ file: z.string(), line: z.number().int(), column: z.number().int().optional() });
const data = z.strictObject({ sha256, bytes: z.number().int(), rows: z.number().int() }).nullable();
const strings = z.array(z.string());

const difference = z.strictObject({
  identity: z.string(),
  kind: z.string(),
  what: z.enum(["missing", "extra", "different"]),
  aspect: z.string(),
  expected: z.string().nullable(),
  found: z.string().nullable(),
});

const evidence = z.strictObject({
  part: z.enum(["read", "executed", "rollback", "squash", "judge"]),
  statement: z.string(),
  value: fraction,
});

const rollbackProof = z.strictObject({
  origin,
  engine: z.string(),
  rows: z.number().int(),
  generated: z
    .strictObject({
      rows: z.number().int(),
      tables: z.array(z.string()),
      without: z.array(z.strictObject({ table: z.string(), why: z.string() })),
    })
    .optional(),
  executed: z.boolean(),
  error: z.string().nullable(),
  differences: z.array(difference),
  notCovered: strings,
});

const loss = z.strictObject({ table: z.string().nullable(), columns: strings, what: z.string() });

const rollbackStatus = z.enum(["proven", "proven-conditional", "proven-lossy", "irreversible", "unproven"]);

const backup = z.strictObject({
  tables: z.array(
    z.strictObject({
      table: z.string(),
      backup: z.string().regex(/^pggit_migrate\.backup_[a-z0-9_]{1,56}$/),
      key: strings,
      columns: strings,
      saves: z.enum(["rows", "values", "changes"]),
    }),
  ),
  before: strings,
  after: strings,
  without: z.strictObject({ status: rollbackStatus, upLoses: z.array(loss), check: z.string().nullable(), reason: z.string().nullable() }),
});

const hazard = z.looseObject({
  rule: z.string(),
  severity: z.enum(["high", "medium", "low"]),
  message: z.string(),
  safer: z.string().nullable(),
  location,
});

const statement = z.strictObject({
  sql: z.string(),
  data,
  location,
  change: z.array(z.strictObject({ kind: z.string(), effect: z.enum(["catalog", "data", "session", "unknown"]) })),
  objects: z.strictObject({ reads: strings, writes: strings }),
  lock: z.string().nullable(),
  hazards: z.array(hazard),
  transactional: z.boolean(),
  outcome: z.string(),
});

const migration = z.strictObject({
  id: z.string(),
  name: z.string(),
  author: z.string().nullable(),
  date: z.string().nullable(),
  files: z.array(z.strictObject({ path: z.string(), role: z.enum(["up", "down", "both", "verify", "settings"]), sha256 })),
  checksum: z.string().nullable(),
  entry: z.record(z.string(), z.string().nullable()).optional(),
  adopted: z.strictObject({ differences: strings, reason: z.string() }).optional(),
  folder: z.string(),
  up: z.array(statement),
  rollback: z.strictObject({
    status: rollbackStatus,
    origin: origin.nullable(),
    sql: strings,
    upLoses: z.array(loss),
    downLoses: z.array(loss),
    check: z.string().nullable(),
    reason: z.string().nullable(),
    proof: rollbackProof.nullable(),
    rejected: z.array(rollbackProof),
    backup: backup.optional(),
    noBackup: z.string().optional(),
  }),
  understanding: z.strictObject({
    intent: z.string(),
    pattern: z.string(),
    optimization: z.string(),
    semantic_version: z.string(),
    confidence: fraction,
  }),
  compatibility: z.enum(["full", "backward", "forward", "none"]),
  evidence: z.array(evidence),
  edgeCases: strings,
});

const merge = z.strictObject({ id: z.string(), rule: z.string(), migrations: strings, before: strings, after: strings });
const quoted = z.strictObject({ migration: z.string(), sql: z.string(), reason: z.string() });

const edgeCase = z.strictObject({
  id: z.string(),
  migration: z.string().nullable(),
  kind: z.string(),
  title: z.string(),
  question: z.string(),
  action: z.string(),
  risk,
  source: z.strictObject({ location, text: z.string() }).nullable(),
  suggestion: z.strictObject({ text: z.string(), sql: z.string().nullable(), origin: z.string(), proven: z.boolean() }).nullable(),
  confidence: fraction,
  evidence: z.array(evidence),
  choices: strings,
  content: sha256.optional(),
  decision: z
    .strictObject({
      choice: z.string(),
      by: z.string().nullable(),
      at: z.string().nullable(),
      reason: z.string().nullable(),
      sql: z.string().nullable(),
      with: strings.optional(),
    })
    .nullable(),
});

/** `migration_plan_YYYYMMDD.json`, format version 1: see `docs/formats.md`. */
export const planSchema = z.strictObject({
  formatVersion: z.literal(1),
  contentId: sha256,
  decisionsId: sha256,
  source: z.strictObject({
    tool: toolName,
    toolVersion: z.string().nullable(),
    location: z.string(),
    migrations: z.number().int(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  }),
  engine: z.strictObject({ postgres: z.string(), embedded: z.boolean() }),
  surroundings: z.strictObject({ resetBetween: strings, bookkeeping: strings, bookkeepingSql: strings }),
  summary: z.strictObject({
    operations: z.number().int(),
    confidence: fraction,
    minimumConfidence: fraction,
    risk,
    rollbacks: z.strictObject({
      proven: z.number().int(),
      provenConditional: z.number().int(),
      provenLossy: z.number().int(),
      irreversible: z.number().int(),
      unproven: z.number().int(),
      coverage: fraction,
    }),
    version: z.string(),
  }),
  migrations: z.array(migration),
  order: strings,
  dependencies: z.array(z.strictObject({ migration: z.string(), dependsOn: z.string(), through: strings })),
  squash: z.strictObject({
    statements: z.array(z.strictObject({ sql: z.string(), data, migrations: strings, transactional: z.boolean() })),
    merges: z.array(merge),
    takenBack: z.array(z.strictObject({ merge, difference: z.string() })),
    kept: z.array(quoted),
    elided: z.array(quoted),
    proof: z.strictObject({
      proven: z.boolean(),
      engine: z.string(),
      rows: z.number().int(),
      differences: z.array(difference),
      notCovered: strings,
    }),
  }),
  objects: z.array(
    z.strictObject({
      kind: z.string(),
      identity: z.string(),
      version: z.string(),
      dropped: z.boolean(),
      history: z.array(
        z.strictObject({ migration: z.string(), level: z.enum(["MAJOR", "MINOR", "PATCH"]), version: z.string(), reason: z.string() }),
      ),
    }),
  ),
  branches: z.array(
    z.strictObject({ name: z.string(), environment: z.string().nullable(), database: z.string().nullable(), migrations: strings }),
  ),
  edgeCases: z.array(edgeCase),
  findings: z.array(
    z.strictObject({
      kind: z.literal("finding"),
      code: z.string(),
      message: z.string(),
      location: location.nullable(),
      migration: z.string().nullable(),
    }),
  ),
  approvals: z.array(
    z.strictObject({ as: z.string(), role: z.string().nullable(), at: z.string(), contentId: sha256, decisionsId: sha256 }),
  ),
  assistance: z
    .array(
      z.strictObject({
        task: z.enum(["convert-program", "suggest-rollback", "explain-intent", "map-environment", "order-circle"]),
        question: z.string().nullable(),
        migration: z.string().nullable(),
        provider: z.string(),
        model: z.string(),
        endpoint: z.string(),
        prompt: z.strictObject({ version: z.number().int(), sha256 }),
        request: sha256,
        reply: sha256,
        tokens: z.strictObject({ input: z.number().int(), output: z.number().int() }),
        cost: z.number().nullable(),
        outcome: z.enum(["suggested", "explained", "failed"]),
        text: z.string(),
        opinion: fraction.nullable(),
      }),
    )
    .optional(),
  request: z
    .strictObject({
      project: z.string(),
      flags: z.record(z.string(), z.union([z.string(), z.boolean(), strings])),
      again: strings,
    })
    .optional(),
});
