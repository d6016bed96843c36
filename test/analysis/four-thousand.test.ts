import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { analyse } from "../../src/analysis/analyse.ts";
import type { CatalogObject, ColumnFacts, RelationFacts } from "../../src/model/catalog.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { replayOf } from "./support/handmade.ts";

beforeAll(loadParser);

function column(number: number): ColumnFacts {
  return {
    number,
    name: `c${number}`,
    type: "integer",
    collation: null,
    notNull: false,
    notNullConstraint: null,
    default: null,
    generated: null,
    identity: null,
    storage: "PLAIN",
    defaultStorage: "PLAIN",
    compression: null,
    statistics: null,
    options: [],
    fdwOptions: [],
    acl: [],
    comment: null,
    isLocal: true,
    inheritCount: 0,
  };
}

function table(oid: number, columns: number): CatalogObject {
  const facts: RelationFacts = {
    kind: "relation",
    relationKind: "table",
    persistence: "permanent",
    options: [],
    toastOptions: [],
    tablespace: null,
    accessMethod: "heap",
    rowSecurity: false,
    forceRowSecurity: false,
    replicaIdentity: "default",
    partitionKey: null,
    partitionBound: null,
    inherits: [],
    ofType: null,
    viewDefinition: null,
    populated: true,
    server: null,
    fdwOptions: [],
    columns: Array.from({ length: columns }, (_unused, at) => column(at + 1)),
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rules: [],
    comment: null,
    securityLabels: [],
    extension: null,
    owner: "postgres",
    acl: [],
    isDefault: true,
  };
  return { address: { catalog: "pg_class", oid }, kind: "table", schema: "public", name: `t${oid}`, identity: `public.t${oid}`, facts };
}

/** A thousand tables, each made and then extended three times. */
function generate(migrations: number): readonly MigrationReplay[] {
  const tables = migrations / 4;
  return Array.from({ length: migrations }, (_unused, at) => {
    const round = Math.floor(at / tables);
    const oid = 20_000 + (at % tables);
    const sql = round === 0 ? `CREATE TABLE t${oid} (c1 int, c2 int)` : `ALTER TABLE t${oid} ADD COLUMN c${round + 2} int`;
    const key = `pg_class/${oid}`;
    const replay = replayOf(sql, []);
    return {
      ...replay,
      migration: { ...replay.migration, id: `V${at + 1}` },
      before: round === 0 ? new Map() : new Map([[key, table(oid, round + 1)]]),
      after: new Map([[key, table(oid, round + 2)]]),
    };
  });
}

test("4,000 migrations are understood, and again with the same bytes", () => {
  const replays = generate(4_000);
  const input = {
    history: {
      kind: "history",
      tool: "sql",
      toolVersion: null,
      location: "",
      root: "",
      migrations: [],
      baselines: [],
      environments: [],
      findings: [],
    },
    replays,
    rollbacks: null,
    squash: null,
    drafts: [],
    pending: new Set<string>(),
    comparedWith: null,
  } as const;
  const history = { ...input.history, preparation: [], resetBetween: [], bookkeeping: [], bookkeepingSql: [], runsOutsideTransaction: [] };
  const tools = { identify: (text: string) => createHash("sha256").update(text).digest("hex"), mask: (sql: string) => sql };
  const first = analyse({ ...input, history }, tools);
  expect(first.migrations).toHaveLength(4_000);
  expect(first.dependencies).toHaveLength(3_000);
  expect(first.edgeCases).toEqual([]);
  expect(JSON.stringify(analyse({ ...input, history }, tools))).toBe(JSON.stringify(first));
});
