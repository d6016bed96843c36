import { existsSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import type { ConnectionOptions } from "node:tls";
import { Client, DatabaseError, type ClientConfig } from "pg";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { describeTarget, type SslMode, type Target, type TargetSurroundings } from "./target.ts";

/** The surroundings of this process: `PG*` variables, the user, and the socket of a local server. */
export function thisProcess(): TargetSurroundings {
  const port = process.env["PGPORT"] ?? "5432";
  const socketDirectory = ["/var/run/postgresql", "/tmp"].find((directory) => existsSync(`${directory}/.s.PGSQL.${port}`)) ?? null;
  return { environment: process.env, userName: userInfo().username, homeDirectory: homedir(), socketDirectory };
}

/**
 * Finds the settings by which `pg` reaches a target: sslmode `prefer` and `allow` try a second time without or with TLS, as libpq does.
 * Gives the settings of the connection that worked, or the failure of the last one.
 */
export async function reach(target: Target): Promise<Result<ClientConfig>> {
  const attempts = encryptions(target);
  if (attempts.kind === "failed") return attempts;
  let last: unknown = null;
  for (const ssl of attempts.value) {
    const config: ClientConfig = {
      host: target.host,
      port: target.port,
      user: target.user,
      database: target.database,
      // An empty password keeps pg from looking for one by itself; the server says whether it wants one.
      password: target.password ?? "",
      connectionTimeoutMillis: target.connectTimeoutSeconds * 1000,
      application_name: "pggit",
      ssl,
      ...(target.options === null ? {} : { options: target.options }),
    };
    const client = new Client(config);
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return ok(config);
    } catch (error) {
      last = error;
      await client.end().catch(() => undefined);
      if (!concernsEncryption(error)) break;
    }
  }
  return failed(connectionFailure(last, target));
}

/** What to try, in order. `require` alone does not verify, as in libpq; with a root certificate it is `verify-ca`. */
function encryptions(target: Target): Result<readonly (false | ConnectionOptions)[]> {
  if (target.host.startsWith("/")) return ok([false]);
  const files = { ca: target.sslRootCertificate, cert: target.sslCertificate, key: target.sslKey };
  const given: Record<string, string> = {};
  for (const [name, file] of Object.entries(files)) {
    if (file === null || file === "system") continue;
    try {
      given[name] = readFileSync(file, "utf8");
    } catch {
      return failed({
        kind: "failure",
        code: "unreadable-certificate",
        message: "A TLS file of the connection cannot be read.",
        location: file,
        hint: "Check sslrootcert, sslcert and sslkey.",
        exitCode: 2,
      });
    }
  }
  const unverified: ConnectionOptions = { ...given, rejectUnauthorized: false };
  const chainVerified: ConnectionOptions = { ...given, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  const attempts: Record<SslMode, readonly (false | ConnectionOptions)[]> = {
    disable: [false],
    allow: [false, unverified],
    prefer: [unverified, false],
    require: [target.sslRootCertificate === null ? unverified : chainVerified],
    "verify-ca": [chainVerified],
    "verify-full": [{ ...given, rejectUnauthorized: true }],
  };
  return ok(attempts[target.sslMode]);
}

function concernsEncryption(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return /does not support SSL|no encryption|SSL off|SSL connection|no pg_hba.conf entry/i.test(message);
}

/** A failed connection as a failure with the next step. No message of it holds a password. */
export function connectionFailure(error: unknown, target: Target): Failure {
  const where = describeTarget(target);
  const reason = error instanceof Error ? error.message || ("code" in error ? String(error.code) : error.name) : String(error);
  const failure = (code: string, message: string, hint: string): Failure => ({
    kind: "failure",
    code,
    message,
    location: where,
    hint,
    exitCode: 1,
  });
  switch (error instanceof DatabaseError ? error.code : undefined) {
    case "28P01":
    case "28000":
      return failure(
        "login-refused",
        `The server refused the login: ${reason}.`,
        "Check user and password; PGPASSWORD or ~/.pgpass keep the password off the command line.",
      );
    case "3D000":
      return failure(
        "no-such-database",
        `The database does not exist: ${reason}.`,
        "Name a database that exists; its shadow is made beside it.",
      );
    case "53300":
      return failure(
        "too-many-connections",
        `The server takes no more connections: ${reason}.`,
        "Try again later, or raise max_connections.",
      );
    case "42501":
      return failure(
        "no-connect-right",
        `The role may not connect: ${reason}.`,
        `GRANT CONNECT ON DATABASE "${target.database}" TO "${target.user}", or use another role.`,
      );
    case "08P01":
      // PgBouncer's words for settings that it would have to keep per client, and for a pool that lends connections by statement.
      if (/unsupported startup parameter|statement pooling mode/i.test(reason)) {
        return {
          ...failure(
            "transaction-pooling",
            `The connection goes through a pool that keeps no session: ${reason}.`,
            "Connect to the server itself, or to a pool in session mode.",
          ),
          exitCode: 2,
        };
      }
      break;
    case "57P03":
      return failure("server-starting", `The server does not take connections yet: ${reason}.`, "Try again in a moment.");
    default:
  }
  if (/SASL|password must be a string/i.test(reason)) {
    return failure(
      "login-refused",
      "The server wants a password and none was given, or it is wrong.",
      "Set PGPASSWORD or add a line to ~/.pgpass.",
    );
  }
  if (/SSL|certificate|TLS|self.signed/i.test(reason)) {
    return failure("encryption-failed", `No encrypted connection: ${reason}.`, "Check sslmode and sslrootcert.");
  }
  return failure("server-away", `The server cannot be reached: ${reason}.`, "Check that it runs and that host and port are right.");
}
