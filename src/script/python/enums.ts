import type { SourceLocation } from "../../model/source.ts";
import { RaisedError } from "../signals.ts";
import { dictionary, integer, keyOf, list, text, type Arguments, type Value } from "../value.ts";
import type { Interpreter } from "./interpreter.ts";
import {
  functionText,
  isClass,
  isLibraryThing,
  libraryBases,
  linearize,
  makeInstance,
  type PythonClass,
  type PythonInstance,
} from "./things.ts";

interface At {
  readonly location: SourceLocation;
  readonly run: Interpreter;
}

const enumPath =
  /^enum\.(?:Enum|IntEnum|StrEnum|Flag|IntFlag)$|^django\.db\.models\.(?:enums\.)?(?:Text|Integer)?Choices$|^strenum\.StrEnum$/;

const made = new WeakMap<PythonClass, ReadonlyMap<string, PythonInstance>>();

/** Whether a class of the script is an enumeration. */
export function isEnum(of: PythonClass): boolean {
  return libraryBases(of).some((path) => enumPath.test(path));
}

/** The members of an enumeration by name, in their order, aliases too; `null` for any other class. */
function membersOf(of: PythonClass): ReadonlyMap<string, PythonInstance> | null {
  if (!isEnum(of)) return null;
  const known = made.get(of);
  if (known !== undefined) return known;
  const members = new Map<string, PythonInstance>();
  made.set(of, members);
  let next = 1n;
  for (const [name, value] of of.attributes) {
    if (name.startsWith("_") || value.kind === "callable" || (value.kind === "thing" && isClass(value))) continue;
    const auto = value.kind === "thing" && "path" in value && value.path === "enum.auto";
    const shown = auto ? autoValue(of, name, next) : value;
    const same = [...members.values()].find((each) => keyOf(each.attributes.get("value") ?? shown) === keyOf(shown));
    members.set(name, same ?? member(of, name, shown));
    if (shown.kind === "integer") next = shown.value + 1n;
  }
  return members;
}

function autoValue(of: PythonClass, name: string, next: bigint): Value {
  return libraryBases(of).some((path) => path.endsWith("StrEnum")) ? text(name.toLowerCase()) : integer(next);
}

function member(of: PythonClass, name: string, value: Value): PythonInstance {
  // Django's choices carry their label behind the value.
  const parts = libraryBases(of).some((path) => path.startsWith("django.")) && value.kind === "list" ? value.items : [value];
  const label =
    parts[1] ??
    text(
      name.replaceAll("_", " ").replace(/(?<=^|\s)\w|(?<=\w)\w+/g, (part) => (part.length === 1 ? part.toUpperCase() : part.toLowerCase())),
    );
  const attributes = new Map<string, Value>([
    ["name", text(name)],
    ["value", parts[0] ?? value],
    ["label", label],
  ]);
  return makeInstance({
    name: `${of.name.replace(/^the class /, "")}.${name}`,
    class: of,
    attributes,
    made: { positional: [], keywords: null, block: null, location: of.source.locate(of.node) },
    library: null,
    attribute: async () => null,
  });
}

/** The members of an enumeration, each once; `null` for any other class. */
export async function enumMembers(of: PythonClass, _at: At): Promise<readonly PythonInstance[] | null> {
  const members = membersOf(of);
  return members === null ? null : [...new Set(members.values())];
}

/** `Colour.RED`, `Colour.__members__`, Django's `Colour.choices`; `null` where it is no member. */
export async function enumAttribute(of: PythonClass, name: string, at: At): Promise<Value | null> {
  const members = membersOf(of);
  if (members === null) return null;
  const found = members.get(name);
  if (found !== undefined) return found;
  if (name === "__members__") return dictionary([...members].map(([key, value]): [Value, Value] => [text(key), value]));
  const each = (await enumMembers(of, at)) ?? [];
  const part = (what: string): Value[] => each.map(({ attributes }) => attributes.get(what) ?? text(""));
  if (!linearize(of).some((base) => isLibraryThing(base) && base.path.startsWith("django."))) return null;
  if (name === "choices")
    return list(
      each.map(({ attributes }) => ({
        kind: "list",
        form: "tuple",
        items: [attributes.get("value") ?? text(""), attributes.get("label") ?? text("")],
      })),
    );
  if (name === "values") return list(part("value"));
  if (name === "labels") return list(part("label"));
  return name === "names" ? list(part("name")) : null;
}

/** `Colour["RED"]`; throws what Python raises where there is none. */
export function enumItem(of: PythonClass, key: Value, location: SourceLocation): PythonInstance | null {
  const members = membersOf(of);
  if (members === null) return null;
  const found = key.kind === "text" ? members.get(key.value) : undefined;
  if (found === undefined) throw new RaisedError("KeyError", key.kind === "text" ? key.value : key.kind, location);
  return found;
}

/** `Colour("red")`; `null` where the class is no enumeration. Throws what Python raises where no member has that value. */
export function enumOfValue(of: PythonClass, { positional: [value], location }: Arguments): PythonInstance | null {
  const members = membersOf(of);
  if (members === null || value === undefined) return null;
  const wanted = valueOfMember(value);
  const found = [...members.values()].find(({ attributes }) => keyOf(attributes.get("value") ?? text("")) === keyOf(wanted));
  if (found === undefined) throw new RaisedError("ValueError", `that is no ${of.name}`, location);
  return found;
}

/** What a member of an enumeration stands for; anything else as it is. */
export function valueOfMember(value: Value): Value {
  if (value.kind !== "thing" || !("class" in value) || !("attributes" in value)) return value;
  const { class: of, attributes } = value as PythonInstance;
  return isEnum(of) && functionText(value) === null ? (attributes.get("value") ?? value) : value;
}

/** Whether its members are texts or numbers themselves (`class Colour(str, Enum)`). */
export function isPlainValue(of: PythonClass): boolean {
  return libraryBases(of).some((path) => /^(?:builtins\.(?:str|int)|.*\.(?:IntEnum|StrEnum|TextChoices|IntegerChoices))$/.test(path));
}
