import { quoteName } from "../names.ts";
import { isGiven, isTrue, optionalText, textOf } from "../values.ts";
import type { OperationCall, OperationKind, Turn } from "./operation.ts";

async function createExtension(name: string, { editor }: Turn): Promise<void> {
  if (!(await editor.catalog.hasExtension(name))) await editor.execute(`CREATE EXTENSION IF NOT EXISTS ${quoteName(name)}`);
}

async function dropExtension(name: string, { editor }: Turn): Promise<void> {
  const exists = editor.version < 4.0 || (await editor.catalog.hasExtension(name));
  if (exists) await editor.execute(`DROP EXTENSION IF EXISTS ${quoteName(name)}`);
}

/** An extension that the operation itself names, or its argument. */
function extension(named: string | null): OperationKind {
  return {
    parameters: named === null ? ["name"] : [],
    async build({ given, location }) {
      const name = named ?? textOf(given.get("name"), "the name of the extension", location);
      return {
        canGoBack: true,
        state: (state) => state,
        forwards: (turn) => createExtension(name, turn),
        backwards: (turn) => dropExtension(name, turn),
      };
    },
  };
}

const collationParameters = ["name", "locale", "provider", "deterministic"];

function createCollation({ given, location }: OperationCall): string {
  const name = textOf(given.get("name"), "the name of the collation", location);
  const provider = optionalText(given.get("provider"), "the provider", location) ?? "libc";
  const deterministic = given.get("deterministic");
  const options = [
    `locale=${quoteName(textOf(given.get("locale"), "the locale", location))}`,
    ...(provider === "libc" ? [] : [`provider=${quoteName(provider)}`]),
    ...(isGiven(deterministic) && !isTrue(deterministic, "deterministic", location) ? ["deterministic=false"] : []),
  ];
  return `CREATE COLLATION ${quoteName(name)} (${options.join(", ")})`;
}

function collation(direction: "create" | "remove"): OperationKind {
  return {
    parameters: collationParameters,
    async build(call) {
      const create = createCollation(call);
      const remove = `DROP COLLATION ${quoteName(textOf(call.given.get("name"), "the name of the collation", call.location))}`;
      const [there, back] = direction === "create" ? [create, remove] : [remove, create];
      return {
        canGoBack: true,
        state: (state) => state,
        forwards: ({ editor }) => editor.execute(there),
        backwards: ({ editor }) => editor.execute(back),
      };
    },
  };
}

export const postgresOperations: Readonly<Record<string, OperationKind>> = {
  CreateExtension: extension(null),
  BloomExtension: extension("bloom"),
  BtreeGinExtension: extension("btree_gin"),
  BtreeGistExtension: extension("btree_gist"),
  CITextExtension: extension("citext"),
  CryptoExtension: extension("pgcrypto"),
  HStoreExtension: extension("hstore"),
  TrigramExtension: extension("pg_trgm"),
  UnaccentExtension: extension("unaccent"),
  CreateCollation: collation("create"),
  RemoveCollation: collation("remove"),
};
