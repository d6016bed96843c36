import type { SourceLocation } from "../../../src/model/source.ts";
import { createBudget } from "../../../src/script/limits.ts";
import { createInterpreter, type Interpreter, type World } from "../../../src/script/python/interpreter.ts";
import {
  callWith,
  given,
  isInstance,
  isLibraryThing,
  isMade,
  libraryThing,
  makeMade,
  makeThing,
} from "../../../src/script/python/things.ts";
import type { Stuck } from "../../../src/script/stuck.ts";
import { nil, text, unknown, type Value } from "../../../src/script/value.ts";
import { combinedPath } from "../expressions/around.ts";
import type { PythonFiles } from "../python-files.ts";
import { specOf } from "../values.ts";

/** What one run of a file stands in. */
export interface Surroundings {
  readonly files: PythonFiles;
  /** A setting of the project (`django.conf.settings.NAME`); `null`: it is not known. */
  setting(name: string, location: SourceLocation): Promise<Value | null>;
  /** An environment variable; `null`: it is not set. */
  environment(name: string, location: SourceLocation): string | null;
  /** A statement of the file itself that could not be followed. */
  stuck(problem: Stuck, statement: string): Promise<void>;
}

/** Modules of Python's own library: what is not known of them is not taken for a package's. */
const python =
  /^(?:abc|argparse|array|ast|asyncio|base64|bisect|builtins|calendar|codecs|collections|concurrent|contextlib|copy|csv|ctypes|dataclasses|difflib|email|enum|errno|functools|glob|gzip|hashlib|heapq|hmac|html|http|importlib|inspect|io|ipaddress|itertools|json|logging|math|multiprocessing|operator|os|pathlib|pickle|pkgutil|platform|pprint|queue|random|re|secrets|select|shutil|signal|socket|sqlite3|ssl|stat|string|struct|subprocess|sys|tempfile|textwrap|threading|time|token|traceback|types|typing|typing_extensions|unicodedata|unittest|urllib|warnings|weakref|xml|zipfile|zlib|__future__)(?:\.|$)/;

const same: Value = given(async ({ positional: [value = nil] }) => value);

/** Things of Django that do something where they are called. */
const functions: Readonly<Record<string, Value>> = {
  "django.utils.translation.gettext": same,
  "django.utils.translation.gettext_lazy": same,
  "django.utils.translation.gettext_noop": same,
  "django.utils.translation.ugettext_lazy": same,
  "django.utils.translation.ugettext": same,
  "django.utils.functional.lazy": same,
  "django.utils.text.format_lazy": same,
  "django.contrib.postgres.functions.RandomUUID": libraryThing("django.contrib.postgres.functions.RandomUUID"),
};

/** An interpreter for files of a Django project: whatever is of a library is kept as data, nothing of it is run. */
export function createDjango(around: Surroundings): Interpreter {
  const settings = makeThing({ name: "the settings", attribute: (name, location) => around.setting(name, location) });
  const world: World = {
    budget: createBudget(),
    async library(path, location) {
      if (path === "django.conf.settings") return settings;
      if (path.startsWith("django.conf.settings.")) return around.setting(path.slice(21), location);
      const known = functions[path];
      if (known !== undefined) return known;
      if (path.startsWith("django.")) return libraryThing(path);
      if (python.test(path) || around.files.module(path) !== null || isOfProject(path, around.files)) return null;
      return libraryThing(path);
    },
    source: async (module) => around.files.module(module),
    async operate(operator, operands, _run, location) {
      if (!operands.some(isExpression)) return null;
      if (!/^(?:[-+*/%&|^~]|\*\*)$/.test(operator)) return null;
      return makeMade(combinedPath, callWith(location, text(operator), ...operands));
    },
    async member(of, name, run, location) {
      return isInstance(of) || isMade(of) ? expressionMember(of, name, { run, location }) : null;
    },
    readFile: (path) => around.files.read(path),
    environment: (name, location) => around.environment(name, location),
    stuck: (problem, statement) => around.stuck(problem, statement),
  };
  return createInterpreter(world);
}

/** Whether the first part of a path is a package of the project: what is not found in it is unknown, and no library's. */
function isOfProject(path: string, files: PythonFiles): boolean {
  const [first = path] = path.split(".");
  const source = files.module(first);
  return source !== null && !files.packages.some((each) => source.file.startsWith(each));
}

function isExpression(value: Value): boolean {
  return /^django\.(?:db|contrib)\./.test(specOf(value)?.path ?? "");
}

/** `F("a").asc()`, `F("a").desc()`. */
async function expressionMember(
  of: Value,
  name: string,
  { run, location }: { readonly run: Interpreter; readonly location: SourceLocation },
): Promise<Value | null> {
  if (name === "name" && isMade(of)) return of.made.positional[0] ?? null;
  if ((name !== "asc" && name !== "desc") || !isExpression(of)) return null;
  return given(async (call) => {
    const order = await run.modules.resolve("django.db.models.expressions.OrderBy", location);
    if (!isLibraryThing(order)) return unknown("the order of an expression is not known", location);
    const keywords = { kind: "map" as const, entries: new Map(call.keywords?.entries ?? []) };
    if (name === "desc") keywords.entries.set("text descending", { key: text("descending"), value: { kind: "boolean", value: true } });
    return makeMade(order.path, { positional: [of], keywords, block: null, location: call.location });
  });
}
