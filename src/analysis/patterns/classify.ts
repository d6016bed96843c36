import type { Pattern } from "../../model/understanding.ts";
import { addressKey, type CatalogObject } from "../../model/catalog.ts";
import { assignedColumns, isSeed, writesRowsInCode } from "../data-changes.ts";
import type { ChangeSite } from "../scope.ts";
import type { Transition, TransitionKind } from "../transitions/transition.ts";
import type { HistoryEntry } from "./entry.ts";

const PATTERNS: Record<Exclude<TransitionKind, "created" | "dropped">, Pattern> = {
  renamed: "RENAME",
  moved: "RENAME",
  "column-added": "PROGRESSIVE_TABLE_BUILD",
  "required-column-added": "PROGRESSIVE_TABLE_BUILD",
  "column-dropped": "CLEAN_UP",
  "column-renamed": "RENAME",
  "column-widened": "TYPE_CHANGE",
  "column-narrowed": "TYPE_CHANGE",
  "column-retyped": "TYPE_CHANGE",
  "not-null-set": "CONSTRAINT_TIGHTENING",
  "not-null-dropped": "CONSTRAINT_LOOSENING",
  "default-set": "PROGRESSIVE_TABLE_BUILD",
  "default-dropped": "CONSTRAINT_LOOSENING",
  "identity-changed": "PROGRESSIVE_TABLE_BUILD",
  "generation-changed": "TYPE_CHANGE",
  "column-tuned": "MAINTENANCE",
  "constraint-added": "CONSTRAINT_TIGHTENING",
  "new-column-constrained": "PROGRESSIVE_TABLE_BUILD",
  "constraint-dropped": "CONSTRAINT_LOOSENING",
  "constraint-changed": "CONSTRAINT_TIGHTENING",
  "constraint-validated": "CONSTRAINT_TIGHTENING",
  "constraint-renamed": "RENAME",
  "index-added": "INDEX_TUNING",
  "unique-index-added": "CONSTRAINT_TIGHTENING",
  "index-dropped": "INDEX_TUNING",
  "index-changed": "INDEX_TUNING",
  "trigger-added": "ROUTINE_REPLACEMENT",
  "trigger-dropped": "CLEAN_UP",
  "trigger-changed": "ROUTINE_REPLACEMENT",
  "policy-added": "PERMISSIONS",
  "policy-dropped": "PERMISSIONS",
  "policy-changed": "PERMISSIONS",
  "rule-added": "ROUTINE_REPLACEMENT",
  "rule-dropped": "CLEAN_UP",
  "rule-changed": "ROUTINE_REPLACEMENT",
  "row-security-enabled": "PERMISSIONS",
  "row-security-disabled": "PERMISSIONS",
  "partition-attached": "PARTITIONING",
  "partition-detached": "PARTITIONING",
  "inheritance-changed": "PARTITIONING",
  "persistence-changed": "MAINTENANCE",
  "storage-changed": "MAINTENANCE",
  "view-extended": "VIEW_REFRESH",
  "view-rewritten": "VIEW_REFRESH",
  "view-reshaped": "VIEW_REFRESH",
  populated: "VIEW_REFRESH",
  "sequence-changed": "MAINTENANCE",
  "body-changed": "ROUTINE_REPLACEMENT",
  "result-changed": "ROUTINE_REPLACEMENT",
  "label-added": "ENUM_EXTENSION",
  "label-renamed": "RENAME",
  "label-removed": "CLEAN_UP",
  "domain-tightened": "CONSTRAINT_TIGHTENING",
  "domain-loosened": "CONSTRAINT_LOOSENING",
  "definition-changed": "MIXED",
  "owner-changed": "PERMISSIONS",
  granted: "PERMISSIONS",
  revoked: "PERMISSIONS",
  commented: "DOCUMENTATION",
};

/** Patterns that only count where nothing weightier is there. */
const ACCOMPANIES: ReadonlySet<Pattern> = new Set(["DOCUMENTATION", "PERMISSIONS", "MAINTENANCE", "EXTENSION_SETUP"]);

/** Where two meet, the first says more of the migration than the second. */
const ABSORBS: Partial<Record<Pattern, readonly Pattern[]>> = {
  INITIAL_SCHEMA: [
    "SCHEMA_EXTENSION",
    "SEED",
    "INDEX_TUNING",
    "PROGRESSIVE_TABLE_BUILD",
    "CONSTRAINT_TIGHTENING",
    "ROUTINE_REPLACEMENT",
    "VIEW_REFRESH",
  ],
  SCHEMA_EXTENSION: ["SEED", "INDEX_TUNING", "PROGRESSIVE_TABLE_BUILD", "CONSTRAINT_TIGHTENING", "ROUTINE_REPLACEMENT", "VIEW_REFRESH"],
  PARTITIONING: ["SCHEMA_EXTENSION", "INDEX_TUNING"],
  BACKFILL: ["PROGRESSIVE_TABLE_BUILD", "CONSTRAINT_TIGHTENING", "INDEX_TUNING"],
  PROGRESSIVE_TABLE_BUILD: ["ROUTINE_REPLACEMENT", "INDEX_TUNING", "CONSTRAINT_TIGHTENING", "CONSTRAINT_LOOSENING", "VIEW_REFRESH", "SEED"],
  TYPE_CHANGE: ["CONSTRAINT_LOOSENING", "CONSTRAINT_TIGHTENING", "VIEW_REFRESH", "INDEX_TUNING"],
  RENAME: ["INDEX_TUNING", "VIEW_REFRESH"],
  CONSTRAINT_TIGHTENING: ["INDEX_TUNING"],
  CLEAN_UP: ["INDEX_TUNING", "CONSTRAINT_LOOSENING"],
};

