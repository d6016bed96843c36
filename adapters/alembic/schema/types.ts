import type { SourceLocation } from "../../../src/model/source.ts";
import { isEnum, enumMembers } from "../../../src/script/python/enums.ts";
import {
  callWith,
  given,
  isClass,
  isInstance,
  isLibraryThing,
  isMade,
  keywordOf,
  libraryBases,
  linearize,
  makeThing,
} from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import type { Session } from "../session.ts";
import { argument, isSet, numberOf, optionText, textOf } from "../values.ts";

export interface EnumType {
  readonly name: string;
  readonly schema: string | null;
  readonly labels: readonly string[];
  /** `postgresql.ENUM(create_type=False)`. */
  readonly made: "with the table" | "elsewhere";
}

/** A type as PostgreSQL takes it. */
export interface TypeSql {
  readonly sql: string;
  readonly enumType: EnumType | null;
  /** A CHECK that comes with the type, `%s` for the column, and the name that it has; `null`: there is none. */
  readonly check: { readonly sql: string; readonly name: string | null } | null;
  /** PostGIS makes an index of its own accord. */
  readonly spatialIndex: boolean;
  /** How values of the type are written: as JSON, or as they are. */
  readonly values: "json" | "plain";
}

interface At {
  readonly session: Session;
  readonly location: SourceLocation;
}

const plain = (sql: string): TypeSql => ({ sql, enumType: null, check: null, spatialIndex: false, values: "plain" });

/** Types whose SQL is one word or two, whatever they are given. */
const words: Readonly<Record<string, string>> = {
  Integer: "INTEGER", INTEGER: "INTEGER", INT: "INTEGER", BigInteger: "BIGINT", BIGINT: "BIGINT", SmallInteger: "SMALLINT", SMALLINT: "SMALLINT", Text: "TEXT", TEXT: "TEXT", UnicodeText: "TEXT",
  Boolean: "BOOLEAN", BOOLEAN: "BOOLEAN", Date: "DATE", DATE: "DATE", LargeBinary: "BYTEA", BYTEA: "BYTEA", BLOB: "BYTEA", Binary: "BYTEA", PickleType: "BYTEA", Double: "DOUBLE PRECISION",
  DOUBLE: "DOUBLE PRECISION", DOUBLE_PRECISION: "DOUBLE PRECISION", REAL: "REAL", HSTORE: "HSTORE", CITEXT: "CITEXT", INET: "INET", CIDR: "CIDR", MACADDR: "MACADDR", MACADDR8: "MACADDR8",
  TSVECTOR: "TSVECTOR", TSQUERY: "TSQUERY", OID: "OID", REGCLASS: "REGCLASS", REGCONFIG: "REGCONFIG", MONEY: "MONEY", INT4RANGE: "INT4RANGE", INT8RANGE: "INT8RANGE", NUMRANGE: "NUMRANGE",
  DATERANGE: "DATERANGE", TSRANGE: "TSRANGE", TSTZRANGE: "TSTZRANGE", INT4MULTIRANGE: "INT4MULTIRANGE", INT8MULTIRANGE: "INT8MULTIRANGE", NUMMULTIRANGE: "NUMMULTIRANGE",
  DATEMULTIRANGE: "DATEMULTIRANGE", TSMULTIRANGE: "TSMULTIRANGE", TSTZMULTIRANGE: "TSTZMULTIRANGE", JSONPATH: "JSONPATH",
}; // prettier-ignore

type Render = (call: Arguments, at: At, name: string) => Promise<TypeSql>;

const sized =
  (word: string): Render =>
  async (call, { location }) => {
    const length = numberOf(argument(call, 0, "length"), "the length", location);
    const collation = optionText(call, "collation");
    return plain(`${word}${length === null ? "" : `(${length})`}${collation === null ? "" : ` COLLATE ${quoteIdentifier(collation)}`}`);
  };

const timed =
  (word: string): Render =>
  async (call, { location }) => {
    const zoned = isSet(call, "timezone") || argument(call, 0)?.kind === "boolean" ? truth(argument(call, 0, "timezone")) : false;
    const precision = numberOf(argument(call, 1, "precision"), "the precision", location);
    return plain(`${word}${precision === null ? "" : `(${precision})`} ${zoned ? "WITH" : "WITHOUT"} TIME ZONE`);
  };

function truth(value: Value | null): boolean {
  return value?.kind === "boolean" && value.value;
}

const numeric: Render = async (call, { location }) => {
  const precision = numberOf(argument(call, 0, "precision"), "the precision", location);
  const scale = numberOf(argument(call, 1, "scale"), "the scale", location);
  return plain(precision === null ? "NUMERIC" : scale === null ? `NUMERIC(${precision})` : `NUMERIC(${precision}, ${scale})`);
};

