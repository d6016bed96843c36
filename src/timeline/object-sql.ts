import type { CatalogObject, CatalogSlice, RelationFacts } from "../model/catalog.ts";
import { compareSlices } from "../catalog/compare.ts";
import { describeEngine, StatementError, type Session } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { sayDifferences } from "../model/say-difference.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { atRest, broughtBy, changeStatements, makeStatements } from "./definitions.ts";
import { readNeeds, type Need } from "./needs.ts";
import { rehearse, runUpTo, termsOf, type RehearsalRequest } from "./rehearsal.ts";

/** An object with all that it needs, as SQL for an empty database. */
export interface ObjectSql {
  /** `kind identity`, in the order of the statements that make them as far as one exists. */
  readonly objects: readonly string[];
  /** Roles that own or may use something among them. They belong to the server, and are not made here. */
  readonly roles: readonly string[];
  readonly ddl: readonly string[];
  /** Rows of the tables among them, then the positions of their sequences. */
  readonly data: readonly string[];
  readonly rows: number;
  /** Where it was run to see that it gives the same. */
  readonly engine: string;
}

export interface ObjectSqlRequest extends RehearsalRequest {
  /** Behind so many migrations. */
  readonly count: number;
  /** Picks the object in that state; `null` for all objects. */
  readonly choose: ((state: CatalogSlice) => CatalogSlice) | null;
}

/**
 * Writes an object with its ancestors (what it needs, and what that needs) in an order in which it can be made, definitions and rows apart. Both are run on an empty
 * database and compared before they are given away; `null` where the object does not stand at that point. Fails where a migration, or what was written, does not run.
 */
export async function writeObjectSql(request: ObjectSqlRequest): Promise<Result<ObjectSql | null>> {
  const { runnable, count, choose } = request;
  const written = await rehearse(request, async (rehearsal) => {
    const empty = (await rehearsal.read()).all();
    const failure = await runUpTo(rehearsal, runnable.migrations.slice(0, count));
    if (failure !== null) return failed(failure);
    const state = (await rehearsal.read()).all();
    const { session } = rehearsal.shadow;
    const terms = await termsOf(session);
    const made = broughtBy(state, empty);
    const chosen = choose === null ? made : withAncestors(state, { chosen: choose(state), needs: await readNeeds(session, state), made });
    if (chosen.size === 0) return ok(null);
    const roles = ofKind(chosen, "role");
    const owned = new Map([...chosen].filter(([key]) => !roles.has(key)));
    const makeRoles = makeStatements(roles, terms);
    const whole =
      choose === null ? changeStatements({ from: new Map([...empty, ...roles]), to: state }, terms) : makeStatements(owned, terms);
    // The version that the shadow has is not the one that the next server has.
    const ddl = whole.map((sql) => sql.replace(/^(CREATE EXTENSION .+) VERSION '[^']*'$/, "$1"));
    return ok({
      chosen: owned,
      ddl,
      makeRoles,
      roles: [...roles.values()].map(({ identity }) => identity),
      rows: await readRows(session, owned),
    });
  });
  if (written.kind === "failed" || written.value === null) return written.kind === "failed" ? written : ok(null);
  const { chosen, ddl, makeRoles, roles, rows } = written.value;
  const proof = await prove({ chosen, ddl, data: rows.statements, makeRoles }, request);
  if (proof.kind === "failed") return proof;
  const objects = [...chosen.values()].map(({ kind, identity }) => `${kind} ${identity}`);
  return ok({ objects, roles, ddl, data: rows.statements, rows: rows.count, engine: proof.value });
}

function ofKind(slice: CatalogSlice, kind: CatalogObject["kind"]): CatalogSlice {
  return new Map([...slice].filter(([, object]) => object.kind === kind));
}

interface Choosing {
  readonly chosen: CatalogSlice;
  readonly needs: readonly Need[];
  /** What the history made: the rest an empty database has. */
  readonly made: CatalogSlice;
}

/** Objects with what they need, schemas and the roles that own or may use them included; what needs a column's sequence comes with it. */
function withAncestors(state: CatalogSlice, { chosen, needs, made }: Choosing): CatalogSlice {
  const byObject = new Map<string, string[]>();
  for (const { object, needs: needed } of needs) byObject.set(object, [...(byObject.get(object) ?? []), needed]);
  const found = new Map<string, CatalogObject>();
  const queue = [...chosen.keys()];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const object = state.get(key);
    if (object === undefined || found.has(key)) continue;
    found.set(key, object);
    queue.push(...(byObject.get(key) ?? []));
  }
  // The sequence of an identity column has a position that goes with the rows.
  const tables = [...found.values()].map(({ identity }) => `${identity}.`);
  for (const [key, object] of state) {
    const { facts } = object;
    if (facts.kind === "sequence" && facts.identity && tables.some((table) => facts.ownedBy?.startsWith(table) === true))
      found.set(key, object);
  }
  const schemas = new Set([...found.values()].map(({ schema }) => schema));
  const roles = new Set(
    [...found.values()].flatMap(({ facts }) => [
      facts.owner ?? "",
      ...facts.acl.map((item) => item.replace(/=.*$/, "").replaceAll('"', "")),
    ]),
  );
  const order = [...made].filter(
    ([key, { kind, name }]) =>
      found.has(key) || (kind === "schema" && schemas.has(name) && name !== "public") || (kind === "role" && roles.has(name)),
  );
  return new Map(order);
}

