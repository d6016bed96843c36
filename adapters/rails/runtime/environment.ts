import { showSimple } from "../../../src/script/ruby/show.ts";
import { boolean, dictionary, list, nil, text, unknown, type Message, type Thing, type Value } from "../../../src/script/value.ts";
import type { ProjectFiles } from "../project-files.ts";
import { toJson } from "../values.ts";
import { timeThing, type Clock } from "./times.ts";

/** What is taken for granted about where the migrations run. */
export interface Facts {
  /** Major and minor, as 7.2. */
  readonly railsVersion: number;
  /** `--assume NAME=VALUE`. */
  readonly assumptions: Readonly<Record<string, string>>;
  /** Called with each fact that a migration asked for and what it was told. */
  asked(fact: string, answer: string, message: Message): void;
  readonly clock: Clock;
}

function thing(name: string, methods: Readonly<Record<string, (message: Message) => Promise<Value | null> | Value | null>>): Thing {
  const self: Thing = {
    kind: "thing",
    name,
    receive: async (message) => (Object.hasOwn(methods, message.name) ? ((await methods[message.name]?.(message)) ?? null) : null),
  };
  return self;
}

/** Answers everything by what cannot be known, and does nothing. */
function unknowable(name: string): Thing {
  return {
    kind: "thing",
    name,
    receive: async (message) =>
      message.name === "===" || message.name === "is_a?"
        ? null
        : unknown(`${name}.${message.name} differs from run to run`, message.location),
  };
}

/** `Time.now`, `Time.zone.now`, `Date.today`; everything else of a time is not known. */
function clockThing(name: string, clock: Clock): Thing {
  const self: Thing = {
    kind: "thing",
    name,
    async receive({ name: method, location }) {
      if (/^(?:now|current|today|yesterday|tomorrow)$/.test(method)) {
        const days = method === "yesterday" ? -1 : method === "tomorrow" ? 1 : 0;
        return timeThing(clock.now + days * 86_400_000, clock);
      }
      return method === "zone"
        ? self
        : method === "===" || method === "is_a?"
          ? null
          : unknown(`${name}.${method} differs from run to run`, location);
    },
  };
  return self;
}

/** Settings and loggers: told something, they do nothing to a database. */
function inert(name: string): Thing {
  const self: Thing = {
    kind: "thing",
    name,
    receive: async ({ block, location, name: method }) =>
      block === null
        ? method.endsWith("=")
          ? nil
          : self
        : (await block.call({ positional: [self], keywords: null, block: null, location }), nil),
  };
  return self;
}

function texts({ positional }: Message): readonly string[] {
  return positional.map((value) => showSimple(value) ?? "");
}

/** Paths are relative to the project's root. */
function joinPaths(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "" && part !== ".")
    .join("/")
    .replace(/\/{2,}/g, "/");
}

function pathThing(path: string, files: ProjectFiles): Thing {
  return thing(`the path ${path}`, {
    to_s: () => text(path === "" ? "." : path),
    to_str: () => text(path === "" ? "." : path),
    to_path: () => text(path),
    join: (message) => pathThing(joinPaths([path, ...texts(message)]), files),
    "/": (message) => pathThing(joinPaths([path, ...texts(message)]), files),
    "+": (message) => pathThing(joinPaths([path, ...texts(message)]), files),
    read: (message) => readFile(path, message, files),
    "exist?": () => boolean(files.read(path) !== null),
    dirname: () => pathThing(path.replace(/\/?[^/]*$/, ""), files),
  });
}

function readFile(path: string, { location }: Message, files: ProjectFiles): Value {
  const content = files.read(path);
  return content === null ? unknown(`the file ${path} is not in the project`, location) : text(content);
}