const float: Render = async (call, { location }) => {
  const precision = numberOf(argument(call, 0, "precision"), "the precision", location);
  return plain(precision === null ? "FLOAT" : `FLOAT(${precision})`);
};

const interval: Render = async (call, { location }) => {
  const fields = optionText(call, "fields");
  const precision = numberOf(keywordOf(call, "precision"), "the precision", location);
  return plain(`INTERVAL${fields === null ? "" : ` ${fields.toUpperCase()}`}${precision === null ? "" : ` (${precision})`}`);
};

const bits: Render = async (call, { location }) => {
  const length = numberOf(argument(call, 0, "length"), "the length", location);
  return plain(isSet(call, "varying") ? `BIT VARYING${length === null ? "" : `(${length})`}` : `BIT(${length ?? 1})`);
};

const array: Render = async (call, at) => {
  const item = await typeSql(argument(call, 0, "item_type") ?? nil, at);
  const dimensions = numberOf(argument(call, 2, "dimensions"), "the dimensions", at.location) ?? 1;
  const [, base = item.sql, collation = ""] = /^(.*?)( COLLATE .*)?$/s.exec(item.sql) ?? [];
  return { ...item, sql: `${base}${"[]".repeat(dimensions)}${collation}` };
};

const json: Render = async (_call, _at, name) => ({ ...plain(name.toUpperCase() === "JSONB" ? "JSONB" : "JSON"), values: "json" });

const uuid: Render = async (call) => {
  const native = keywordOf(call, "native_uuid");
  return plain(native?.kind === "boolean" && !native.value ? "CHAR(32)" : "UUID");
};

/** The labels and the name of an enum type: of texts, or of a class of the project, whose members' names count unless `values_callable` says otherwise. */
async function enumParts(
  call: Arguments,
  { session, location }: At,
): Promise<{ readonly labels: readonly string[]; readonly name: string | null; readonly schema: string | null }> {
  const [first] = call.positional;
  const name = optionText(call, "name");
  const schema = optionText(call, "schema");
  if (first !== undefined && isClass(first) && isEnum(first)) {
    const members = (await enumMembers(first, { run: session.run, location })) ?? [];
    const chosen = keywordOf(call, "values_callable");
    const className = first.qualifiedName.replace(/^.*\./, "").toLowerCase();
    if (chosen === null || chosen.kind === "nil")
      return { labels: members.map((each) => textOf(each.attributes.get("name"), "a label", location)), name: name ?? className, schema };
    const given = await session.run.call(chosen, callWith(location, first));
    return {
      labels: (await session.run.iterate(given, location)).map((each) => textOf(each, "a label", location)),
      name: name ?? className,
      schema,
    };
  }
  const labels = call.positional
    .flatMap((each) => (each.kind === "list" ? each.items : [each]))
    .map((each) => textOf(each, "a label of the enum", location));
  return { labels, name, schema };
}

const enumeration =
  (from: "core" | "postgresql"): Render =>
  async (call, at) => {
    const { labels, name, schema } = await enumParts(call, at);
    const native = keywordOf(call, "native_enum");
    if (native?.kind === "boolean" && !native.value) {
      const longest = numberOf(keywordOf(call, "length"), "the length", at.location) ?? Math.max(0, ...labels.map((label) => label.length));
      const checked = isSet(call, "create_constraint") || (at.session.sqlalchemy < 1.4 && keywordOf(call, "create_constraint") === null);
      return { ...plain(`VARCHAR(${longest})`), check: checked ? { sql: `%s IN (${labels.map(quoteLiteral).join(", ")})`, name } : null };
    }
    if (name === null) throw new Stuck("PostgreSQL needs a name for an enum type", at.location);
    const elsewhere = from === "postgresql" && keywordOf(call, "create_type")?.kind === "boolean" && !truth(keywordOf(call, "create_type"));
    return { ...plain(qualifiedName(schema, name)), enumType: { name, schema, labels, made: elsewhere ? "elsewhere" : "with the table" } };
  };

const domain: Render = async (call, { location }) =>
  plain(qualifiedName(optionText(call, "schema"), textOf(argument(call, 0, "name"), "the name of the domain", location)));

const spatial: Render = async (call, { location }, name) => {
  const kind = argument(call, 0, "geometry_type");
  const srid = numberOf(argument(call, 1, "srid"), "the srid", location) ?? -1;
  const index = keywordOf(call, "spatial_index");
  const word = name === "Geography" ? "geography" : name === "Raster" ? "raster" : "geometry";
  const shape = kind?.kind === "nil" ? "" : `(${kind === null ? "GEOMETRY" : textOf(kind, "the kind of geometry", location)},${srid})`;
  return { ...plain(word === "raster" ? word : `${word}${shape}`), spatialIndex: !(index?.kind === "boolean" && !index.value) };
};

