import { callWith, given, makeThing } from "../../../src/script/python/things.ts";
import { makeManager } from "../../../src/script/python/with.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { list, nil, text, unknown, type Value } from "../../../src/script/value.ts";
import { dialect } from "../schema/types.ts";
import type { Session } from "../session.ts";
import { execute } from "./execute.ts";
import { queryReason } from "./statements.ts";

/** What `op.get_bind()` gives: a connection. */
export function makeBind(session: Session): Value {
  const run = given((call) => execute(call, { session, location: call.location }));
  const connection = makeThing({
    name: "the connection",
    attribute: async (name) => {
      switch (name) {
        case "execute":
        case "exec_driver_sql":
          return run;
        case "scalar":
        case "scalars":
          return given(async (call) => {
            const result = await execute(call, { session, location: call.location });
            const found = await session.run.find(result, name, call.location);
            return found === null ? unknown(queryReason, call.location) : session.run.call(found, callWith(call.location));
          });
        case "dialect":
          return dialect();
        case "engine":
        case "connection":
          return connection;
        case "execution_options":
        case "connect":
        case "__enter__":
          return given(async () => connection);
        case "begin":
        case "begin_nested":
          return given(async () =>
            makeManager("a transaction", (body) => body(connection), {
              attribute: async (part) => (part === "commit" || part === "rollback" ? given(async () => nil) : null),
            }),
          );
        case "commit":
        case "rollback":
        case "close":
        case "detach":
        case "__exit__":
          return given(async () => nil);
        case "in_transaction":
          return given(async () => ({ kind: "boolean", value: true }));
        default:
          return null;
      }
    },
  });
  return connection;
}

/** What a `Session` of the ORM gives: rows of the database, which nobody knows, and changes of them. */
function makeQuery(name: string): Value {
  const query = makeThing({
    name: "a query of rows",
    attribute: async (method) => {
      if (method === "update" || method === "delete")
        return given(async ({ location }) => unknown(`it changes rows through ${name}`, location, "rows"));
      if (/^(?:all|first|one|one_or_none|scalar|scalars|count|get|exists|yield_per|__iter__|statement)$/.test(method))
        return given(async ({ location }) => unknown(queryReason, location));
      return method.startsWith("__") ? null : given(async () => query);
    },
  });
  return query;
}

/** A `Session` of the ORM on the connection of the migration. */
export function makeOrmSession(session: Session): Value {
  const bind = makeBind(session);
  const own = makeThing({
    name: "a session of the ORM",
    attribute: async (name, location) => {
      if (/^(?:execute|scalar|scalars|exec)$/.test(name)) return session.run.find(bind, name === "exec" ? "execute" : name, location);
      if (name === "query" || name === "get") return given(async () => makeQuery("a session of the ORM"));
      if (/^(?:add|add_all|merge|delete|bulk_\w+)$/.test(name))
        return given(async (call) => unknown("it changes rows through a session of the ORM", call.location, "rows"));
      if (/^(?:commit|flush|rollback|close|expunge_all|expire_all|refresh)$/.test(name)) return given(async () => nil);
      if (name === "begin" || name === "begin_nested") return given(async () => makeManager("a transaction", (body) => body(own)));
      if (name === "no_autoflush") return makeManager("a context", (body) => body(own));
      if (name === "connection" || name === "get_bind") return given(async () => bind);
      if (name === "bind") return bind;
      if (name === "__enter__") return given(async () => own);
      return name === "__exit__" ? given(async () => nil) : null;
    },
  });
  return own;
}

/** What `op.get_context()` gives. */
export function makeContext(session: Session): Value {
  return makeThing({
    name: "the migration context",
    attribute: async (name) => {
      if (name === "autocommit_block")
        return given(async ({ location }) =>
          makeManager("an autocommit block", async (body) => {
            await session.send("COMMIT", location);
            await body(nil);
            await session.send("BEGIN", location);
          }),
        );
      if (name === "begin_transaction") return given(async () => makeManager("a transaction", (body) => body(nil)));
      if (name === "dialect") return dialect();
      if (name === "bind" || name === "connection") return makeBind(session);
      if (name === "as_sql") return { kind: "boolean", value: false };
      if (name === "execute") return given((call) => execute(call, { session, location: call.location }));
      return name === "opts" ? unknown("what env.py configured is not followed here", { file: "env.py", line: 1 }) : null;
    },
  });
}

/** `context.config`, `context.get_x_argument()`, `context.is_offline_mode()`: the online branch is the one that databases were made with. */
export function makeContextModule(): Value {
  return makeThing({
    name: "alembic.context",
    attribute: async (name) => {
      if (name === "is_offline_mode") return given(async () => ({ kind: "boolean", value: false }));
      if (name === "get_x_argument")
        return given(async ({ keywords }) => (keywords === null ? list([]) : { kind: "map", entries: new Map() }));
      if (name === "get_tag_argument") return given(async () => nil);
      if (name === "config")
        return makeThing({
          name: "the configuration of Alembic",
          attribute: async (key) =>
            key === "config_file_name" || key === "attributes"
              ? nil
              : given(async ({ location }) => unknown("what the configuration says is not followed here", location)),
        });
      if (name === "configure" || name === "run_migrations") return given(async () => nil);
      if (name === "begin_transaction") return given(async () => makeManager("a transaction", (body) => body(nil)));
      if (name === "get_bind" || name === "get_context")
        return given(async ({ location }) => {
          throw new Stuck("the context of env.py is not there while a migration is read", location);
        });
      return name === "script" ? text("") : null;
    },
  });
}
