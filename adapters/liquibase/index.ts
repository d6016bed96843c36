import type { Adapter } from "../adapter.ts";
import { detectLiquibase } from "./detect.ts";
import { readHistory } from "./read.ts";
import { schemaHistory } from "./schema-history/index.ts";

/** Liquibase: changelogs in XML, YAML, JSON and SQL, with the SQL that Liquibase 4.28 emits for PostgreSQL. */
export const liquibase: Adapter = { tool: "liquibase", detect: detectLiquibase, read: readHistory, schemaHistory };