const vector: Render = async (call, { location }, name) => {
  const size = numberOf(argument(call, 0, "dim", "length"), "the number of dimensions", location);
  return plain(`${name.toUpperCase()}${size === null ? "" : `(${size})`}`);
};

const ofImpl: Render = async (call, at) => typeSql(argument(call, 1, "impl") ?? { kind: "symbol", value: "String" }, at);

const renders: Readonly<Record<string, Render>> = {
  String: sized("VARCHAR"), VARCHAR: sized("VARCHAR"), Unicode: sized("VARCHAR"), NVARCHAR: sized("VARCHAR"), AutoString: sized("VARCHAR"), CHAR: sized("CHAR"), NCHAR: sized("CHAR"), DateTime: timed("TIMESTAMP"), TIMESTAMP: timed("TIMESTAMP"),
  DATETIME: timed("TIMESTAMP"), Time: timed("TIME"), TIME: timed("TIME"), Numeric: numeric, NUMERIC: numeric, DECIMAL: numeric, Float: float, FLOAT: float, Interval: interval, INTERVAL: interval, BIT: bits, ARRAY: array,
  JSON: json, JSONB: json, Uuid: uuid, UUID: uuid, Enum: enumeration("core"), ENUM: enumeration("postgresql"), DOMAIN: domain,
}; // prettier-ignore

/** Types of extensions, by the end of their path. */
const extensions: readonly (readonly [RegExp, Render])[] = [
  [/^sqlalchemy_utils\.(?:.*\.)?UUIDType$/, async (call) => plain(keywordOf(call, "native")?.kind === "boolean" && !truth(keywordOf(call, "native")) ? (keywordOf(call, "binary")?.kind === "boolean" && !truth(keywordOf(call, "binary")) ? "CHAR(32)" : "BYTEA") : "UUID")],
  [/^sqlalchemy_utils\.(?:.*\.)?ChoiceType$/, async (call, at) => { const impl = argument(call, 1, "impl"); return impl === null ? plain("VARCHAR(255)") : typeSql(impl, at); }],
  [/^sqlalchemy_utils\.(?:.*\.)?EmailType$/, async (call, at) => plain(`VARCHAR(${numberOf(argument(call, 0, "length"), "the length", at.location) ?? 255})`)],
  [/^sqlalchemy_utils\.(?:.*\.)?TSVectorType$/, async () => plain("TSVECTOR")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:ArrowType|EnrichedDateTimeType)$/, async () => plain("TIMESTAMP WITHOUT TIME ZONE")],
  [/^sqlalchemy_utils\.(?:.*\.)?JSONType$/, async () => ({ ...plain("JSON"), values: "json" })],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:URLType|ScalarListType)$/, async () => plain("TEXT")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:LocaleType)$/, async () => plain("VARCHAR(10)")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:CountryType)$/, async () => plain("VARCHAR(2)")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:CurrencyType)$/, async () => plain("VARCHAR(3)")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:ColorType|PhoneNumberType)$/, async () => plain("VARCHAR(20)")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:TimezoneType|IPAddressType)$/, async () => plain("VARCHAR(50)")],
  [/^sqlalchemy_utils\.(?:.*\.)?PasswordType$/, async () => plain("BYTEA")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:LtreeType|LQUERY)$/, async () => plain("LTREE")],
  [/^sqlalchemy_utils\.(?:.*\.)?(?:StringEncryptedType|EncryptedType|AesEngine)$/, async () => plain("VARCHAR")],
  [/^geoalchemy2\.(?:types\.)?(?:Geometry|Geography|Raster)$/, spatial],
  [/^pgvector\.(?:\w+\.)*(?:Vector|VECTOR|HALFVEC|SPARSEVEC)$/, vector],
  [/^citext\.CIText$/, async () => plain("CITEXT")],
  [/^sqlmodel\.(?:.*\.)?AutoString$/, sized("VARCHAR")],
  [/\.GUID$/, async () => plain("UUID")],
  [/^advanced_alchemy\.types\.(?:.*\.)?DateTimeUTC$/, async () => plain("TIMESTAMP WITH TIME ZONE")],
  [/^advanced_alchemy\.types\.(?:.*\.)?(?:JsonB)$/, async () => ({ ...plain("JSONB"), values: "json" })],
  [/^advanced_alchemy\.types\.(?:.*\.)?(?:BigIntIdentity)$/, async () => plain("BIGINT")],
]; // prettier-ignore

