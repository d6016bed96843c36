/** A column's type as Liquibase understands it: the class of its name, and how it is printed for PostgreSQL. */
export interface ColumnType {
  readonly family: TypeFamily;
  readonly sql: string;
  /** `serial` and its like: the column is an identity. */
  readonly autoIncrement: boolean;
}

/** Decides how values are printed (`LiquibaseDataType.objectToSql` of each class). */
export type TypeFamily = "integer" | "number" | "boolean" | "char" | "clob" | "blob" | "date" | "timestamp" | "time" | "plain" | "unknown";

interface Rule {
  readonly family: TypeFamily;
  /** The type's name and what follows it. */
  print(read: Read): string;
}

interface Read {
  /** The definition as written. */
  readonly raw: string;
  readonly name: string;
  readonly parameters: readonly string[];
  /** What stands after the name: `with time zone`. */
  readonly more: string | null;
}

const listed = (parameters: readonly string[]): string => (parameters.length === 0 ? "" : `(${parameters.join(", ")})`);
const fixed = (family: TypeFamily, sql: string): Rule => ({ family, print: () => sql });
const withParameters = (family: TypeFamily, sql: string): Rule => ({ family, print: ({ parameters }) => `${sql}${listed(parameters)}` });
const integer = (sql: string): Rule => fixed("integer", sql);

const boolean: Rule = {
  family: "boolean",
  print: ({ raw, parameters }) => (/^bit/i.test(raw) ? `BIT${listed(parameters)}` : "BOOLEAN"),
};
const varchar: Rule = {
  family: "char",
  print: ({ parameters }) => `VARCHAR${listed(parameters.map((each) => each.replace(/ (?:char|byte)$/i, "")))}`,
};
const timestamp: Rule = {
  family: "timestamp",
  print({ raw, parameters, more }) {
    const sized = `TIMESTAMP${listed(parameters.map((each) => String(Math.min(6, Number.parseInt(each, 10)))))}`;
    if (/TIMESTAMP_WITH_TIMEZONE/i.test(raw) || /^timestamptz/i.test(raw)) return `${sized} WITH TIME ZONE`;
    if (more !== null && /^timestamp/i.test(raw)) return `${sized} ${more.replace(/timezone/i, "TIME ZONE")}`;
    return `${sized} WITHOUT TIME ZONE`;
  },
};
const datetime: Rule = {
  family: "timestamp",
  print: ({ raw, parameters }) => `TIMESTAMP${listed(parameters)} ${/tz|with time zone/i.test(raw) ? "WITH" : "WITHOUT"} TIME ZONE`,
};
const time: Rule = {
  family: "time",
  print({ raw, parameters }) {
    return `time${listed(parameters.slice(0, 1))} ${/tz|with time zone/i.test(raw) ? "WITH" : "WITHOUT"} TIME ZONE`;
  },
};
const binary: Rule = { family: "blob", print: ({ raw }) => (/^(?:blob|java\.sql\.types\.blob)/i.test(raw) ? "OID" : "BYTEA") };
const text = fixed("clob", "TEXT");
const double = fixed("number", "DOUBLE PRECISION");

