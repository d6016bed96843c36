import type { Session } from "../database/session.ts";
import type { CatalogSlice } from "../model/catalog.ts";
import type { CatalogReader, Slices } from "./reader.ts";
import type { Touched } from "./touched.ts";

const NOTHING: CatalogSlice = new Map();
const UNTOUCHED: Touched = { addresses: [], rows: [], sequences: [], ownTransactionEnded: false, notes: [] };
const NO_SLICES: Slices = { before: NOTHING, after: NOTHING };

/** A reader that sends what it is given and looks at nothing: for SQL whose effects somebody else has read, or will not ask for. */
export function createUnwatchedReader(session: Session): CatalogReader {
  return {
    begin: () => Promise.resolve(),
    async open(statement, sql) {
      const results = await session.run(`${statement}\n;\n${sql}`);
      return results.slice(results.findIndex(({ command }) => command === "BEGIN" || command === "START TRANSACTION") + 1);
    },
    async end(_scope, { closing } = {}) {
      if (closing !== undefined) await session.run(closing);
      return UNTOUCHED;
    },
    slices: () => Promise.resolve(NO_SLICES),
    accept: () => undefined,
    read: () => Promise.resolve(NOTHING),
    readTogether: () => null,
    remembered: () => NOTHING,
    named: () => undefined,
    all: () => NOTHING,
    restoreSequences: () => Promise.resolve(),
  };
}
