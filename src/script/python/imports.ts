import type { SourceLocation } from "../../model/source.ts";
import { RaisedError, ReturnSignal } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { nil, text, unknown, type Value } from "../value.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { betweenCommas, childrenOf, statementsOf, type PythonSource, type SyntaxNode } from "./parse.ts";
import { createScope, headOf, ofModule, type Scope } from "./scope.ts";
import { standardLibrary } from "./standard-library/index.ts";
import { makeThing, type PythonThing } from "./things.ts";

/** A module of the project that was run. */
export interface PythonModule extends PythonThing {
  readonly scope: Scope;
  readonly source: PythonSource;
}

/** The modules of one run of scripts. */
export interface Modules {
  /** What `path` names: of a library, of the project, or of Python's own library; an unknown value where nobody knows. */
  resolve(path: string, location: SourceLocation): Promise<Value>;
  /** Runs a file as the one that is looked at. */
  runMain(source: PythonSource): Promise<PythonModule>;
  /** A module of the project, run once; `null` where it has none such. */
  load(name: string): Promise<PythonModule | null>;
  /** Whether an imported module is being run: what cannot be followed in it is not told. */
  importing(): boolean;
}

export function createModules(interpreter: () => Interpreter): Modules {
  const loaded = new Map<string, PythonModule>();
  let depth = 0;
  const begin = (source: PythonSource): PythonModule => {
    const scope = createScope("module", null);
    scope.names.set("__file__", text(source.file));
    scope.names.set("__name__", text(source.module));
    scope.names.set("__doc__", nil);
    const thing = makeThing({
      name: `the module ${source.module}`,
      attribute: async (name, location) => {
        const found = await ofModule(name, scope);
        if (found !== null || !source.isPackage) return found;
        return (await interpreter().world.source(`${source.module}.${name}`)) === null
          ? null
          : modules.resolve(`${source.module}.${name}`, location);
      },
      assign: (name, value) => void scope.names.set(name, value),
    });
    const module: PythonModule = Object.assign(thing, { scope, source });
    loaded.set(source.module, module);
    return module;
  };
  const execute = (module: PythonModule): Promise<void> =>
    interpreter().execute(statementsOf(module.source.program), { scope: module.scope, source: module.source, function: null });
  const modules: Modules = {
    async runMain(source) {
      const module = begin(source);
      await execute(module);
      return module;
    },
    async load(name) {
      const known = loaded.get(name);
      if (known !== undefined) return known;
      const source = await interpreter().world.source(name);
      if (source === null) return null;
      const module = begin(source);
      depth += 1;
      try {
        await execute(module);
      } catch (error) {
        // What it defined until then is there.
        if (!(error instanceof RaisedError || error instanceof ReturnSignal)) throw error;
      } finally {
        depth -= 1;
      }
      return module;
    },
    async resolve(path, location) {
      const { world } = interpreter();
      const given = await world.library(path, location);
      if (given !== null) return given;
      const module = await modules.load(path);
      if (module !== null) return module;
      const cut = path.lastIndexOf(".");
      const parent = cut === -1 ? null : await modules.load(path.slice(0, cut));
      if (parent !== null) return interpreter().attribute(parent, path.slice(cut + 1), location);
      const standard = standardLibrary(path, interpreter());
      return standard ?? unknown(`nothing is known of ${path}`, location);
    },
    importing: () => depth > 0,
  };
  return modules;
}

/** A package as `import a.b` binds it: each attribute is looked up by its whole path. */
function packageThing(path: string, run: Interpreter): Value {
  return makeThing({ name: `the module ${path}`, attribute: (name, location) => run.modules.resolve(`${path}.${name}`, location) });
}

/** What a relative import starts from. */
function baseOf(source: PythonSource, dots: number): string {
  const parts = source.module.split(".");
  const up = source.isPackage ? dots - 1 : dots;
  return parts.slice(0, Math.max(parts.length - up, 0)).join(".");
}

async function importPlain(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<void> {
  const location = frame.source.locate(node);
  for (const group of betweenCommas(childrenOf(node).slice(1))) {
    const mark = group.findIndex(({ name }) => name === "as");
    const names = (mark === -1 ? group : group.slice(0, mark)).filter(({ name }) => name !== ".").map((each) => frame.source.textOf(each));
    const path = names.join(".");
    const alias = mark === -1 ? null : group[mark + 1];
    const [first = path] = names;
    if (alias !== null && alias !== undefined)
      bindLater(frame.scope, frame.source.textOf(alias), async () => whole(await run.modules.resolve(path, location), path, run));
    else bindLater(frame.scope, first, async () => whole(await run.modules.resolve(first, location), first, run));
  }
}

/** A module that is not known itself may have members that are. */
function whole(value: Value, path: string, run: Interpreter): Value {
  return value.kind === "unknown" ? packageThing(path, run) : value;
}

function bindLater(scope: Scope, name: string, give: () => Promise<Value>): void {
  scope.names.delete(name);
  scope.imports.set(name, give);
}

async function importFrom(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<void> {
  const parts = childrenOf(node);
  const at = parts.findIndex(({ name }) => name === "import");
  const written = parts
    .slice(1, at)
    .map((part) => frame.source.textOf(part))
    .join("");
  const [, dots = "", name = ""] = /^(\.*)(.*)$/.exec(written) ?? [];
  const base = dots === "" ? "" : baseOf(frame.source, dots.length);
  const path = [base, name].filter((part) => part !== "").join(".");
  const location = frame.source.locate(node);
  for (const group of betweenCommas(parts.slice(at + 1).filter((part) => part.name !== "(" && part.name !== ")"))) {
    const [imported, , alias] = group;
    if (imported === undefined) continue;
    if (imported.name === "*") frame.scope.stars.push((star) => fromStar(path, star, run, location));
    else {
      const wanted = frame.source.textOf(imported);
      bindLater(frame.scope, alias === undefined ? wanted : frame.source.textOf(alias), () =>
        run.modules.resolve(`${path}.${wanted}`, location),
      );
    }
  }
}

async function fromStar(path: string, name: string, run: Interpreter, location: SourceLocation): Promise<Value | null> {
  if (name.startsWith("_")) return null;
  const given = await run.world.library(`${path}.${name}`, location);
  if (given !== null) return given;
  const module = await run.modules.load(path);
  return module === null ? standardLibrary(`${path}.${name}`, run) : module.attribute(name, location);
}

export const importStatements: Handlers = {
  ImportStatement: async (node, frame, run) => {
    const [first] = childrenOf(node);
    if (first === undefined) throw new Stuck("half of an import is missing", headOf(frame.source.file));
    await (first.name === "from" ? importFrom(node, frame, run) : importPlain(node, frame, run));
    return nil;
  },
};
