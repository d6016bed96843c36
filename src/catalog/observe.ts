import { type Session, StatementError, type StatementResult } from "../database/session.ts";
import { addressKey, type ObjectAddress } from "../model/catalog.ts";
import type { Memory, ReadObject } from "./memory.ts";
import { observeRows, type RowBaseline } from "./observe-rows.ts";
import { SIGNAL } from "./sql/events.ts";
import { dialectOf } from "./sql/fragments.ts";
import { WATCHED_CATALOGS, WITH_BUILTINS } from "./sql/functions.ts";
import { scannedCatalogs } from "./sql/scan.ts";
import { GRANTED, readSignals, UNTOLD, type ReadScope, type Signals, type Touched } from "./touched.ts";

/** What `end` compares with: the transaction, and for every catalog how many rows it had written and deleted. */
interface Mark {
  readonly transaction: string;
  readonly written: readonly number[];
  readonly deleted: readonly number[];
  /** `event_triggers` (17 and later) or `track_counts` is off: this way of looking sees nothing. */
  readonly blind: boolean;
}

/** Watches one session from `begin` to `end`. */
export interface Observer {
  begin(mode: "transaction" | "unwrapped"): Promise<void>;
  /**
   * Begins and runs `sql`, in one message: BEGIN in the words of `statement`, then what is to be watched. Gives the results of `sql`. Throws its
   * `StatementError`, offset counted in `sql`; the transaction is open then, though nothing but ROLLBACK is taken any more.
   */
  open(statement: string, sql: string): Promise<readonly StatementResult[]>;
  /** Definitions that were read together with what was touched: of every object that was named, or `null` where it is gone. */
  readTogether(touched: Touched): ReadonlyMap<string, ReadObject | null> | undefined;
  end(scope: ReadScope, more?: EndOptions): Promise<Touched>;
}

export interface EndOptions {
  readonly also?: readonly ObjectAddress[];
  /** COMMIT or ROLLBACK. With the scope `catalog` only: rows are read inside the transaction. */
  readonly closing?: string;
}

/** Every object there is. */
export async function allObjects(session: Session): Promise<readonly ObjectAddress[]> {
  return session.rows<ObjectAddress>("select catalog, oid from pggit_shadow.objects()");
}

/** Addresses as the two arrays that the functions take. */
export function asArrays(addresses: readonly ObjectAddress[]): readonly unknown[] {
  return [addresses.map((address) => address.catalog), addresses.map((address) => address.oid)];
}