/** Names and aliases of `liquibase.datatype.core`, in lower case. */
const rules: Readonly<Record<string, Rule>> = {
  ...group("bigint int8 integer8 bigserial serial8 java.sql.types.bigint java.math.biginteger java.lang.long", integer("BIGINT")),
  ...group("int integer int4 serial serial4 java.sql.types.integer java.lang.integer", integer("INTEGER")),
  ...group("smallint int2 smallserial serial2 java.sql.types.smallint tinyint java.sql.types.tinyint", integer("SMALLINT")),
  ...group("boolean bool bit java.sql.types.boolean java.lang.boolean", boolean),
  ...group(
    "blob longblob longvarbinary varbinary binary tinyblob mediumblob bytea image raw_binary java.sql.types.blob java.sql.types.longblob java.sql.types.longvarbinary java.sql.types.varbinary java.sql.types.binary",
    binary,
  ),
  ...group(
    "clob text longtext mediumtext tinytext ntext nclob longvarchar longnvarchar java.sql.types.clob java.sql.types.nclob java.sql.types.longvarchar java.sql.types.longnvarchar",
    text,
  ),
  ...group("char character bpchar java.sql.types.char", withParameters("char", "CHAR")),
  ...group("nchar java.sql.types.nchar", withParameters("char", "NCHAR")),
  ...group("varchar varchar2 nvarchar nvarchar2 java.sql.types.varchar java.sql.types.nvarchar java.lang.string national", varchar),
  "character varying": varchar,
  ...group("currency money smallmoney", fixed("number", "DECIMAL")),
  ...group("date java.sql.types.date java.sql.date", fixed("date", "date")),
  ...group("datetime datetime2 smalldatetime java.sql.types.datetime java.util.date", datetime),
  ...group("timestamp timestamptz java.sql.types.timestamp java.sql.types.timestamp_with_timezone java.sql.timestamp", timestamp),
  ...group("time timetz java.sql.types.time java.sql.time", time),
  ...group("decimal java.sql.types.decimal java.math.bigdecimal", withParameters("number", "DECIMAL")),
  ...group("numeric number java.sql.types.numeric", withParameters("number", "numeric")),
  ...group("double java.sql.types.double java.lang.double", double),
  "double precision": double,
  ...group("float java.sql.types.float java.lang.float java.sql.types.real", withParameters("number", "FLOAT")),
  ...group("uuid uniqueidentifier java.util.uuid java.sql.types.uuid", fixed("plain", "UUID")),
  ...group("xml xmltype java.sql.types.sqlxml", fixed("clob", "XML")),
};

function group(names: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.split(" ").map((name) => [name, rule]));
}

const serials = /^(?:big|small)?serial[248]?$/i;

/** A type as a changelog writes it, printed as Liquibase 4.28 prints it for PostgreSQL 10 and newer (`DataTypeFactory.fromDescription`). */
export function readType(definition: string): ColumnType {
  if (/^\$\{.*\}$/.test(definition)) return { family: "unknown", sql: definition, autoIncrement: false };
  let name = /.+\(.*\).*/s.test(definition) ? definition.replace(/\s*\(.*\)/s, "") : definition;
  name = name.replace(/(.)\s*\{.*/s, "$1");
  const identity = / identity$/i.test(name);
  if (identity) name = name.toLowerCase().replace(/ identity$/, "");
  name = name.replace(/^"([^"]*)"|^\[([^\]]*)\]|^`([^`]*)`|^'([^']*)'/, (...found: readonly (string | undefined)[]) =>
    found.slice(1, 5).join(""),
  );
  let more: string | null = null;
  if (!/^(?:bit varying|character varying|long (?:var|nvar)char|long (?:var)?binary|double precision)/i.test(name)) {
    const [first = "", ...rest] = name.trim().split(/\s+/);
    name = first;
    more = rest.length === 0 ? null : name === first ? definitionRest(definition, rest) : null;
  }
  const parameters = (/\(([^)]*)/s.exec(definition)?.[1] ?? "")
    .split(",")
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== "");
  const read: Read = { raw: definition, name, parameters, more };
  const rule = rules[name.toLowerCase()];
  if (rule === undefined) {
    const sql = `${name.toUpperCase()}${listed(parameters)}${more === null ? "" : ` ${more}`}`;
    return { family: "unknown", sql, autoIncrement: false };
  }
  const isSerial = serials.test(name) || (identity && rule.family === "integer");
  return { family: rule.family, sql: rule.print(read), autoIncrement: isSerial };
}

/** The words after the name, with their spacing as it was; what stands in parentheses between them has gone already. */
function definitionRest(definition: string, words: readonly string[]): string {
  const joined = words.join(" ");
  return definition.includes(joined) ? joined : words.join(" ");
}
