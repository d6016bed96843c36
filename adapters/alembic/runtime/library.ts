import type { SourceLocation } from "../../../src/model/source.ts";
import type { Interpreter } from "../../../src/script/python/interpreter.ts";
import {
  given,
  isInstance,
  isLibraryThing,
  isMade,
  libraryBases,
  libraryThing,
  makeMade,
  makeThing,
} from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, unknown, type Arguments, type Value } from "../../../src/script/value.ts";
import { hasType } from "../operations/tables.ts";
import { makeOperations } from "../operations/index.ts";
import { typeSql } from "../schema/types.ts";
import type { Session } from "../session.ts";
import { argument, isSet, textOf } from "../values.ts";
import { makeBind, makeContextModule, makeOrmSession } from "./bind.ts";
import { enumSql, sequenceSql } from "./execute.ts";
import { expressionMember, isExpression } from "./expressions.ts";
import { makeInspector } from "./inspector.ts";
import { makeStatement } from "./statements.ts";
import { tableMember } from "./table-members.ts";
import { isTable } from "./tables.ts";

/** Packages whose things are taken as data: what they make is asked for where it is used. */
// `postgresql` is what `sqlalchemy.dialects.postgresql` is called here.
const data =
  /^(?:sqlalchemy|postgresql|alembic|sqlalchemy_utils|geoalchemy2|pgvector|citext|sqlmodel|fastapi_utils|fastapi_users_db_sqlalchemy|advanced_alchemy|alembic_utils|alembic_postgresql_enum|sqlalchemy_json|flask_sqlalchemy|flask_migrate|zope\.sqlalchemy|sqlalchemy_searchable|strenum)(?:\.|$)/;

/** Parts of paths in SQLAlchemy that are modules: whichever one something is imported from, it is the same thing. */
const modules =
  /\.(?:types|schema|sql|sqltypes|expression|elements|functions|ddl|base|orm|ext|declarative|engine|reflection|util|type_api|selectable|dml|decl_api|session|visitors|operators)(?=\.|$)/g;

/** `sqlalchemy.Integer`, `postgresql.JSONB`: the one path of a thing that has many. */
export function canonicalPath(path: string): string {
  if (/^sqlalchemy\.(?:dialects\.)?postgresql(?:\.|$)/.test(path))
    return path
      .replace(/^sqlalchemy\.(?:dialects\.)?postgresql/, "postgresql")
      .replace(/^postgresql(?:\.[a-z_]\w*)*\.(?=[A-Z]|array$|array_agg$|insert$)/, "postgresql.");
  if (!path.startsWith("sqlalchemy.") || path.startsWith("sqlalchemy.func")) return path;
  return path.replace(modules, "").replace(/^sqlalchemy\.func(?=\.)/, "sqlalchemy.func");
}

/** What a library gives by its dotted path; `session` is absent where there is no migration, as in env.py. */
export function libraryOf(session: Session | null): (path: string, location: SourceLocation) => Promise<Value | null> {
  const special = session === null ? {} : migrationThings(session);
  return async (written) => {
    if (!data.test(written)) return null;
    const path = canonicalPath(written);
    if (Object.hasOwn(special, path)) return special[path]?.() ?? null;
    if (path === "alembic.context") return makeContextModule();
    return libraryThing(path);
  };
}

function migrationThings(session: Session): Readonly<Record<string, () => Value>> {
  const ormSession = (): Value => libraryThing("sqlalchemy.Session", { invoke: async () => makeOrmSession(session) });
  const sessionMaker = (): Value =>
    given(async () =>
      makeThing({
        name: "a maker of sessions",
        invoke: async () => makeOrmSession(session),
        attribute: async (name) => (name === "configure" ? given(async () => nil) : null),
      }),
    );
  const statement =
    (kind: "insert" | "update" | "delete"): (() => Value) =>
    () =>
      given(async (call) => {
        const [table = nil, ...rest] = call.positional;
        return makeStatement(kind, { table: isTable(table) ? table : null, call: { ...call, positional: rest }, session });
      });
  return {
    "alembic.op": () => makeOperations(session),
    "sqlalchemy.inspect": () =>
      given(async ({ positional: [of = nil], location }) =>
        isLibraryThing(of) || isInstance(of)
          ? unknown("what the mapper of a class says is not followed here", location)
          : makeInspector(() => session.catalog),
      ),
    "sqlalchemy.Inspector": () =>
      libraryThing("sqlalchemy.Inspector", {
        attribute: async (name) => (name === "from_engine" ? given(async () => makeInspector(() => session.catalog)) : null),
        invoke: async () => makeInspector(() => session.catalog),
      }),
    "sqlalchemy.Session": ormSession,
    "sqlalchemy.sessionmaker": sessionMaker,
    "sqlalchemy.scoped_session": () => given(async () => makeOrmSession(session)),
    "sqlmodel.Session": ormSession,
    "sqlalchemy.insert": statement("insert"),
    "postgresql.insert": statement("insert"),
    "sqlalchemy.update": statement("update"),
    "sqlalchemy.delete": statement("delete"),
    "sqlalchemy.select": () => given(async (call) => makeStatement("select", { table: null, call, session })),
    "sqlmodel.select": () => given(async (call) => makeStatement("select", { table: null, call, session })),
    "sqlalchemy.create_engine": () => given(async () => makeBind(session)),
  };
}

