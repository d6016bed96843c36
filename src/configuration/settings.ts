import { z } from "zod";
import { approachNames } from "../model/approach.ts";

const toolName = z.enum(["flyway", "liquibase", "rails", "alembic", "django", "sqitch", "sql"]);
const names = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const alertAction = z.enum(["warn", "stop"]).default("warn");

/** `pggit.yaml`: every key is optional, an unknown key is an error. Documented in `docs/formats.md`. */
export const settingsSchema = z.strictObject({
  source: toolName.optional(),
  location: z.union([z.string(), z.array(z.string())]).optional(),
  placeholders: names.optional(),
  schemas: z.array(z.string()).optional(),
  changelog: z.string().optional(),
  contexts: z.array(z.string()).optional(),
  labels: z.array(z.string()).optional(),
  assume: names.optional(),
  environment: z.string().optional(),
  environments: z.record(z.string(), z.strictObject({ branch: z.string().optional(), database: z.string().optional() })).optional(),
  shadow: z
    .strictObject({
      url: z.string().optional(),
      disposable: z.boolean().optional(),
      statementTimeoutSeconds: z.number().positive().optional(),
    })
    .optional(),
  drift: z.strictObject({ schemas: z.array(z.string()).optional(), ignore: z.array(z.string()).optional() }).optional(),
  apply: z
    .strictObject({
      lockTimeoutSeconds: z.number().positive().optional(),
      statementTimeoutSeconds: z.number().nonnegative().optional(),
      lockRetries: z.number().int().nonnegative().optional(),
    })
    .optional(),
  backup: z
    .strictObject({
      keepData: z.boolean().optional(),
      limitMegabytes: z.number().nonnegative().optional(),
      batchRows: z.number().int().positive().optional(),
    })
    .optional(),
  alerts: z
    .strictObject({
      lockWait: z.strictObject({ seconds: z.number().positive(), action: alertAction }).optional(),
      replicationLag: z.strictObject({ seconds: z.number().positive(), action: alertAction }).optional(),
      errorShare: z.strictObject({ percent: z.number().positive().max(100), action: alertAction }).optional(),
      rowsPerMinute: z.strictObject({ below: z.number().positive(), action: alertAction }).optional(),
    })
    .optional(),
  runbook: z
    .strictObject({
      approach: z.enum(approachNames).optional(),
      downtimeMinutes: z.number().nonnegative().optional(),
      roles: names.optional(),
    })
    .optional(),
  approvals: z
    .union([
      z.number().int().nonnegative(),
      z.strictObject({ required: z.number().int().nonnegative().optional(), roles: z.array(z.string().min(1)).optional() }),
    ])
    .optional(),
  ai: z
    .strictObject({
      provider: z.enum(["anthropic", "openai"]),
      model: z.string().min(1),
      baseUrl: z.string().min(1).optional(),
      keyVariable: z
        .string()
        .regex(/^[A-Za-z_]\w*$/, "It is the name of an environment variable; the key itself never stands here.")
        .optional(),
      timeoutSeconds: z.number().positive().optional(),
      retries: z.number().int().min(0).max(10).optional(),
      concurrency: z.number().int().min(1).max(16).optional(),
      budget: z.strictObject({ tokens: z.number().int().positive().optional(), money: z.number().positive().optional() }).optional(),
      price: z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() }).optional(),
    })
    .optional(),
  out: z.string().optional(),
});

/** The settings file as it was written, checked. */
export type SettingsFile = z.output<typeof settingsSchema>;
