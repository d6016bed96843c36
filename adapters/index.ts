import type { Adapter } from "./adapter.ts";
import { alembic } from "./alembic/index.ts";
import { django } from "./django/index.ts";
import { flyway } from "./flyway/index.ts";
import { liquibase } from "./liquibase/index.ts";
import { rails } from "./rails/index.ts";
import { sql } from "./sql/index.ts";
import { sqitch } from "./sqitch/index.ts";

/**
 * The only list of source tools. Order matters where two recognise the same files: a tool with its own settings or naming
 * comes before plain SQL, which recognises any numbered `.sql` file.
 */
export const adapters: readonly Adapter[] = [flyway, liquibase, sqitch, rails, alembic, django, sql];