/** Attributes and methods of what SQLAlchemy made. */
export function membersOf(
  session: Session,
): (of: Value, name: string, run: Interpreter, location: SourceLocation) => Promise<Value | null> {
  return async (of, name) => {
    if (isTable(of)) return tableMember(of, name, { session });
    if (isMade(of) && isExpression(of)) {
      const found = expressionMember(of, name, { session });
      if (found !== null) return found;
      return name === "name" || name === "key" ? argument(of.made, 0, "name") : null;
    }
    if (isMade(of) && of.path === "sqlalchemy.MetaData") return metadataMember(name);
    if (isMade(of) && of.path === "sqlalchemy.Sequence" && (name === "create" || name === "drop"))
      return given(async (call) => (await session.send(sequenceSql(of, name === "create" ? "CREATE" : "DROP"), call.location), nil));
    const isType = isMade(of) || (isInstance(of) && libraryBases(of.class).length > 0);
    return isType ? typeMember(of, name, session) : null;
  };
}

function metadataMember(name: string): Value | null {
  if (name === "reflect" || name === "clear") return given(async () => nil);
  if (name === "tables") return makeThing({ name: "the tables of the metadata", attribute: async () => null });
  if (name !== "create_all" && name !== "drop_all") return null;
  return given(async ({ location }) => {
    throw new Stuck("it makes or drops every table of the project's models, as they are where it is run", location);
  });
}

/** `.create(bind)`, `.drop(bind)`, `.with_variant(…)`, `.enums` of a type. */
function typeMember(of: Value, name: string, session: Session): Value | null {
  switch (name) {
    case "create":
    case "drop":
      return given((call) => makeOrDrop(of, name, { call, session }));
    case "with_variant":
      return given(async (call) => withVariant(of, call));
    case "dialect_impl":
    case "load_dialect_impl":
      return given(async () => of);
    case "enums":
      return isMade(of)
        ? { kind: "list", items: of.made.positional.flatMap((each) => (each.kind === "list" ? each.items : [each])) }
        : null;
    case "length":
      return isMade(of) ? (argument(of.made, 0, "length") ?? nil) : null;
    default:
      return null;
  }
}

/** An enum type is made with a check for PostgreSQL's own ENUM, and without one for the general Enum, unless it is said otherwise. */
async function makeOrDrop(
  of: Value,
  verb: "create" | "drop",
  { call, session }: { readonly call: Arguments; readonly session: Session },
): Promise<Value> {
  const at = { session, location: call.location };
  const { enumType } = await typeSql(of, at);
  if (enumType === null) return nil;
  const said = argument(call, 1, "checkfirst");
  const checks =
    said === null ? isMade(of) && of.path === "postgresql.ENUM" : said.kind === "boolean" ? said.value : isSet(call, "checkfirst");
  if (checks && (await hasType(enumType, at)) === (verb === "create")) return nil;
  await session.send(enumSql(verb, enumType), call.location);
  return nil;
}

async function withVariant(of: Value, call: Arguments): Promise<Value> {
  const [type = nil, ...dialects] = call.positional;
  const names = dialects.map((each) => textOf(each, "the dialect", call.location));
  if (!isMade(of) && !isLibraryThing(of)) return names.includes("postgresql") ? type : of;
  const made = makeMade(of.path, isMade(of) ? of.made : { ...call, positional: [], keywords: null });
  if (isMade(of)) for (const [key, value] of of.attributes) made.attributes.set(key, value);
  if (names.includes("postgresql")) made.attributes.set("variant:postgresql", type);
  return made;
}
