import { given, makeMade } from "../../../src/script/python/things.ts";
import { boolean, dictionary, integer, text, type Value } from "../../../src/script/value.ts";

const names: readonly (readonly [RegExp, string])[] = [
  [/^integer$/, "sqlalchemy.INTEGER"], [/^bigint$/, "sqlalchemy.BIGINT"], [/^smallint$/, "sqlalchemy.SMALLINT"], [/^character varying/, "sqlalchemy.VARCHAR"], [/^text$/, "sqlalchemy.TEXT"], [/^boolean$/, "sqlalchemy.BOOLEAN"],
  [/^timestamp/, "postgresql.TIMESTAMP"], [/^date$/, "sqlalchemy.DATE"], [/^time/, "postgresql.TIME"], [/^numeric/, "sqlalchemy.NUMERIC"], [/^double precision$/, "sqlalchemy.DOUBLE_PRECISION"], [/^real$/, "sqlalchemy.REAL"],
  [/^uuid$/, "sqlalchemy.UUID"], [/^jsonb$/, "postgresql.JSONB"], [/^json$/, "postgresql.JSON"], [/^bytea$/, "postgresql.BYTEA"], [/^character/, "sqlalchemy.CHAR"], [/^interval/, "postgresql.INTERVAL"],
]; // prettier-ignore

/** A type of the catalog as SQLAlchemy's: `character varying(30)` is `VARCHAR(length=30)`. What has no counterpart is a type of no name. */
export function libraryType(type: string): Value {
  if (type.endsWith("[]"))
    return makeMade("postgresql.ARRAY", {
      positional: [libraryType(type.slice(0, -2))],
      keywords: null,
      block: null,
      location: { file: "", line: 1 },
    });
  const path = names.find(([pattern]) => pattern.test(type))?.[1] ?? "sqlalchemy.NullType";
  const sizes = /\((\d+)(?:,(\d+))?\)/.exec(type);
  const options: [Value, Value][] = [];
  if (sizes?.[1] !== undefined && /VARCHAR|CHAR$/.test(path)) options.push([text("length"), integer(BigInt(sizes[1]))]);
  if (/^(?:timestamp|time)/.test(type)) options.push([text("timezone"), boolean(type.includes("with time zone"))]);
  const made = makeMade(path, {
    positional: [],
    keywords: options.length === 0 ? null : dictionary(options),
    block: null,
    location: { file: "", line: 1 },
  });
  made.attributes.set(
    "__str__",
    given(async () => text(type.toUpperCase().replace("CHARACTER VARYING", "VARCHAR").replace("WITHOUT TIME ZONE", "").trim())),
  );
  return made;
}