async function pathOf(value: Value | undefined, message: Message): Promise<string> {
  if (value?.kind === "thing") {
    const shown = await value.receive({ ...message, name: "to_s", positional: [], keywords: null, block: null });
    return shown?.kind === "text" ? shown.value : "";
  }
  return value === undefined ? "" : (showSimple(value) ?? "");
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function environmentName(facts: Facts): string {
  return facts.assumptions["RAILS_ENV"] ?? facts.assumptions["Rails.env"] ?? "production";
}

function railsEnv(facts: Facts): Thing {
  const name = environmentName(facts);
  const self: Thing = {
    kind: "thing",
    name: "Rails.env",
    async receive(message) {
      facts.asked("Rails.env", name, message);
      if (message.name === "to_s" || message.name === "to_str") return text(name);
      if (message.name === "to_sym") return { kind: "symbol", value: name };
      if (message.name === "==" || message.name === "===") return boolean(showSimple(message.positional[0] ?? nil) === name);
      if (message.name === "local?") return boolean(name === "development" || name === "test");
      if (message.name === "in?")
        return boolean(message.positional[0]?.kind === "list" && message.positional[0].items.some((item) => showSimple(item) === name));
      return message.name.endsWith("?") ? boolean(message.name === `${name}?`) : null;
    },
  };
  return self;
}

function environmentVariables(facts: Facts): Thing {
  const look = (message: Message): string | null => {
    const [name = ""] = texts(message);
    const value = facts.assumptions[name] ?? facts.assumptions[`ENV.${name}`] ?? null;
    facts.asked(`ENV["${name}"]`, value === null ? "not set" : value, message);
    return value;
  };
  return thing("ENV", {
    "[]": (message) => {
      const value = look(message);
      return value === null ? nil : text(value);
    },
    fetch: async (message) => {
      const value = look(message);
      if (value !== null) return text(value);
      return (
        message.positional[1] ??
        (await message.block?.call({ ...message, block: null })) ??
        unknown(`the environment variable ${texts(message)[0] ?? ""} is not set`, message.location)
      );
    },
    "key?": (message) => boolean(look(message) !== null),
    "has_key?": (message) => boolean(look(message) !== null),
  });
}

/** A class of Ruby as far as scripts name it: `Array.new`, `x.is_a?(String)`. */
function core(name: string): readonly [string, Value] {
  const made: Readonly<Record<string, () => Value>> = {
    Hash: () => dictionary([]),
    Array: () => list([]),
    String: () => text(""),
    Set: () => list([]),
  };
  return [
    name,
    thing(name, {
      new: (message) => (message.positional[0]?.kind === "list" ? list(message.positional[0].items) : (made[name]?.() ?? null)),
      wrap: ({ positional: [value = nil] }) =>
        name !== "Array" ? null : value.kind === "list" ? value : list(value.kind === "nil" ? [] : [value]),
      "[]": ({ positional: [first = nil] }) => (name === "Hash" || name === "Set" ? first : null),
      "===": ({ positional: [value = nil] }) => boolean(kinds[name]?.includes(value.kind) ?? false),
    }),
  ];
}

const kinds: Readonly<Record<string, readonly Value["kind"][]>> = {
  Hash: ["map"],
  Array: ["list"],
  Set: ["list"],
  String: ["text"],
  Symbol: ["symbol"],
  Integer: ["integer"],
  Float: ["float"],
  Numeric: ["integer", "float"],
  Proc: ["callable"],
  NilClass: ["nil"],
  Range: ["range"],
  Regexp: ["pattern"],
};

/** Rails, ENV, files and what else migrations name of Ruby and its libraries. */
export function environmentThings(facts: Facts, files: ProjectFiles): readonly (readonly [string, Value])[] {
  const rails = thing("Rails", {
    env: () => railsEnv(facts),
    root: () => pathThing("", files),
    logger: () => inert("the logger"),
    cache: () => inert("the cache"),
    version: () => text(String(facts.railsVersion)),
  });
  const file = thing("File", {
    read: async (message) => readFile(normalize(await pathOf(message.positional[0], message)), message, files),
    open: async (message) => {
      const path = normalize(await pathOf(message.positional[0], message));
      return message.block === null
        ? pathThing(path, files)
        : message.block.call({ ...message, positional: [pathThing(path, files)], keywords: null, block: null });
    },
    join: async (message) => text(joinPaths(await Promise.all(message.positional.map((part) => pathOf(part, message))))),
    dirname: async (message) => text((await pathOf(message.positional[0], message)).replace(/\/?[^/]*$/, "")),
    basename: async (message) => text((await pathOf(message.positional[0], message)).replace(/^.*\//, "")),
    expand_path: async (message) => {
      const [path, from] = await Promise.all([pathOf(message.positional[0], message), pathOf(message.positional[1], message)]);
      return text(normalize(joinPaths([from, path])));
    },
    "exist?": async (message) => boolean(files.read(normalize(await pathOf(message.positional[0], message))) !== null),
  });
  return [
    ["Rails", rails],
    ["ENV", environmentVariables(facts)],
    ["File", file],
    ["IO", file],
    ["Pathname", thing("Pathname", { new: async (message) => pathThing(normalize(await pathOf(message.positional[0], message)), files) })],
    [
      "JSON",
      thing("JSON", {
        generate: ({ positional: [value = nil] }) => text(toJson(value)),
        dump: ({ positional: [value = nil] }) => text(toJson(value)),
      }),
    ],
    ["Arel", thing("Arel", { sql: ({ positional: [sql = nil] }) => sql })],
    ["StrongMigrations", inert("StrongMigrations")],
    ["Kernel", thing("Kernel", {})],
    ...["Time", "Date", "DateTime"].map((name): readonly [string, Value] => [name, clockThing(name, facts.clock)]),
    ...["SecureRandom", "Process", "Random"].map((name): readonly [string, Value] => [name, unknowable(name)]),
    ...Object.keys(kinds).map(core),
  ];
}