/** The SQL of a type: of SQLAlchemy, its PostgreSQL dialect, an extension, or a class of the project, followed to what it stands on. Throws `Stuck` where it is not known. */
export async function typeSql(value: Value, at: At): Promise<TypeSql> {
  if (value.kind === "unknown") throw new Stuck(`the type is not known: ${value.reason}`, at.location);
  if (isLibraryThing(value)) return byPath(value.path, callWith(at.location), at);
  if (isMade(value)) {
    const variant = value.attributes.get("variant:postgresql");
    if (variant !== undefined) return typeSql(variant, at);
    return byPath(value.path, value.made, at);
  }
  if (isClass(value)) return typeSql(await at.session.run.call(value, callWith(at.location)), at);
  if (isInstance(value)) return ofProject(value, at);
  throw new Stuck(`${value.kind === "thing" ? value.name : `a ${value.kind}`} is no type that is known`, at.location);
}

async function byPath(path: string, call: Arguments, at: At): Promise<TypeSql> {
  const [, namespace = "", name = path] = /^(sqlalchemy|postgresql)\.(\w+)$/.exec(path) ?? [];
  if (namespace !== "") {
    const word = Object.hasOwn(words, name) ? words[name] : undefined;
    if (word !== undefined) {
      const collation = /^(?:Text|TEXT|UnicodeText)$/.test(name) ? optionText(call, "collation") : null;
      return plain(collation === null ? word : `${word} COLLATE ${quoteIdentifier(collation)}`);
    }
    const render = Object.hasOwn(renders, name) ? renders[name] : undefined;
    if (render !== undefined) return render(call, at, name);
  }
  const last = path.replace(/^.*\./, "");
  const found = extensions.find(([pattern]) => pattern.test(path));
  if (found !== undefined) return found[1](call, at, last);
  // A wrapper such as MutableDict.as_mutable(JSONB) is what it is given.
  if (path.endsWith(".as_mutable")) return ofImpl({ ...call, positional: [nil, ...call.positional] }, at, last);
  throw new Stuck(`nothing is known of the type ${path}`, at.location);
}

/** A type that the project wrote: by `load_dialect_impl` or `get_col_spec`, else by `impl`, else by the class that it extends. */
async function ofProject(value: Extract<Value, { readonly kind: "thing" }>, at: At): Promise<TypeSql> {
  if (!isInstance(value)) throw new Stuck("nothing is known of the type", at.location);
  const { run } = at.session;
  const written = (name: string): boolean => linearize(value.class).some((each) => isClass(each) && each.attributes.has(name));
  if (written("load_dialect_impl")) {
    const method = await run.find(value, "load_dialect_impl", at.location);
    const given = method === null ? nil : await run.call(method, callWith(at.location, dialect()));
    if (isMade(given) || isLibraryThing(given) || isInstance(given)) return typeSql(given, at);
  }
  if (written("get_col_spec")) {
    const method = await run.find(value, "get_col_spec", at.location);
    const given = method === null ? nil : await run.call(method, callWith(at.location));
    return plain(textOf(given, `what ${value.name} is in SQL`, at.location));
  }
  const own = value.attributes.get("impl") ?? (written("impl") ? await run.find(value, "impl", at.location) : null);
  if (own !== null && own !== undefined) {
    // A decorator hands what it is made with to what it decorates.
    if (isLibraryThing(own)) return byPath(own.path, value.library?.made ?? callWith(at.location), at);
    return typeSql(own, at);
  }
  const [base] = libraryBases(value.class);
  if (base === undefined || base === "sqlalchemy.TypeDecorator" || base === "sqlalchemy.UserDefinedType")
    throw new Stuck(`nothing is known of what ${value.name} is in SQL`, at.location);
  return byPath(base, value.library?.made ?? callWith(at.location), at);
}

/** PostgreSQL's dialect, as far as types ask for it. */
export function dialect(): Value {
  return makeThing({
    name: "the PostgreSQL dialect",
    attribute: async (name) => {
      if (name === "name") return text("postgresql");
      if (name === "type_descriptor") return given(async ({ positional: [type = nil] }) => type);
      return name === "server_version_info"
        ? { kind: "list", form: "tuple", items: [15n, 0n].map((value) => ({ kind: "integer", value })) }
        : null;
    },
  });
}

/** What `CREATE TYPE` says. */
export function createTypeSql({ name, schema, labels }: Pick<EnumType, "name" | "schema" | "labels">): string {
  return `CREATE TYPE ${qualifiedName(schema, name)} AS ENUM (${labels.map(quoteLiteral).join(", ")})`;
}
