import type { Adapter } from "../adapter.ts";
import { detectFlyway } from "./detect.ts";
import { readHistory } from "./read.ts";
import { schemaHistory } from "./schema-history/index.ts";

/** Flyway: SQL files named by version, repeatables, callbacks, and the programs among them. */
export const flyway: Adapter = { tool: "flyway", detect: detectFlyway, read: readHistory, schemaHistory };
