import { openTarget, type TargetDatabase } from "../database/open-target.ts";
import { openShadow } from "../database/shadow.ts";
import { compileFor } from "../database/wasm-compiler.ts";
import { StatementError, type Shadow } from "../database/session.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import { applyPlan } from "./apply-plan.ts";
import type { ApplyOptions, ApplySurroundings, DatabaseOutcome } from "./apply-types.ts";
import { connectionLost, isConnectionLost } from "./connection-lost.ts";
import { extensionsOf } from "./extensions-of.ts";
import { rehearse } from "./rehearse.ts";
import type { RunnablePlan } from "./runnable.ts";
import type { TargetHistory } from "./target-history.ts";

export interface DatabaseRequest {
  readonly runnable: RunnablePlan;
  /** URL, `keyword=value`, or a bare name. */
  readonly database: string;
  readonly options: ApplyOptions;
  /** Do it on a throwaway copy instead. */
  readonly where: "target" | "copy";
  /** A server for shadows; `null` for the embedded database. */
  readonly shadowUrl: string | null;
  readonly history: TargetHistory;
  readonly surroundings: Omit<ApplySurroundings, "openShadow">;
}

/** Opens a database (read-only for a dry run and where a copy stands in for it), and applies a plan to it or to its copy. Everything that was opened is closed. */
export async function applyToDatabase(request: DatabaseRequest): Promise<Result<DatabaseOutcome>> {
  const { database, options, where, surroundings } = request;
  return withTarget(
    { database, access: options.dryRun || where === "copy" ? "read-only" : "read-write", signal: surroundings.signal },
    async (target) => {
      const full: ApplySurroundings = {
        ...surroundings,
        openShadow: shadowOpener({ ...request, disposable: options.disposable, warn: (message) => surroundings.progress.warn(message) }),
      };
      const { runnable, history } = request;
      if (where === "copy") return rehearse({ runnable, target, options, surroundings: full, history, database });
      const applied = await applyPlan({ runnable, target, options, surroundings: full, history });
      return applied.kind === "failed"
        ? applied
        : ok({ ...applied.value, description: target.description, server: target.session.engine.version, copy: null });
    },
  );
}

/** Opens a target for a piece of work; an interruption cancels the statement that runs there. */
export async function withTarget<T>(
  request: { readonly database: string; readonly access: "read-only" | "read-write"; readonly signal: AbortSignal },
  work: (target: TargetDatabase) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = await openTarget(request.database, request.access);
  if (opened.kind === "failed") return opened;
  const target = opened.value;
  const cancel = (): void => void target.cancel();
  request.signal.addEventListener("abort", cancel);
  try {
    return await work(target);
  } catch (error) {
    if (!request.signal.aborted) {
      if (error instanceof StatementError && isConnectionLost(error))
        return failed(
          connectionLost(error, { location: target.description, during: "while the database was looked at", access: request.access }),
        );
      throw error;
    }
    return failed({
      kind: "failure",
      code: "interrupted",
      message: "Interrupted; what was under way was rolled back.",
      location: target.description,
      hint: "Run the same command again.",
      exitCode: request.signal.reason === "SIGTERM" ? 143 : 130,
    });
  } finally {
    request.signal.removeEventListener("abort", cancel);
    await target.close();
  }
}

/** Opens fresh shadows with the extensions of the history. One that its server does not let go is told to `warn`, and changes nothing of what was found out. */
export function shadowOpener({
  runnable,
  shadowUrl,
  disposable,
  warn,
}: Pick<DatabaseRequest, "runnable" | "shadowUrl"> &
  Pick<ApplyOptions, "disposable"> & { readonly warn: (message: string) => void }): () => Promise<Result<Shadow>> {
  const extensions = extensionsOf(runnable);
  compileFor(runnable.plan.migrations.length);
  let opened = 0;
  return async () => {
    opened += 1;
    const id = `${process.pid}a${opened}`;
    const shadow = await openShadow({
      server: shadowUrl === null ? null : { url: shadowUrl, disposable },
      extensions,
      statementTimeoutMs: null,
      id,
    });
    if (shadow.kind === "failed") return shadow;
    const close = (): Promise<void> =>
      shadow.value.close().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        warn(`A shadow database is left on its server (${reason}). Once it can be reached: DROP DATABASE "pggit_shadow_${id}".`);
      });
    return ok({ ...shadow.value, close });
  };
}
