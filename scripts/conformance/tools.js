import { tool as alembic } from "./alembic.js";
import { tool as django } from "./django.js";
import { tool as flyway } from "./flyway.js";
import { tool as liquibase } from "./liquibase.js";
import { tool as rails } from "./rails.js";
import { tool as sqitch } from "./sqitch.js";

/** The tools that fixtures are compared with; what each has to export is told in run.js. */
export const tools = [flyway, liquibase, sqitch, rails, alembic, django];
