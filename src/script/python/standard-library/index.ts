import { boolean, nil, type Arguments, type Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { given, libraryThing, makeThing } from "../things.ts";
import { collections } from "./collections.ts";
import { functional } from "./functional.ts";
import { operatingSystem } from "./operating-system.ts";
import { texts } from "./texts.ts";

/** What a dotted path of Python's own library gives; `null`: it is not known here. */
export type Library = Readonly<Record<string, (run: Interpreter) => Value>>;

const members: Library = { ...collections, ...functional, ...operatingSystem, ...texts };

/** Modules of which nothing reaches a database: whatever is called in them does nothing. */
const inert =
  /^(?:logging|warnings|typing|typing_extensions|__future__|time|sys|abc|traceback|gc|atexit|pprint|types|structlog|loguru)(?:\.|$)/;

/** Modules whose members are known one by one. */
const modules: ReadonlySet<string> = new Set(Object.keys(members).map((path) => path.replace(/\.[^.]+$/, "")));

/** Something of Python's own library; `null`: it is not known here. */
export function standardLibrary(path: string, run: Interpreter): Value | null {
  const known = Object.hasOwn(members, path) ? members[path] : undefined;
  if (known !== undefined) return known(run);
  if (path === "typing.TYPE_CHECKING") return boolean(false);
  if (path === "sys.version_info")
    return { kind: "list", form: "tuple", items: [3n, 11n, 0n].map((value) => ({ kind: "integer", value })) };
  if (/^(?:typing|typing_extensions)\.NamedTuple$|^enum\.\w+$|^dataclasses\.field$/.test(path)) return libraryThing(path);
  if (path === "typing.cast") return given(async ({ positional: [, value = nil] }) => value);
  if (inert.test(path)) return quiet(path);
  if (!modules.has(path) && path !== "enum" && path !== "dataclasses") return null;
  return makeThing({ name: `the module ${path}`, attribute: async (name, location) => run.modules.resolve(`${path}.${name}`, location) });
}

/** Something that may be called, asked and entered, and does nothing. As a decorator and as a type it gives what it is given. */
function quiet(path: string): Value {
  const thing = libraryThing(path, {
    attribute: async (name) => {
      if (name === "__exit__") return given(async () => nil);
      if (name === "__enter__") return given(async () => thing);
      return name.startsWith("__") ? null : quiet(`${path}.${name}`);
    },
    invoke: async ({ positional: [first] }: Arguments) => (first?.kind === "callable" && !path.startsWith("typing") ? first : quiet(path)),
  });
  return thing;
}
