import type { Node, RubySource } from "../../src/script/ruby/parse.ts";

/** What a migration's text tells without being run. */
export interface FileShape {
  /** Its class, by its whole name; `null` where it has none that stands on a migration. */
  readonly className: string | null;
  readonly transaction: "one" | "none";
  /** How it is taken back: by Rails inverting `change`, by its own `down`, or not at all. */
  readonly back: "change" | "down" | "raises" | "none";
}

interface Named {
  readonly name: string;
  readonly body: Node | null;
}

function statementsOf(node: Node | null): readonly Node[] {
  return node === null
    ? []
    : node.constructor.name === "StatementsNode"
      ? (node as unknown as { readonly body: readonly Node[] }).body
      : [node];
}

function classes(
  nodes: readonly Node[],
  around: string,
): readonly { readonly path: string; readonly superclass: Node | null; readonly body: readonly Node[] }[] {
  return nodes.flatMap((node) => {
    const kind = node.constructor.name;
    if (kind !== "ClassNode" && kind !== "ModuleNode") return [];
    const { name, body } = node as unknown as Named;
    const superclass = kind === "ClassNode" ? (node as unknown as { readonly superclass: Node | null }).superclass : null;
    const path = around === "" ? name : `${around}::${name}`;
    const inner = classes(statementsOf(body), path);
    return kind === "ClassNode" ? [{ path, superclass, body: statementsOf(body) }, ...inner] : inner;
  });
}

/** Looks at the class of a migration file. */
export function inspectFile(source: RubySource): FileShape {
  const all = classes(source.program.statements.body, "");
  const migration = all.find(({ superclass }) => superclass !== null && /Migration/.test(source.textOf(superclass.location)));
  if (migration === undefined) return { className: null, transaction: "one", back: "none" };
  const methods = new Map(methodsOf(migration.body).map((method) => [method.name, method]));
  const commands = migration.body.filter((node) => node.constructor.name === "CallNode").map((node) => (node as unknown as Named).name);
  return {
    className: migration.path,
    transaction: commands.includes("disable_ddl_transaction!") ? "none" : "one",
    back: methods.has("change") ? "change" : wayBack(methods.get("down"), source),
  };
}

/** Methods of the class, and those of `class << self` and `def self.`, as old migrations write them. */
function methodsOf(body: readonly Node[]): readonly Named[] {
  return body.flatMap((node) => {
    if (node.constructor.name === "DefNode") return [node as unknown as Named];
    return node.constructor.name === "SingletonClassNode" ? methodsOf(statementsOf((node as unknown as Named).body)) : [];
  });
}

function wayBack(down: Named | undefined, source: RubySource): FileShape["back"] {
  if (down === undefined) return "none";
  const statements = statementsOf(down.body);
  if (statements.length === 0) return "none";
  const [first] = statements;
  return first !== undefined && /^raise\b.*Irreversible/s.test(source.textOf(first.location)) ? "raises" : "down";
}
