import { plannedStatements, writtenStatements, type RunnableMigration, type RunnablePlan } from "../apply/runnable.ts";
import type { ScriptStatement } from "../apply/read-script.ts";
import type { CatalogReader } from "../catalog/reader.ts";
import type { Session } from "../database/session.ts";
import { addressKey, type CatalogObject, type ObjectAddress } from "../model/catalog.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import type { ObjectKind } from "../model/object.ts";
import type { SourceLocation } from "../model/source.ts";
import { joinIdentity, type LineStep } from "../store/object-lines.ts";
import { comparePart, partsOf, type Part } from "./parts.ts";
import { placeInStatement } from "./place.ts";
import type { NamedObject } from "./objects.ts";
import { rehearse, type RehearsalRequest } from "./rehearsal.ts";

/** One change of an object or of a part of it, as the catalog showed it behind a statement. */
export interface BlameEvent {
  /** `column`, `constraint`, `index`, …, or the kind of the object itself. */
  readonly kind: string;
  /** Unquoted, as it is called behind the statement. */
  readonly name: string;
  /** What stands now, in SQL: a type, a definition. */
  readonly definition: string;
  readonly what: string;
  readonly migration: string;
  readonly author: string | null;
  readonly date: string | null;
  readonly location: SourceLocation | null;
}

/** A part of an object with all that was done to it, oldest first. */
export interface BlamedPart {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
  /** Not there any more at the head. */
  readonly dropped: boolean;
  readonly events: readonly BlameEvent[];
}

/**
 * Who last changed an object and each of its parts, in which file and line: the history is run on a shadow, and behind every statement of the migrations that the
 * plan names for the object its definition is read. Parts stand in the order of the catalog, dropped ones last. Fails where a migration does not run on the shadow.
 */
export async function blame(request: RehearsalRequest, named: NamedObject): Promise<Result<readonly BlamedPart[]>> {
  return rehearse(request, async (rehearsal) => {
    const reader = await rehearsal.read();
    const { session } = rehearsal.shadow;
    const trail = createTrail();
    const until = request.runnable.migrations.findLastIndex(({ plan }) => named.line.steps.some(({ migration }) => migration === plan.id));
    let address: ObjectAddress | null = null;
    for (const migration of request.runnable.migrations.slice(0, until + 1)) {
      const step = named.line.steps.findIndex((known) => known.migration === migration.plan.id);
      if (step < 0) {
        const failure = await rehearsal.run(migration);
        if (failure !== null) return failed(failure);
        continue;
      }
      // What changed meanwhile is the echo of something else: a name that others print.
      trail.accept(await readOne(reader, address));
      const locate = locations(migration);
      const names = named.line.steps.slice(Math.max(0, step - 1), step + 1);
      const failure = await rehearsal.run(migration, async (statement) => {
        let object = await readOne(reader, address);
        if (object === null) {
          address = await findAddress(session, { kind: named.line.kind, names });
          object = await readOne(reader, address);
        }
        trail.note(object, { migration: migration.plan, statement, location: locate(statement) });
      });
      if (failure !== null) return failed(failure);
    }
    return ok(trail.parts());
  });
}

async function readOne(reader: CatalogReader, address: ObjectAddress | null): Promise<CatalogObject | null> {
  if (address === null) return null;
  return (await reader.read([address])).get(addressKey(address)) ?? null;
}

/** Kinds that have a look-up by name, with the catalog that they stand in. */
const lookups: Readonly<Partial<Record<ObjectKind, readonly [catalog: string, lookup: string]>>> = {
  table: ["pg_class", "to_regclass"],
  view: ["pg_class", "to_regclass"],
  "materialized-view": ["pg_class", "to_regclass"],
  "foreign-table": ["pg_class", "to_regclass"],
  sequence: ["pg_class", "to_regclass"],
  "composite-type": ["pg_class", "to_regclass"],
  enum: ["pg_type", "to_regtype"],
  domain: ["pg_type", "to_regtype"],
  "range-type": ["pg_type", "to_regtype"],
  "base-type": ["pg_type", "to_regtype"],
  function: ["pg_proc", "to_regprocedure"],
  procedure: ["pg_proc", "to_regprocedure"],
  aggregate: ["pg_proc", "to_regprocedure"],
};

/** Whether `blame` can follow objects of a kind. */
export function canBlame(kind: ObjectKind): boolean {
  return lookups[kind] !== undefined;
}

async function findAddress(
  session: Session,
  { kind, names }: { readonly kind: ObjectKind; readonly names: readonly LineStep[] },
): Promise<ObjectAddress | null> {
  const [catalog, lookup] = lookups[kind] ?? [];
  if (catalog === undefined || lookup === undefined) return null;
  for (const name of names.toReversed()) {
    const [row] = await session.rows<{ oid: number | null }>(`select pg_catalog.${lookup}($1)::pg_catalog.oid as oid`, [
      joinIdentity(name),
    ]);
    if (row?.oid !== null && row?.oid !== undefined) return { catalog, oid: row.oid };
  }
  return null;
}

/** Where each statement of an `up.sql` stands in the source. */
function locations(migration: RunnableMigration): (statement: ScriptStatement) => SourceLocation | null {
  const planned = plannedStatements(migration.plan);
  const places = new Map(writtenStatements(migration.up).map((statement, index) => [statement, planned[index]?.location ?? null]));
  return (statement) => places.get(statement) ?? null;
}

interface Cause {
  readonly migration: RunnablePlan["plan"]["migrations"][number];
  readonly statement: ScriptStatement;
  readonly location: SourceLocation | null;
}

interface Trail {
  accept(object: CatalogObject | null): void;
  note(object: CatalogObject | null, cause: Cause): void;
  parts(): readonly BlamedPart[];
}

function createTrail(): Trail {
  let known = new Map<string, Part>();
  const events = new Map<string, BlameEvent[]>();
  const gone = new Map<string, Part>();
  const add = (part: Part, what: string, { migration, statement, location }: Cause): void => {
    const { id, author, date } = migration;
    const place = location === null ? null : placeInStatement(part, { sql: statement.sql, location });
    const event = { kind: part.kind, name: part.name, definition: part.definition, what, migration: id, author, date, location: place };
    events.set(part.key, [...(events.get(part.key) ?? []), event]);
  };
  return {
    accept(object) {
      if (object !== null) known = new Map(partsOf(object).map((part) => [part.key, part]));
    },
    note(object, cause) {
      const parts = new Map((object === null ? [] : partsOf(object)).map((part) => [part.key, part]));
      for (const part of parts.values()) {
        const before = known.get(part.key);
        const what = before === undefined ? "new" : comparePart(before, part);
        if (what !== null) add(part, what, cause);
        gone.delete(part.key);
      }
      for (const part of known.values()) {
        if (parts.has(part.key)) continue;
        add(part, "dropped", cause);
        gone.set(part.key, part);
      }
      known = parts;
    },
    parts() {
      const told = (part: Part, dropped: boolean): BlamedPart => ({
        kind: part.kind,
        name: part.name,
        definition: part.definition,
        dropped,
        events: events.get(part.key) ?? [],
      });
      return [...[...known.values()].map((part) => told(part, false)), ...[...gone.values()].map((part) => told(part, true))];
    },
  };
}
