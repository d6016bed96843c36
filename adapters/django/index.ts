import type { Adapter } from "../adapter.ts";
import { detectDjango } from "./detect.ts";
import { schemaHistory } from "./schema-history/index.ts";

/** Django: migrations of 3.2 to 5.2 in Python, interpreted, with the models that they make. */
export const django: Adapter = {
  tool: "django",
  detect: detectDjango,
  // Every command detects, and few read Django: the interpreter is loaded by those alone.
  read: async (options) => (await import("./read.ts")).readHistory(options),
  schemaHistory,
};
