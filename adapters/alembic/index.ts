import type { Adapter } from "../adapter.ts";
import { detectAlembic } from "./detect.ts";
import { schemaHistory } from "./schema-history/index.ts";

/** Alembic: revisions in Python, interpreted as SQLAlchemy 1.3 to 2 would send them. */
export const alembic: Adapter = {
  tool: "alembic",
  detect: detectAlembic,
  // Every command detects, and few read Alembic: the interpreter is loaded by those alone.
  read: async (options) => (await import("./read.ts")).readHistory(options),
  schemaHistory,
};
