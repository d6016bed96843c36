import { quoteIdentifier } from "../../sql/quote.ts";

/** Letters of `aclitem` (manual, table 5.1) as GRANT spells them. */
const PRIVILEGES: Readonly<Record<string, string>> = {
  r: "SELECT",
  a: "INSERT",
  w: "UPDATE",
  d: "DELETE",
  D: "TRUNCATE",
  x: "REFERENCES",
  t: "TRIGGER",
  m: "MAINTAIN",
  X: "EXECUTE",
  U: "USAGE",
  C: "CREATE",
  c: "CONNECT",
  T: "TEMPORARY",
  s: "SET",
  A: "ALTER SYSTEM",
};

interface Grant {
  readonly grantee: string;
  /** Letter → with grant option. */
  readonly letters: ReadonlyMap<string, boolean>;
}

const ACL_ITEM = /^("(?:[^"]|"")*"|[^="]*)=([A-Za-z*]*)\/("(?:[^"]|"")*"|.*)$/;

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** Reads `grantee=letters/grantor` items, several grantors of one grantee taken together; the empty grantee is PUBLIC. */
function readAcl(items: readonly string[], rename: (role: string) => string): ReadonlyMap<string, Grant> {
  const grants = new Map<string, Map<string, boolean>>();
  for (const item of items) {
    const [, grantee, letters] = ACL_ITEM.exec(item) ?? [];
    if (grantee === undefined || letters === undefined) throw new Error(`not an aclitem: ${item}`);
    const name = grantee === "" ? "" : rename(unquote(grantee));
    const known = grants.get(name) ?? new Map<string, boolean>();
    for (const [, letter = "", option] of letters.matchAll(/([A-Za-z])(\*?)/g)) {
      known.set(letter, option === "*" || known.get(letter) === true);
    }
    grants.set(name, known);
  }
  return new Map([...grants].map(([grantee, letters]) => [grantee, { grantee, letters }]));
}

/** A role as a statement names it; the role that replays is written as CURRENT_USER, for it has another name elsewhere. */
export function roleName(role: string, sessionRole: string): string {
  if (role === "") return "PUBLIC";
  return role === sessionRole ? "CURRENT_USER" : quoteIdentifier(role);
}

export interface PrivilegeChange {
  /** `TABLE public.users`, `SCHEMA app`. */
  readonly target: string;
  /** Limits the privileges to one column. */
  readonly column: string | null;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** An owner that changed in between: its entries follow it, as `ALTER … OWNER TO` does. */
  readonly ownerFrom: string | null;
  readonly ownerTo: string | null;
  readonly sessionRole: string;
}

/** The GRANT and REVOKE statements that turn one access list into another. Revocations first. */
export function changePrivileges(change: PrivilegeChange): readonly string[] {
  const follow = (role: string): string => (change.ownerTo !== null && role === change.ownerFrom ? change.ownerTo : role);
  const from = readAcl(change.from, follow);
  const to = readAcl(change.to, (role) => role);
  const revokes: string[] = [];
  const grants: string[] = [];
  const column = change.column === null ? "" : ` (${quoteIdentifier(change.column)})`;
  const spell = (letters: readonly string[]): string => letters.map((letter) => `${PRIVILEGES[letter] ?? letter}${column}`).join(", ");

  for (const grantee of [...new Set([...from.keys(), ...to.keys()])].sort()) {
    const role = roleName(grantee, change.sessionRole);
    const had = from.get(grantee)?.letters ?? new Map<string, boolean>();
    const wanted = to.get(grantee)?.letters ?? new Map<string, boolean>();
    const lost = [...had.keys()].filter((letter) => !wanted.has(letter));
    const lostOption = [...had].filter(([letter, option]) => option && wanted.get(letter) === false).map(([letter]) => letter);
    const gained = [...wanted].filter(([letter, option]) => !option && !had.has(letter)).map(([letter]) => letter);
    const gainedOption = [...wanted].filter(([letter, option]) => option && had.get(letter) !== true).map(([letter]) => letter);
    if (lost.length > 0) revokes.push(`REVOKE ${spell(lost)} ON ${change.target} FROM ${role}`);
    if (lostOption.length > 0) revokes.push(`REVOKE GRANT OPTION FOR ${spell(lostOption)} ON ${change.target} FROM ${role}`);
    if (gained.length > 0) grants.push(`GRANT ${spell(gained)} ON ${change.target} TO ${role}`);
    if (gainedOption.length > 0) grants.push(`GRANT ${spell(gainedOption)} ON ${change.target} TO ${role} WITH GRANT OPTION`);
  }
  return [...revokes, ...grants];
}

/** What `acldefault()` gives to the owner and to PUBLIC, by the word that GRANT uses (manual, table 5.2). */
const DEFAULTS: Readonly<Record<string, { readonly owner: string; readonly everyone: string }>> = {
  TABLE: { owner: "arwdDxtm", everyone: "" },
  SEQUENCE: { owner: "rwU", everyone: "" },
  FUNCTION: { owner: "X", everyone: "X" },
  PROCEDURE: { owner: "X", everyone: "X" },
  SCHEMA: { owner: "UC", everyone: "" },
  TYPE: { owner: "U", everyone: "U" },
  LANGUAGE: { owner: "U", everyone: "U" },
  DATABASE: { owner: "CTc", everyone: "Tc" },
  TABLESPACE: { owner: "C", everyone: "" },
  "FOREIGN DATA WRAPPER": { owner: "U", everyone: "" },
  "FOREIGN SERVER": { owner: "U", everyone: "" },
  "LARGE OBJECT": { owner: "rw", everyone: "" },
};

/** The access list that a new object of a kind has where no default privileges apply. */
export function defaultAcl(word: string, owner: string, major: number): readonly string[] {
  const defaults = DEFAULTS[word];
  if (defaults === undefined) return [];
  const quoted = /^\w+$/.test(owner) ? owner : `"${owner.replaceAll('"', '""')}"`;
  const letters = major >= 17 ? defaults.owner : defaults.owner.replace("m", "");
  const everyone = defaults.everyone === "" ? [] : [`=${defaults.everyone}/${quoted}`];
  return [...everyone, `${quoted}=${letters}/${quoted}`];
}
