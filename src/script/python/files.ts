import { posix } from "node:path";
import { RaisedError } from "../signals.ts";
import { boolean, list, nil, text, unknown, type Arguments, type Value } from "../value.ts";
import type { Interpreter } from "./interpreter.ts";
import { given, makeThing, type PythonThing } from "./things.ts";

/** The path of a file of the project that a value names; `null` where it is none. */
export function pathOf(value: Value | undefined): string | null {
  if (value?.kind === "text") return value.value;
  return value?.kind === "thing" && "filePath" in value ? String(value.filePath) : null;
}

/** `open(path)`: a text of the project. What is written is not followed. */
export function openFile({ positional: [named, mode], location }: Arguments, run: Interpreter): Value {
  const path = pathOf(named);
  if (path === null) return unknown("which file it opens is not known", location, "anything");
  if (mode?.kind === "text" && /[wax+]/.test(mode.value)) return unknown("it writes a file", location, "anything");
  const content = run.world.readFile?.(path) ?? null;
  if (content === null) return unknown(`there is no ${path} in the project`, location, "anything");
  const file: PythonThing = makeThing({
    name: `the file ${path}`,
    attribute: async (name) => {
      if (name === "read") return given(async () => ({ kind: "text", value: content, origin: { file: path, line: 1 } }));
      if (name === "readlines" || name === "__iter__") return given(async () => list(content.split(/(?<=\n)/).map((line) => text(line))));
      if (name === "close" || name === "__exit__") return given(async () => nil);
      return name === "__enter__" ? given(async () => file) : null;
    },
  });
  return file;
}

/** `pathlib.Path`, of files of the project. */
export function makePath(path: string, run: Interpreter): Value {
  const thing = makeThing({
    name: `the path ${path}`,
    attribute: async (name, location) => {
      const known: Readonly<Record<string, Value>> = {
        name: text(posix.basename(path)),
        stem: text(posix.parse(path).name),
        suffix: text(posix.extname(path)),
      };
      if (Object.hasOwn(known, name)) return known[name] ?? null;
      if (name === "parent") return makePath(posix.dirname(path), run);
      if (name === "__str__" || name === "as_posix") return given(async () => text(path));
      if (name === "resolve" || name === "absolute" || name === "expanduser") return given(async () => thing);
      if (name === "joinpath" || name === "__truediv__") return given(async ({ positional }) => joined(path, positional, run, location));
      if (name === "open") return given(async (call) => openFile({ ...call, positional: [text(path), ...call.positional] }, run));
      if (name === "exists" || name === "is_file") return given(async () => boolean((run.world.readFile?.(path) ?? null) !== null));
      if (name === "read_text" || name === "read_bytes") return given(async (call) => readText(path, call, run));
      return null;
    },
  });
  return Object.assign(thing, { filePath: path });
}

function readText(path: string, { location }: Arguments, run: Interpreter): Value {
  const content = run.world.readFile?.(path) ?? null;
  if (content === null) throw new RaisedError("FileNotFoundError", path, location);
  return { kind: "text", value: content, origin: { file: path, line: 1 } };
}

function joined(path: string, parts: readonly Value[], run: Interpreter, location: Arguments["location"]): Value {
  const names = parts.map((part) => pathOf(part));
  const known = names.filter((name) => name !== null);
  if (known.length < names.length) return unknown("which file it names is not known", location);
  return makePath(posix.normalize(posix.join(path, ...known)), run);
}
