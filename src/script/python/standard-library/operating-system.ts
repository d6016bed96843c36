import { posix } from "node:path";
import { RaisedError } from "../../signals.ts";
import { boolean, dictionary, nil, text, unknown, type Arguments, type Value } from "../../value.ts";
import { makePath, pathOf } from "../files.ts";
import type { Interpreter } from "../interpreter.ts";
import { given, makeThing } from "../things.ts";
import type { Library } from "./index.ts";

function variable({ positional: [name, otherwise = nil], location }: Arguments, run: Interpreter): Value {
  if (name?.kind !== "text") return unknown("the name of the environment variable is not known", location);
  const value = run.world.environment?.(name.value, location) ?? null;
  return value === null ? otherwise : text(value);
}

/** `os.environ`. */
function environ(run: Interpreter): Value {
  return makeThing({
    name: "the environment",
    attribute: async (name) => {
      if (name === "get") return given(async (call) => variable(call, run));
      if (name === "__getitem__")
        return given(async (call) => {
          const value = variable(call, run);
          if (value.kind === "nil") throw new RaisedError("KeyError", "an environment variable that is not set", call.location);
          return value;
        });
      if (name === "__iter__") return given(async () => dictionary([]));
      return null;
    },
  });
}

/** A function of paths. */
function path(make: (...paths: readonly string[]) => string): Value {
  return given(async ({ positional, location }) => {
    const names = positional.map((value) => pathOf(value));
    const known = names.filter((name) => name !== null);
    return known.length === names.length ? text(make(...known)) : unknown("a path is not known", location);
  });
}

export const operatingSystem: Library = {
  "os.environ": environ,
  "os.getenv": (run) => given(async (call) => variable(call, run)),
  "os.path.join": () => path((...parts) => posix.normalize(posix.join(...parts))),
  "os.path.dirname": () => path((of = "") => posix.dirname(of)),
  "os.path.basename": () => path((of = "") => posix.basename(of)),
  "os.path.abspath": () => path((of = "") => posix.normalize(of)),
  "os.path.realpath": () => path((of = "") => posix.normalize(of)),
  "os.path.normpath": () => path((of = "") => posix.normalize(of)),
  "os.path.exists": (run) => given(async ({ positional: [named] }) => boolean(run.world.readFile?.(pathOf(named) ?? "") !== null)),
  "os.path.isfile": (run) => given(async ({ positional: [named] }) => boolean(run.world.readFile?.(pathOf(named) ?? "") !== null)),
  "os.sep": () => text("/"),
  "os.linesep": () => text("\n"),
  "pathlib.Path": (run) => pathMaker(run),
  "pathlib.PurePath": (run) => pathMaker(run),
};

function pathMaker(run: Interpreter): Value {
  return given(async ({ positional, location }) => {
    const names = positional.map((value) => pathOf(value));
    const known = names.filter((name) => name !== null);
    if (known.length < names.length) return unknown("a path is not known", location);
    return makePath(known.length === 0 ? "." : posix.normalize(posix.join(...known)), run);
  });
}
