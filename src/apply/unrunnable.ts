import type { Failure } from "../model/failure.ts";
import { namesSecret } from "../sql/secrets.ts";
import type { RunnableMigration } from "./runnable.ts";

/**
 * Why migrations cannot be run as their files have them: a secret that the files leave out and nobody gave (exit 2), or a COPY that starts a program on the machine
 * of the server, which pggit never runs (exit 4). `null` where nothing is in the way.
 */
export function findUnrunnable(migrations: readonly RunnableMigration[]): Failure | null {
  for (const { plan, up } of migrations) {
    for (const { sql, parsed } of up.statements) {
      const location = plan.up[0]?.location ?? plan.id;
      if (sql.includes("***") && namesSecret(sql)) {
        const names = up.variables.length === 0 ? "it" : up.variables.map((name) => `--placeholder ${name}=VALUE`).join(" ");
        return {
          kind: "failure",
          code: "secret-missing",
          message: `${plan.id} has a secret that the files leave out.`,
          location,
          hint: `Give ${names}, or run \`pggit migrate --database …\`, which reads it from your own files.`,
          exitCode: 2,
        };
      }
      if (parsed.changes.some(({ kind }) => kind === "copy-from" || kind === "copy-to") && /\bprogram\s+(?:e?'|\$)/i.test(sql)) {
        return {
          kind: "failure",
          code: "copy-program",
          message: `${plan.id} has COPY … PROGRAM, which runs a command on the machine of the server: pggit never does that.`,
          location,
          hint: "Run it by hand, or take it out of the migration.",
          exitCode: 4,
        };
      }
    }
  }
  return null;
}