/** What is known of the tables when a migration is classified. */
export interface HistoryFacts {
  /** Tables that a later migration extends, by `addressKey`. */
  readonly extended: ReadonlySet<string>;
  /** Whether a migration before this one created a table. */
  readonly hasTables: boolean;
  /** Columns that were added to a table after its CREATE, as `addressKey.column`. */
  readonly laterColumns: ReadonlySet<string>;
}

function ofCreated(object: CatalogObject): Pattern {
  if (object.kind === "extension") return "EXTENSION_SETUP";
  if (object.facts.kind === "relation" && object.facts.partitionBound !== null) return "PARTITIONING";
  return "SCHEMA_EXTENSION";
}

/** Types, schemas and functions are mostly made for the sake of something else in the same migration. */
const SUPPORTING_KINDS: ReadonlySet<string> = new Set([
  "schema",
  "enum",
  "domain",
  "composite-type",
  "range-type",
  "sequence",
  "function",
  "procedure",
  "extension",
]);
const SUPPORTING: ReadonlySet<TransitionKind> = new Set(["default-set", "default-dropped", "identity-changed"]);

function isSupporting({ kind, object }: Transition): boolean {
  return SUPPORTING.has(kind) || (kind === "created" && SUPPORTING_KINDS.has(object.kind));
}

function ofTransition(transition: Transition): Pattern {
  if (transition.kind === "created") return ofCreated(transition.object);
  return transition.kind === "dropped" ? "CLEAN_UP" : PATTERNS[transition.kind];
}

function isBackfill(site: ChangeSite, entry: HistoryEntry, facts: HistoryFacts): boolean {
  if (site.change.kind !== "update" || site.subject === null) return false;
  const columns = assignedColumns(site.sql);
  const addedHere = new Set(
    entry.transitions.filter((t) => t.kind === "column-added" || t.kind === "required-column-added").map((t) => t.part),
  );
  const table = entry.tableOf.get(site);
  return (
    columns.length > 0 &&
    columns.every((column) => addedHere.has(column) || (table !== undefined && facts.laterColumns.has(`${table}.${column}`)))
  );
}

function ofData(entry: HistoryEntry, facts: HistoryFacts): readonly Pattern[] {
  const found = new Set<Pattern>();
  for (const site of entry.scope.sites) {
    const { kind } = site.change;
    if (site.statement.outcome.kind !== "done") continue;
    if (site.change.effect !== "data" && kind !== "do" && kind !== "call") continue;
    if (isSeed(site)) found.add("SEED");
    else if (isBackfill(site, entry, facts)) found.add("BACKFILL");
    else if (kind === "do" || kind === "call") {
      if (entry.scope.replay.rows.length > 0 || writesRowsInCode(site.sql)) found.add("DATA_FIX");
    } else if (kind !== "copy-to" && kind !== "select") found.add("DATA_FIX");
  }
  return [...found];
}

function createdTables(entry: HistoryEntry): readonly CatalogObject[] {
  return entry.transitions.filter((t) => t.kind === "created" && t.object.kind === "table").map((t) => t.object);
}

function settle(patterns: ReadonlySet<Pattern>): Pattern {
  const weighty = [...patterns].filter((pattern) => !ACCOMPANIES.has(pattern));
  const [only] = weighty;
  if (only === undefined) return patterns.size === 1 ? ([...patterns][0] ?? "EMPTY") : "MIXED";
  if (weighty.length === 1) return only;
  const winner = weighty.find((pattern) => weighty.every((other) => other === pattern || ABSORBS[pattern]?.includes(other) === true));
  return winner ?? "MIXED";
}

/** The pattern of one migration from what it does itself; those that span several migrations are decided before. */
export function classify(entry: HistoryEntry, facts: HistoryFacts): Pattern {
  const { replay, sites } = entry.scope;
  if (replay.statements.some((statement) => statement.step.kind === "custom-code")) return "CUSTOM_CODE";
  const leading = entry.transitions.filter((transition) => !isSupporting(transition));
  const hasWeight = leading.some((transition) => !ACCOMPANIES.has(ofTransition(transition)));
  const patterns = new Set<Pattern>([...(hasWeight ? leading : entry.transitions).map(ofTransition), ...ofData(entry, facts)]);
  const tables = createdTables(entry);
  if (tables.length > 0) {
    const isBuilt = tables.length <= 2 && tables.every((table) => facts.extended.has(addressKey(table.address)));
    if (isBuilt) {
      patterns.delete("SCHEMA_EXTENSION");
      patterns.add("PROGRESSIVE_TABLE_BUILD");
    } else if (!facts.hasTables) patterns.add("INITIAL_SCHEMA");
  }
  if (patterns.size > 0) return settle(patterns);
  if (
    sites.some((site) =>
      ["vacuum", "analyze", "reindex", "cluster", "refresh-materialized-view", "alter-system"].includes(site.change.kind),
    )
  )
    return "MAINTENANCE";
  if (sites.some((site) => /role|grant|revoke|owner/.test(site.change.kind))) return "PERMISSIONS";
  // What did not run is not nothing.
  const isOpen = (site: ChangeSite): boolean =>
    site.change.effect === "unknown" || site.change.kind === "opaque" || site.statement.outcome.kind !== "done";
  return sites.some(isOpen) ? "MIXED" : "EMPTY";
}
