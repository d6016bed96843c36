import type { Pool } from "pg";
import type { DatabaseError } from "../model/replay.ts";

export type Row = Readonly<Record<string, unknown>>;

/** What is known of the server behind a session. */
export interface Engine {
  /** `PostgreSQL 18.6`. */
  readonly version: string;
  readonly major: number;
  readonly embedded: boolean;
  readonly superuser: boolean;
  /**
   * Whether the whole server is the shadow's: the embedded one, or one that the user called disposable. Only then what stands outside of the shadow's
   * database (roles, tablespaces) may be changed, and is compared; elsewhere other people change it meanwhile.
   */
  readonly ownsCluster: boolean;
}

/** As proofs name it: `PostgreSQL 18.6 (embedded)`. */
export function describeEngine({ version, embedded }: Pick<Engine, "version" | "embedded">): string {
  return embedded ? `${version} (embedded)` : version;
}

/** What one statement answered. */
export interface StatementResult {
  /** The command tag's word: `INSERT`, `CREATE TABLE`, … */
  readonly command: string;
  /** Rows that the tag counts; `null` where it counts none. */
  readonly rows: number | null;
}

/** An error that PostgreSQL reported for a statement: an expected outcome of running a user's SQL. */
export class StatementError extends Error {
  readonly error: DatabaseError;
  /** What the statements before it in the same message answered. */
  readonly results: readonly StatementResult[];
  constructor(error: DatabaseError, results: readonly StatementResult[] = []) {
    super(error.message);
    this.name = "StatementError";
    this.error = error;
    this.results = results;
  }
}

/** One connection, used by one caller at a time. */
export interface Session {
  readonly engine: Engine;
  /** Rows of one statement by the extended protocol. Throws `StatementError`. */
  rows<R = Row>(sql: string, parameters?: readonly unknown[]): Promise<readonly R[]>;
  /** One or more statements by the simple protocol, exactly as given; their rows are thrown away. Throws `StatementError`, its offset counted from the start of `sql`. */
  run(sql: string): Promise<readonly StatementResult[]>;
  /** As `run`, and gives the first value of the last row that came back, as text; `null` where none came. */
  value(sql: string): Promise<string | null>;
  /** `COPY … FROM STDIN` with its lines. Gives the number of rows. Throws `StatementError`. */
  copyIn(sql: string, data: string): Promise<number>;
  /** Calls the listener for every NOTICE, INFO and WARNING until the returned function is called. */
  onNotice(listener: (notice: { readonly severity: string; readonly message: string }) => void): () => void;
}

/** A throwaway database that stands in for the real one. Has a lifetime: `close` removes it. */
export interface Shadow {
  readonly session: Session;
  /** Of the extensions that were asked for, those that cannot be created here. */
  readonly unavailableExtensions: readonly string[];
  /**
   * Lends the connection as a `pg.Pool` of one (for @supabase/pg-delta, which opens its own transaction). Only between
   * transactions: throws if one is open. The session must not be used until the work has ended.
   */
  readonly withPool: <T>(work: (pool: Pool) => Promise<T>) => Promise<T>;
  /** Removes the database. Calling it again is fine. Statements that are under way are rejected. */
  readonly close: () => Promise<void>;
}
