import { describe, expect, test } from "vitest";
import { createBudget } from "../../src/script/limits.ts";
import { createInterpreter, type World } from "../../src/script/python/interpreter.ts";
import { parsePython, type PythonSource } from "../../src/script/python/parse.ts";
import { represent } from "../../src/script/python/show.ts";
import { functionText, isClass, isInstance, isMade, libraryBases, libraryThing } from "../../src/script/python/things.ts";
import type { Value } from "../../src/script/value.ts";

const files: Readonly<Record<string, string>> = {
  "app.__init__": "",
  "app.helpers":
    "from sqlalchemy import Column\nPREFIX = 'ix_'\ndef named(table, *columns, suffix=''):\n    return PREFIX + table + '_' + '_'.join(columns) + suffix\nbroken = mystery.thing()\n",
  "app.models":
    "import enum\nfrom .helpers import named as make_name\nclass Colour(str, enum.Enum):\n    RED = 'red'\n    GREEN = 'green'\n",
};

function sourceOf(text: string, module: string): PythonSource {
  const isPackage = module.endsWith(".__init__");
  const parsed = parsePython(text, { file: `${module.replaceAll(".", "/")}.py`, module: module.replace(/\.__init__$/, ""), isPackage });
  if (parsed.kind === "broken") throw new Error(`${module}: line ${parsed.location.line}`);
  return parsed.source;
}

async function runPython(
  text: string,
  world: Partial<World> = {},
): Promise<{
  readonly value: (name: string) => Promise<Value>;
  readonly problems: readonly string[];
  readonly run: ReturnType<typeof createInterpreter>;
}> {
  const problems: string[] = [];
  const run = createInterpreter({
    budget: createBudget(),
    library: async (path) => (path.startsWith("sqlalchemy.") || path.startsWith("alembic.") ? libraryThing(path) : null),
    source: async (module) => {
      const found = files[module] ?? files[`${module}.__init__`];
      return found === undefined ? null : sourceOf(found, files[module] === undefined ? `${module}.__init__` : module);
    },
    stuck: async ({ reason, location }) => void problems.push(`${location.line}: ${reason}`),
    ...world,
  });
  const module = await run.runFile(sourceOf(text, "app.migration"));
  const location = { file: "app/migration.py", line: 1 };
  return { run, problems, value: (name) => run.attribute(module, name, location) };
}

async function shown(text: string): Promise<string> {
  const { value, problems } = await runPython(text);
  const found = await value("x");
  return represent(found) ?? (found.kind === "unknown" ? `unknown: ${found.reason}` : found.kind) + problems.join(";");
}

/** Each line as the real Python 3.11 shows it. */
const expressions: readonly (readonly [string, string])[] = [
  ["1 + 2 * 3 ** 2 // 4 - -7 % 3", "3"],
  ["7 / 2, 7 // -2, -7 % 3, 2 ** -1", "(3.5, -4, 2, 0.5)"],
  ["'a' 'b' + \"c\\n\" + r'\\d'", "'abc\\n\\\\d'"],
  ["'''a\nb''' * 2", "'a\\nba\\nb'"],
  ["f'{1 + 1}-{\"q\"!r}-{3.14159:.2f}-{5:03d}-{{}}-{\"x\":>3}|'", "\"2-'q'-3.14-005-{}-  x|\""],
  ["'%(x)s of %(y)d' % {'x': 1, 'y': 2}, '%s' % [1]", "('1 of 2', '[1]')"],
  ["'%s-%05.1f-%r-%%' % ('a', 2.26, 'b')", "\"a-002.3-'b'-%\""],
  ["'{} {1} {name!r:>5} {a[0]}'.format('p', 'q', name='n', a=[9])", "\"p q   'n' 9\""],
  ["[a * b for a in range(3) for b in (1, 2) if a]", "[1, 2, 2, 4]"],
  ["{k: v for k, v in zip('ab', [1, 2])}", "{'a': 1, 'b': 2}"],
  ["{**{'a': 1}, 'b': 2} | {'c': 3}", "{'a': 1, 'b': 2, 'c': 3}"],
  ["sorted({3, 1, 2}), sorted('bca', reverse=True)", "([1, 2, 3], ['c', 'b', 'a'])"],
  ["[1, 2, 3][1:], 'hello'[::-1], 'hello'[-3:-1], (1, 2)[0]", "([2, 3], 'olleh', 'll', 1)"],
  ["1 < 2 <= 2, 3 > 2 > 5, 1 == 1.0, (1,) == [1], 'a' in 'cat', 4 not in [1]", "(True, False, True, False, True, True)"],
  ["None or 'a' and 'b', not [], 1 if '' else 2", "('b', True, 2)"],
  ["', '.join(str(i) for i in [1, None, True, 2.0])", "'1, None, True, 2.0'"],
  ["'a_b'.upper().replace('_', ' ').title().split(), ' x '.strip()", "(['A', 'B'], 'x')"],
  ["(lambda a, *b, c=3, **d: (a, b, c, d))(1, 2, e=5)", "(1, (2,), 3, {'e': 5})"],
  ["max([3, 9, 4]), min('b', 'a'), sum([1, 2]), len({'a': 1}), any([0, 1]), all([])", "(9, 'a', 3, 1, True, True)"],
  ["list(map(str, [1, 2])), list(enumerate('ab', 1)), dict(a=1), tuple([1])", "(['1', '2'], [(1, 'a'), (2, 'b')], {'a': 1}, (1,))"],
  ["isinstance('a', str), isinstance(1, (str, int)), isinstance([], dict)", "(True, True, False)"],
  ["0x1f, 1_000, 1e3, 0o17, True + 1", "(31, 1000, 1000.0, 15, 2)"],
  ["(y := 5) + y", "10"],
  ["int('42') + int(3.9), float('1.5'), bool(''), str(None)", "(45, 1.5, False, 'None')"],
  ["'a,b,c'.split(',', 1), 'a.b'.rpartition('.'), 'x'.zfill(3)", "(['a', 'b,c'], ('a', '.', 'b'), '00x')"],
]; // prettier-ignore

