const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443", ftp: "21", ssh: "22", git: "9418" };

/** All but the characters that stand in a URI as they are (RFC 2396 with the brackets of RFC 2732, as Perl's URI has them). */
const ESCAPED = /[^A-Za-z0-9\-_.!~*'();/?:@&=+$,[\]%#]+/g;

/**
 * The `%uri` of a plan as it enters the ids of its changes: `URI->new($uri)->canonical` of Perl's URI. Scheme and host in lower case, no
 * default port, `/` for an empty path of http, escapes in upper case and only where they are needed.
 */
export function canonicalUri(text: string): string {
  const bare = text
    .trim()
    .replace(/^<(?:URL:)?(.*)>$/s, "$1")
    .replace(/^"(.*)"$/s, "$1")
    .trim();
  const escaped = bare.replaceAll(ESCAPED, encodeURIComponent);
  const unescaped = escaped.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-_.!~*'()]/.test(char) ? char : `%${hex.toUpperCase()}`;
  });
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?(.*)$/s.exec(unescaped);
  if (parts === null) return unescaped;
  const scheme = (parts[1] ?? "").toLowerCase();
  const rest = parts[3] ?? "";
  const port = DEFAULT_PORTS[scheme];
  if (parts[2] === undefined || port === undefined) {
    return `${scheme}:${parts[2] === undefined ? "" : `//${parts[2]}`}${rest}`;
  }
  const authority = /^(.*@)?(.*?)(?::(\d*))?$/s.exec(parts[2]);
  const host = (authority?.[2] ?? "").toLowerCase();
  const given = authority?.[3];
  const shownPort = given === undefined || given === "" || given === port ? "" : `:${given}`;
  const web = scheme === "http" || scheme === "https";
  const path = web && (rest === "" || rest.startsWith("#")) ? `/${rest}` : rest;
  return `${scheme}://${authority?.[1] ?? ""}${host}${shownPort}${path}`;
}