interface Rows {
  readonly statements: readonly string[];
  readonly count: number;
}

/** The rows of the tables, parents first, as INSERT statements: one a table, so that a row may refer to another of its table. */
async function readRows(session: Session, chosen: CatalogSlice): Promise<Rows> {
  const statements: string[] = [];
  const refresh: string[] = [];
  let count = 0;
  for (const object of parentsFirst(chosen)) {
    const { facts, identity } = object;
    if (facts.kind !== "relation") continue;
    if (facts.relationKind === "materialized-view" && facts.populated) refresh.push(`REFRESH MATERIALIZED VIEW ${identity}`);
    if (facts.relationKind !== "table") continue;
    const columns = facts.columns.filter(({ generated }) => generated === null);
    if (columns.length === 0) continue;
    const values = columns.map(({ name }) => `pg_catalog.quote_nullable(${quoteIdentifier(name)}::text)`).join(" || ', ' || ");
    const lines = await session.rows<{ line: string }>(`select '(' || ${values} || ')' as line from only ${identity}`);
    if (lines.length === 0) continue;
    count += lines.length;
    const overriding = columns.some(({ identity }) => identity === "always") ? " OVERRIDING SYSTEM VALUE" : "";
    const insert = `INSERT INTO ${identity} (${columns.map(({ name }) => quoteIdentifier(name)).join(", ")})${overriding} VALUES\n${lines.map(({ line }) => line).join(",\n")}`;
    // What triggers made of the rows is in them already.
    statements.push(...(facts.triggers.length === 0 ? [insert] : [triggers(identity, "DISABLE"), insert, triggers(identity, "ENABLE")]));
  }
  const positions = [...chosen.values()].flatMap(({ facts, identity }) =>
    facts.kind === "sequence" && facts.lastValue !== null
      ? [`SELECT pg_catalog.setval('${identity.replaceAll("'", "''")}', ${facts.lastValue})`]
      : [],
  );
  return { statements: [...statements, ...positions, ...refresh], count };
}

function triggers(identity: string, action: "DISABLE" | "ENABLE"): string {
  return `ALTER TABLE ${identity} ${action} TRIGGER USER`;
}

/** Tables behind those that their foreign keys refer to; a circle is entered where it comes. */
function parentsFirst(chosen: CatalogSlice): readonly CatalogObject[] {
  const byIdentity = new Map([...chosen.values()].map((object) => [object.identity, object]));
  const ordered = new Set<CatalogObject>();
  const entered = new Set<CatalogObject>();
  const visit = (object: CatalogObject): void => {
    if (entered.has(object)) return;
    entered.add(object);
    if (object.facts.kind === "relation")
      for (const parent of referenced(object.facts)) {
        const found = byIdentity.get(parent);
        if (found !== undefined) visit(found);
      }
    ordered.add(object);
  };
  for (const object of byIdentity.values()) visit(object);
  return [...ordered];
}

function referenced({ constraints }: RelationFacts): readonly string[] {
  return constraints.flatMap(({ references }) => references ?? []);
}

interface Written {
  readonly chosen: CatalogSlice;
  readonly ddl: readonly string[];
  readonly data: readonly string[];
  readonly makeRoles: readonly string[];
}

/** Runs what was written on an empty database and compares the objects; gives the engine. */
async function prove(
  { chosen, ddl, data, makeRoles }: Written,
  { runnable, openShadow, signal }: RehearsalRequest,
): Promise<Result<string>> {
  return rehearse({ runnable, openShadow, signal }, async (rehearsal) => {
    const { session } = rehearsal.shadow;
    try {
      // As `psql -1` runs the two files.
      for (const file of [makeRoles, ddl, data]) for (const statement of ["BEGIN", ...file, "COMMIT"]) await session.run(statement);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      return failed(unproven(error.message));
    }
    const found = (await rehearsal.read()).all();
    const differences = compareSlices(byName(chosen), byName(onlyNamed(found, chosen)));
    const said = sayDifferences(differences);
    return said.length > 0 ? failed(unproven(said.slice(0, 3).join("; "))) : ok(describeEngine(session.engine));
  });
}

/** Oids mean nothing between two databases. */
function byName(slice: CatalogSlice): CatalogSlice {
  return new Map([...atRest(slice).values()].map((object) => [`${object.kind} ${object.identity}`, object]));
}

function onlyNamed(found: CatalogSlice, wanted: CatalogSlice): CatalogSlice {
  const names = new Set([...wanted.values()].map(({ kind, identity }) => `${kind} ${identity}`));
  return new Map([...found].filter(([, { kind, identity }]) => names.has(`${kind} ${identity}`)));
}

function unproven(reason: string): Failure {
  return {
    kind: "failure",
    code: "export-unproven",
    message: `What was written does not give the object when it is run on an empty database: ${reason}`,
    location: null,
    hint: "Nothing was written. `pggit export sql` without --object writes the whole schema; please report the case.",
    exitCode: 4,
  };
}