describe("Python's expressions", () => {
  test.each(expressions)("%s", async (expression, expected) => {
    expect(await shown(`x = ${expression}`)).toBe(expected);
  });
});

const programs: readonly (readonly [string, string, string])[] = [
  ["loops with break, continue and else", "x = []\nfor i in range(5):\n    if i == 1: continue\n    if i == 3: break\n    x.append(i)\nelse:\n    x.append('no')\nwhile len(x) < 4:\n    x += ['w']\n", "[0, 2, 'w', 'w']"],
  ["targets that take a value apart", "a, (b, *c), *d = 1, (2, 3, 4), 5, 6\ne = f = a\nx = [a, b, c, d, e, f]\nx[0] = 9\n", "[9, 2, [3, 4], [5, 6], 1, 1]"],
  ["functions, defaults and closures", "def outer(n, step=2):\n    total = n\n    def add(by=step):\n        nonlocal total\n        total += by\n        return total\n    add()\n    return add(10)\nx = outer(1), outer(1, step=5)\n", "(13, 16)"],
  ["try, except, else and finally", "x = []\ntry:\n    {}['k']\nexcept (ValueError, KeyError) as e:\n    x.append('caught')\nelse:\n    x.append('else')\nfinally:\n    x.append('finally')\ntry:\n    raise RuntimeError('no')\nexcept Exception as e:\n    x.append(str(e))\n", "['caught', 'finally', 'no']"],
  ["generators", "def pairs(items):\n    for item in items:\n        yield item, item * 2\n    yield from [(0, 0)]\nx = dict(pairs([1, 2]))\n", "{1: 2, 2: 4, 0: 0}"],
  ["context managers", "from contextlib import contextmanager\nx = []\n@contextmanager\ndef around(name):\n    x.append('in ' + name)\n    yield name.upper()\n    x.append('out')\nwith around('a') as v, around('b'):\n    x.append(v)\n", "['in a', 'in b', 'A', 'out', 'out']"],
  ["classes, super and properties", "class Base:\n    kind = 'base'\n    def __init__(self, a, b=2):\n        self.a = a\n        self.b = b\n    @property\n    def both(self):\n        return (self.a, self.b)\n    @classmethod\n    def make(cls):\n        return cls(7)\n    @staticmethod\n    def plain(n):\n        return n + 1\nclass Child(Base):\n    def __init__(self, *args, **kwargs):\n        kwargs['b'] = 5\n        super().__init__(*args, **kwargs)\nx = Child(1).both, Child.make().a, Child.plain(1), Child.kind\n", "((1, 5), 7, 2, 'base')"],
  ["enumerations", "import enum\nclass C(enum.Enum):\n    A = 'a'\n    B = 'b'\nx = [m.value for m in C], [m.name for m in C], C.A.value, C['B'].name, C('b') is C.B, len(C), [k for k in C.__members__]\n", "(['a', 'b'], ['A', 'B'], 'a', 'B', True, 2, ['A', 'B'])"],
  ["enumerations of texts", "from app.models import Colour\nx = f'{Colour.RED.value}', Colour.RED == 'red', ','.join(c.value for c in Colour)\n", "('red', True, 'red,green')"],
  ["modules of the project", "from app.helpers import named\nfrom . import models as m\nimport app.helpers\nx = named('t', 'a', 'b', suffix='!'), m.make_name('u'), app.helpers.PREFIX\n", "('ix_t_a_b!', 'ix_u_', 'ix_')"],
  ["dataclasses", "from dataclasses import dataclass\n@dataclass\nclass P:\n    name: str\n    size: int = 3\nx = P('a').name, P('a').size, P(name='b', size=1).size\n", "('a', 3, 1)"],
  ["the standard library", "import json, os, re\nfrom textwrap import dedent\nfrom functools import partial\nx = json.dumps({'a': [1, None]}), os.environ.get('NO', 'd'), re.sub(r'(\\w)b', r'\\1c', 'ab'), dedent('  a\\n  b'), partial(max, 3)(1), os.path.join('a', 'b')\n", "('{\"a\": [1, null]}', 'd', 'ac', 'a\\nb', 3, 'a/b')"],
  ["global names", "n = 1\ndef up():\n    global n\n    n += 1\nup()\nx = n\n", "2"],
]; // prettier-ignore

