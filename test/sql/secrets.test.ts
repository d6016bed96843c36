import { expect, test } from "vitest";
import { maskSecrets, namesSecret, secretVariables } from "../../src/sql/secrets.ts";

test.each([
  ["create user joe with encrypted password 'it''s' login", "create user joe with encrypted password '***' login"],
  ["alter role joe PASSWORD E'a\\'b' valid until 'infinity'", "alter role joe PASSWORD '***' valid until 'infinity'"],
  [
    "create user mapping for joe server s options (user 'a', password 'b')",
    "create user mapping for joe server s options (user 'a', password '***')",
  ],
  [
    "create server s foreign data wrapper w options (secret_access_key 'b')",
    "create server s foreign data wrapper w options (secret_access_key '***')",
  ],
  [
    "create subscription s connection 'host=h password=p user=u' publication x",
    "create subscription s connection 'host=h password=*** user=u' publication x",
  ],
  ["select dblink('postgresql://joe:s3cret@h/db')", "select dblink('postgresql://joe:***@h/db')"],
  ["select dblink('host=h password=''a b'' user=u')", "select dblink('host=h password=*** user=u')"],
  ["do $$ begin create role x password 'abc'; end $$", "do $$ begin create role x password '***'; end $$"],
  ["do $a$ begin execute 'alter role x password ''abc'''; end $a$", "do $a$ begin execute 'alter role x password ***'; end $a$"],
  ["alter role joe password $x$abc$x$", "alter role joe password '***'"],
  // What does not parse is masked all the same.
  ["create usr x password 'abc", "create usr x password '***'"],
])("masks %s", (sql, masked) => {
  expect(maskSecrets(sql)).toBe(masked);
  expect(namesSecret(sql)).toBe(true);
});

test.each([
  "alter role joe password null",
  "create table users (password text default 'x')",
  "insert into users (name, password) values ('a', 'b')",
  "comment on column users.password is 'never log it'",
  "select 'password'",
  "create server s foreign data wrapper w options (host 'key')",
])("leaves %s alone", (sql) => {
  expect(maskSecrets(sql)).toBe(sql);
  expect(secretVariables(sql)).toEqual({ sql, names: [], complete: true });
});

test.each([
  ["create role joe password 'x'", "create role joe password :'joe_password'", ["joe_password"]],
  ["alter user \"App-User\" password 'x'", "alter user \"App-User\" password :'App_User_password'", ["App_User_password"]],
  [
    "create user mapping if not exists for joe server far options (user 'a', password 'b')",
    "create user mapping if not exists for joe server far options (user 'a', password :'far_password')",
    ["far_password"],
  ],
  [
    "create subscription s connection 'password=p' publication x",
    "create subscription s connection :'s_connection' publication x",
    ["s_connection"],
  ],
  [
    "select dblink('password=a'), dblink('password=b')",
    "select dblink(:'connection'), dblink(:'connection_2')",
    ["connection", "connection_2"],
  ],
])("gives %s variables", (sql, replaced, names) => {
  expect(secretVariables(sql)).toEqual({ sql: replaced, names, complete: true });
});

test("a quoted body takes no psql variable", () => {
  expect(secretVariables("do $$ begin create role x password 'abc'; end $$")).toEqual({
    sql: "do $$ begin create role x password '***'; end $$",
    names: [],
    complete: false,
  });
});
