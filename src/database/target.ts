import { readFileSync } from "node:fs";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";

/** Which server and database to connect to, as libpq understands it. Empty fields are libpq's defaults. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string | null;
  readonly sslMode: SslMode;
  readonly sslRootCertificate: string | null;
  readonly sslCertificate: string | null;
  readonly sslKey: string | null;
  readonly options: string | null;
  readonly connectTimeoutSeconds: number;
}

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** What a target is read from, beside its text: passed in, so that the same input gives the same target. */
export interface TargetSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The name that the operating system gives the user. */
  readonly userName: string;
  readonly homeDirectory: string;
  /** Where the local server's socket is; `null` where none was found, then it is `localhost`. */
  readonly socketDirectory: string | null;
}

/** libpq's keyword → its environment variable (manual, 32.15). */
const environmentVariables: Readonly<Record<string, string>> = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  dbname: "PGDATABASE",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  options: "PGOPTIONS",
  connect_timeout: "PGCONNECT_TIMEOUT",
};

/** Keywords that are taken but change nothing here. */
const ignored = new Set([
  "hostaddr",
  "application_name",
  "fallback_application_name",
  "client_encoding",
  "gssencmode",
  "channel_binding",
  "keepalives",
  "target_session_attrs",
]);

/**
 * Reads a connection URI, a `keyword=value` string or a bare database name (manual, 32.1.1), completed from `PG*` variables and the password file.
 * Messages name keywords, never values: a value may be a password.
 */
export function readTarget(text: string, surroundings: TargetSurroundings): Result<Target> {
  const parsed = parse(text.trim());
  if (parsed.kind === "failed") return parsed;
  const given = parsed.value;
  const unknown = [...given.keys()].filter((keyword) => environmentVariables[keyword] === undefined && !ignored.has(keyword));
  if (unknown.length > 0) return failed(wrong(`The connection has unknown settings: ${unknown.join(", ")}.`));

  const setting = (keyword: string): string | null =>
    given.get(keyword) || surroundings.environment[environmentVariables[keyword] ?? ""] || null;
  const host = given.get("hostaddr") || setting("host") || surroundings.socketDirectory || "localhost";
  if (host.includes(",")) return failed(wrong("The connection names several hosts."));
  const port = Number(setting("port") ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return failed(wrong("The connection's port is not a number from 1 to 65535."));
  const sslMode = setting("sslmode") ?? "prefer";
  if (!isSslMode(sslMode)) return failed(wrong(`The connection's sslmode is none of ${sslModes.join(", ")}.`));
  const timeout = Number(setting("connect_timeout") ?? 10);
  if (!Number.isFinite(timeout)) return failed(wrong("The connection's connect_timeout is not a number of seconds."));

  const user = setting("user") ?? surroundings.userName;
  const database = setting("dbname") ?? user;
  const passwordFile = setting("passfile") ?? `${surroundings.homeDirectory}/.pgpass`;
  return ok({
    host,
    port,
    user,
    database,
    password: setting("password") ?? findPassword(passwordFile, { host: host.startsWith("/") ? "localhost" : host, port, user, database }),
    sslMode,
    sslRootCertificate: setting("sslrootcert"),
    sslCertificate: setting("sslcert"),
    sslKey: setting("sslkey"),
    options: setting("options"),
    connectTimeoutSeconds: timeout > 0 ? timeout : 0,
  });
}

/** Where a target is, for messages: never with its password. */
export function describeTarget(target: Target): string {
  const place = target.host.startsWith("/") ? `the socket in ${target.host}, port ${target.port}` : `${target.host}:${target.port}`;
  return `${place}, database "${target.database}", user "${target.user}"`;
}

function parse(text: string): Result<ReadonlyMap<string, string>> {
  if (/^postgres(ql)?:\/\//i.test(text)) return parseUri(text);
  if (text.includes("=")) return parseKeywords(text);
  return ok(new Map([["dbname", text]]));
}

const uriShape = /^postgres(?:ql)?:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?(?:\[([^\]]*)\]|([^:/?]*))(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/i;

/** Not by `URL`: hosts may be empty or percent-encoded socket directories. */
function parseUri(text: string): Result<ReadonlyMap<string, string>> {
  const parts = uriShape.exec(text);
  if (parts === null)
    return failed(
      wrong("The connection URL cannot be read. Characters such as @, :, / and ? in a password are written %40, %3A, %2F and %3F."),
    );
  const [, user, password, address, host, port, dbname, query] = parts;
  try {
    const settings = new Map<string, string>();
    for (const [keyword, value] of Object.entries({ user, password, host: address ?? host, port, dbname })) {
      if (value !== undefined && value !== "") settings.set(keyword, decodeURIComponent(value));
    }
    for (const pair of (query ?? "").split("&").filter((pair) => pair !== "")) {
      const equals = pair.indexOf("=");
      if (equals < 0) return failed(wrong("The connection URL has a setting without a value after the question mark."));
      const keyword = decodeURIComponent(pair.slice(0, equals));
      settings.set(keyword === "ssl" ? "sslmode" : keyword, keyword === "ssl" ? "require" : decodeURIComponent(pair.slice(equals + 1)));
    }
    return ok(settings);
  } catch (error) {
    if (error instanceof URIError) return failed(wrong("The connection URL has a % that is not followed by two hexadecimal digits."));
    throw error;
  }
}

/** `keyword = value` pairs; values with blanks stand in single quotes, `\` escapes (manual, 32.1.1.1). */
function parseKeywords(text: string): Result<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>();
  const pair = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/y;
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text);
    if (found === null) return failed(wrong("The connection string is not a list of keyword=value pairs."));
    settings.set((found[1] ?? "").toLowerCase(), (found[2] ?? found[3] ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  return ok(settings);
}

/** The first matching line of a password file: `host:port:database:user:password`, `*` matches all, `\` escapes (manual, 32.16). */
function findPassword(
  file: string,
  wanted: { readonly host: string; readonly port: number; readonly database: string; readonly user: string },
): string | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // libpq, too, goes on without a password file that it cannot read.
    return null;
  }
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = [...line.matchAll(/((?:[^:\\]|\\.)*)(?::|$)/g)].map(([, field = ""]) => field.replaceAll(/\\(.)/g, "$1"));
    const [host, port, database, user, password] = fields;
    const matches = (field: string | undefined, value: string): boolean => field === "*" || field === value;
    if (password === undefined || password === "") continue;
    if (
      matches(host, wanted.host) &&
      matches(port, String(wanted.port)) &&
      matches(database, wanted.database) &&
      matches(user, wanted.user)
    )
      return password;
  }
  return null;
}

function isSslMode(text: string): text is SslMode {
  return (sslModes as readonly string[]).includes(text);
}

function wrong(message: string): Failure {
  return {
    kind: "failure",
    code: "bad-connection",
    message,
    location: null,
    hint: "Write postgresql://user@host:5432/database, host=… dbname=…, or the name of a local database.",
    exitCode: 2,
  };
}
