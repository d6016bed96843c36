import type { CatalogReader } from "../catalog/reader.ts";
import type { Touched } from "../catalog/touched.ts";
import type { Session, StatementResult } from "../database/session.ts";
import type { ParsedStatement } from "../model/sql.ts";
import { withoutConcurrently } from "../sql/concurrently.ts";
import { parseStatement } from "../sql/statement.ts";
import { scopeOf } from "./scope.ts";

/** What a statement of transaction control does to the transaction in which a migration runs. */
export type TransactionControl = "begin" | "commit" | "rollback";

/** `null` for everything else, savepoints included. */
export function transactionControl({ sql, changes }: ParsedStatement): TransactionControl | null {
  if (changes[0]?.kind !== "transaction") return null;
  if (/^(?:begin|start)\b/i.test(sql)) return "begin";
  if (/^(?:commit|end)\b/i.test(sql) && !/^commit\s+prepared\b/i.test(sql)) return "commit";
  return /^(?:rollback|abort)\b/i.test(sql) && !/\bto\b|\bprepared\b/i.test(sql) ? "rollback" : null;
}

/** A statement as it runs inside a transaction that is open: without CONCURRENTLY; nothing where it cannot, or where it is about transactions. */
export function insideTransaction(parsed: ParsedStatement): readonly ParsedStatement[] {
  if (transactionControl(parsed) !== null) return [];
  if (parsed.transactional) return [parsed];
  const without = parseStatement(withoutConcurrently(parsed.sql));
  return without.transactional ? [without] : [];
}

/**
 * The pieces in which a migration runs: each is one transaction, or one statement outside of any, and the reader is asked about each by
 * itself, for it recognises what one transaction wrote. Has a lifetime: `finish` or `abandon` ends it.
 */
export interface Pieces {
  readonly open: boolean;
  /** Opens a transaction by this text, which is sent together with what runs first in it. */
  begin(statement: string): void;
  /** Sends what `begin` was given and nothing ran after, so that others find the transaction open. */
  send(): Promise<void>;
  /** Runs SQL in the transaction that is open. Throws its `StatementError`. */
  run(sql: string): Promise<readonly StatementResult[]>;
  /** `COPY … FROM STDIN` in the transaction that is open; gives the rows. Throws its `StatementError`. */
  copyIn(sql: string, data: string): Promise<number>;
  /** Notes what ran, so that the reader looks as closely as it needs to. */
  note(parsed: ParsedStatement): void;
  /** Reads what was touched and commits. Throws `StatementError` where a deferred check fails: the transaction is then gone. */
  commit(statement: string): Promise<void>;
  rollback(statement: string): Promise<void>;
  /** Runs one thing outside of any transaction. */
  outside(parsed: ParsedStatement, work: () => Promise<void>): Promise<void>;
  readonly touched: readonly Touched[];
}

export function createPieces(session: Session, reader: CatalogReader): Pieces {
  const touched: Touched[] = [];
  let open = false;
  let unsent: string | null = null;
  let noted: ParsedStatement[] = [];
  const run = async (sql: string): Promise<readonly StatementResult[]> => {
    if (unsent === null) return session.run(sql);
    const beginning = unsent;
    unsent = null;
    return reader.open(beginning, sql);
  };
  const send = async (): Promise<void> => {
    if (unsent !== null) await run("");
  };
  const nothingRan = (): boolean => {
    const waits = unsent !== null;
    unsent = null;
    return waits;
  };
  return {
    get open() {
      return open;
    },
    touched,
    run,
    begin(statement) {
      unsent = statement;
      open = true;
      noted = [];
    },
    send,
    async copyIn(sql, data) {
      await send();
      return session.copyIn(sql, data);
    },
    note(parsed) {
      noted.push(parsed);
    },
    async commit(statement) {
      open = false;
      if (nothingRan()) return;
      const scope = scopeOf(noted);
      if (scope === "catalog") {
        touched.push(await reader.end(scope, { closing: statement }));
        return;
      }
      // Deferred checks speak here, while the transaction can still be given up.
      await session.run("SET CONSTRAINTS ALL IMMEDIATE");
      const piece = await reader.end(scope);
      await session.run(statement);
      touched.push(piece);
    },
    async rollback(statement) {
      open = false;
      if (nothingRan()) return;
      await session.run(statement);
      await reader.restoreSequences(reader.all());
    },
    async outside(parsed, work) {
      const scope = parsed.changes.some(({ effect }) => effect === "unknown") ? "thorough" : scopeOf([parsed]);
      await reader.begin(scope === "catalog" ? "transaction" : "unwrapped");
      try {
        await work();
      } finally {
        touched.push(await reader.end(scope));
      }
    },
  };
}

/** What all pieces touched together; rows of one table are added up. */
export function joinTouched(pieces: readonly Touched[]): Touched {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const addresses = new Map(pieces.flatMap((piece) => piece.addresses).map((address) => [`${address.catalog}/${address.oid}`, address]));
  const rows = new Map<number, Touched["rows"][number]>();
  for (const row of pieces.flatMap((piece) => piece.rows)) {
    const sum = rows.get(row.table.oid);
    rows.set(
      row.table.oid,
      sum === undefined
        ? row
        : {
            ...sum,
            inserted: sum.inserted + row.inserted,
            updated: sum.updated + row.updated,
            deleted: sum.deleted + row.deleted,
            truncated: sum.truncated || row.truncated,
          },
    );
  }
  const sequences = new Map<number, Touched["sequences"][number]>();
  for (const move of pieces.flatMap((piece) => piece.sequences)) {
    const earlier = sequences.get(move.sequence.oid);
    sequences.set(move.sequence.oid, earlier === undefined ? move : { ...move, before: earlier.before });
  }
  return {
    addresses: [...addresses.values()],
    rows: [...rows.values()],
    sequences: [...sequences.values()],
    ownTransactionEnded: pieces.some((piece) => piece.ownTransactionEnded),
    notes: [...new Set(pieces.flatMap((piece) => piece.notes))],
  };
}