describe("Python's statements", () => {
  test.each(programs)("%s", async (_name, program, expected) => {
    expect(await shown(program)).toBe(expected);
  });
});

test("what a library makes is data with its path, its arguments and what was set on it", async () => {
  const { value } = await runPython(
    "import sqlalchemy as sa\nfrom sqlalchemy import Column as C\nx = C('id', sa.Integer(), primary_key=True)\ny = sa.Column\n",
  );
  const made = await value("x");
  if (!isMade(made)) throw new Error("nothing was made");
  expect(made.path).toBe("sqlalchemy.Column");
  expect(made.made.positional.map((each) => (isMade(each) ? each.path : represent(each)))).toEqual(["'id'", "sqlalchemy.Integer"]);
  expect(represent(await (await runPython("import sqlalchemy as sa\nx = sa.Column('id', primary_key=True).primary_key")).value("x"))).toBe(
    "True",
  );
});

test("a class knows its bases, and an instance what the library's class was given in the end", async () => {
  const { value } = await runPython(
    "import sqlalchemy as sa\nclass Wide(sa.String):\n    def __init__(self, *args, **kwargs):\n        kwargs.setdefault('length', 40)\n        super().__init__(*args, **kwargs)\nx = Wide(collation='C')\ny = Wide\nclass Z(Wide): pass\nz = Z()\n",
  );
  const [wide, made, below] = [await value("y"), await value("x"), await value("z")];
  if (!isClass(wide) || !isInstance(made) || !isInstance(below)) throw new Error("no class");
  expect(libraryBases(wide)).toEqual(["sqlalchemy.String"]);
  expect(wide.qualifiedName).toBe("app.migration.Wide");
  expect([made.library?.path, represent(made.library?.made.keywords ?? { kind: "nil" })]).toEqual([
    "sqlalchemy.String",
    "{'collation': 'C', 'length': 40}",
  ]);
  expect(represent(below.library?.made.keywords ?? { kind: "nil" })).toBe("{'length': 40}");
});

test("a function knows how it is written", async () => {
  const { value } = await runPython("def upgrade(apps):\n    apps.go()\n");
  expect(functionText(await value("upgrade"))).toEqual({
    name: "upgrade",
    location: { file: "app/migration.py", line: 1, column: 1 },
    text: "def upgrade(apps):\n    apps.go()\n",
  });
});

test("what is not known hurts only where it is needed, and the statements after it are run", async () => {
  const { value, problems } = await runPython(
    "import requests\na = requests.get('u')\nrequests.post('u')\nif a.ok:\n    b = 1\nc = a or True\nx = [1, 2]\nassert a.ok\nfor i in a: pass\n",
  );
  expect(problems).toEqual([
    "3: nothing is known of requests.post",
    "4: which way it goes depends on what is not known: nothing is known of requests.get",
    "9: what it loops over is not known: nothing is known of requests.get",
  ]);
  expect(represent(await value("c"))).toBe("True");
  expect(represent(await value("x"))).toBe("[1, 2]");
});

test("limits end what never ends", async () => {
  await expect(runPython("def f():\n    return f()\nf()\n")).rejects.toThrow("calls are nested more than");
  const { problems } = await runPython("while True:\n    pass\n");
  expect(problems).toEqual(["1: the loop takes more than 10000 turns"]);
});

test("a text of several lines knows where it stands", async () => {
  const { value } = await runPython('x = """\n  select 1"""\ny = f"""\n{1}"""\n');
  expect(await value("x")).toMatchObject({ origin: { line: 1, column: 8 } });
});

test("what is no Python is said with its place", () => {
  expect(parsePython("x = 1\ny = = 2\n", { file: "a.py", module: "a", isPackage: false })).toMatchObject({
    kind: "broken",
    location: { file: "a.py", line: 2 },
  });
});