/** Starts listening to the event triggers and learns the catalogs' names. */
export async function createObserver(session: Session, memory: Memory): Promise<Observer> {
  const catalogs = await session.rows<{ name: string; oid: number }>(WATCHED_CATALOGS);
  const nameOf = new Map(catalogs.map((catalog) => [catalog.oid, catalog.name]));
  const scannable = new Set(scannedCatalogs(dialectOf(session.engine)));

  let listening = false;
  let lines: string[] = [];
  session.onNotice(({ severity, message }) => {
    if (listening && severity === "INFO" && message.startsWith(SIGNAL)) lines.push(message.slice(SIGNAL.length));
  });
  let mark: Mark = { transaction: "0", written: [], deleted: [], blind: false };
  let baseline: RowBaseline | null = null;

  /** `closing` is sent behind it in the same message. */
  const look = async (named: readonly ObjectAddress[], closing: string | null = null): Promise<Looked> => {
    const [names, numbers] = [named.map(({ catalog }) => catalog), named.map(({ oid }) => oid)];
    const answer = await session.value(
      `SELECT pggit_shadow.look('{${names.join(",")}}', '{${numbers.join(",")}}')${closing === null ? "" : `;\n${closing}`}`,
    );
    if (answer === null) throw new Error("the shadow did not answer the reader");
    return JSON.parse(answer) as Looked;
  };
  const together = new WeakMap<Touched, ReadonlyMap<string, ReadObject | null>>();

  const scan = async (names: readonly string[]): Promise<readonly ObjectAddress[]> =>
    names.length === 0
      ? []
      : session.rows<ObjectAddress>("select distinct catalog, oid from pggit_shadow.scan($1::text[], $2::pg_catalog.int8)", [
          names,
          shortId(mark.transaction),
        ]);
  const whole = async (names: ReadonlySet<string>): Promise<readonly ObjectAddress[]> =>
    names.size === 0 ? [] : [...(await allObjects(session)).filter((address) => names.has(address.catalog)), ...memory.addressesOf(names)];

  /** Objects of which no event spoke, found by the catalogs' change counters. */
  const untold = async (signals: Signals, changed: Changed): Promise<readonly ObjectAddress[]> => {
    const small = new Set(changed.any.flatMap((catalog) => UNTOLD[catalog] ?? []));
    if (changed.closely) return [...(await scan(changed.any.filter((catalog) => scannable.has(catalog)))), ...(await whole(small))];
    const granted = signals.grants ? changed.any.filter((catalog) => GRANTED.includes(catalog)) : [];
    return [...(await scan(granted)), ...(await whole(small))];
  };

  return {
    async begin(mode) {
      baseline = mode === "unwrapped" || session.engine.major < 15 ? await observeRows.totals(session) : null;
      lines = [];
      listening = true;
      mark = await look([]);
    },
    async open(statement, sql) {
      baseline = null;
      lines = [];
      listening = true;
      if (session.engine.major < 15) {
        await session.run(statement);
        baseline = await observeRows.totals(session);
        mark = await look([]);
        return session.run(sql);
      }
      const beginning = `${statement}\n;SELECT pggit_shadow.mark();\n`;
      try {
        const results = await session.run(beginning + sql);
        mark = readMark(lines.shift());
        return results.slice(results.findIndex(({ command }) => command === "SELECT") + 1);
      } catch (error) {
        if (!(error instanceof StatementError)) throw error;
        const [line] = lines.splice(0, 1);
        // What the parser refuses keeps the whole message from running, BEGIN too.
        if (line === undefined) await session.run(statement);
        else mark = readMark(line);
        throw moveError(error, beginning.length);
      }
    },
    readTogether: (touched) => together.get(touched),
    async end(scope, { also = [], closing } = {}) {
      const signals = readSignals(lines);
      const named = signals.addresses.flatMap(({ classId, oid }) => {
        const catalog = nameOf.get(classId);
        return catalog === undefined ? [] : [{ catalog, oid }];
      });
      const asked = [...new Map([...named, ...memory.withParts(named)].map((address) => [addressKey(address), address])).values()];
      const now = await look([...asked, ...also], closing ?? null);
      listening = false;
      const ended = now.current !== mark.transaction;
      const any = catalogs
        .filter((_, i) => ended || now.written[i] !== mark.written[i] || now.deleted[i] !== mark.deleted[i])
        .map(({ name }) => name);
      const deleted = catalogs.some(
        ({ name }, i) => scannable.has(name) && !SATELLITES.has(name) && (ended || now.deleted[i] !== mark.deleted[i]),
      );
      const told = signals.addresses.length > 0;
      const thorough =
        scope === "thorough" || now.blind || mark.blind || (deleted && !told && any.some((name) => scannable.has(name)) && !ended);
      const found = thorough
        ? [...(await allObjects(session)), ...memory.addresses()]
        : await untold(signals, { any, closely: scope === "rows" || !told || ended });
      const data =
        scope === "catalog"
          ? observeRows.nothing
          : await observeRows.since(
              { session, memory, baseline, rewritten: signals.rewritten },
              any.includes("pg_class") ? shortId(mark.transaction) : null,
            );
      const addresses = memory.withParts([
        ...named,
        ...now.owners,
        ...found,
        ...data.sequences.map((move) => move.sequence),
        ...data.truncated,
      ]);
      const uncounted = ended && baseline === null && scope !== "catalog";
      const builtIn = addresses.filter((address) => address.oid < FIRST_NORMAL_OID && !WITH_BUILTINS.has(address.catalog));
      const notes = [
        ...(uncounted ? ["rows were not counted: the file ended the transaction that it ran in"] : []),
        ...(await describeBuiltIns(session, builtIn)),
      ];
      const touched = { addresses, rows: data.rows, sequences: data.sequences, ownTransactionEnded: ended, notes };
      const read = new Map<string, ReadObject | null>();
      for (const address of [...asked, ...also, ...now.owners]) read.set(addressKey(address), null);
      for (const object of now.objects) read.set(addressKey(object), object);
      together.set(touched, read);
      return touched;
    },
  };
}

/** The error of a text that was sent behind another. */
function moveError({ error }: StatementError, characters: number): StatementError {
  return new StatementError({ ...error, offset: error.offset === null ? null : Math.max(error.offset - characters, 0) });
}

/** `FirstNormalObjectId`: what has a lower oid was made by initdb. */
const FIRST_NORMAL_OID = 16_384;

/** Objects that PostgreSQL brings are not remembered one by one: that one was changed is said, what was there before is not known. */
async function describeBuiltIns(session: Session, addresses: readonly ObjectAddress[]): Promise<readonly string[]> {
  if (addresses.length === 0) return [];
  const rows = await session.rows<{ name: string | null }>(
    `select pg_catalog.pg_describe_object(('pg_catalog.' || u.c)::pg_catalog.regclass, u.o, 0) as name
       from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.oid[])) as u(c, o)`,
    asArrays(addresses),
  );
  return rows.flatMap(({ name }) =>
    name === null ? [] : [`a built-in object was changed, and only the whole-catalog read compares it: ${name}`],
  );
}

interface Looked extends Mark {
  readonly current: string | null;
  readonly owners: readonly ObjectAddress[];
  readonly objects: readonly ReadObject[];
}

/** What `pggit_shadow.mark` raised: `t/transaction/blind/written/deleted`, the last two a number for each catalog. */
function readMark(line: string | undefined): Mark {
  if (line === undefined) throw new Error("the shadow did not answer the reader");
  const [, transaction = "0", blind, written = "", deleted = ""] = line.split("/");
  return { transaction, blind: blind === "1", written: written.split(",").map(Number), deleted: deleted.split(",").map(Number) };
}

interface Changed {
  readonly any: readonly string[];
  /** Events alone are not believed. */
  readonly closely: boolean;
}

/** Rows that go and come with a change of the object they describe: their deletion alone says nothing of a drop. */
const SATELLITES: ReadonlySet<string> = new Set(["pg_description", "pg_seclabel", "pg_ts_config_map"]);

/** The 32 bits of a transaction id that rows carry (`xmin`). */
function shortId(transaction: string): string {
  return String(BigInt(transaction) % 4_294_967_296n);
}
