import type { SourceLocation } from "../../model/source.ts";
import { RaisedError } from "../signals.ts";
import type { Value } from "../value.ts";
import type { Interpreter } from "./interpreter.ts";
import { showSimple } from "./show.ts";
import { isClass, isInstance, isLibraryThing, isMade, libraryBases, makeThing } from "./things.ts";

/** What `raise value` raises. */
export async function raisedBy(
  value: Value,
  { location, written }: { readonly location: SourceLocation; readonly run: Interpreter; readonly written: string },
): Promise<RaisedError> {
  if (isMade(value)) return new RaisedError(lastPart(value.path), messageOf(value.made.positional), location);
  if (isInstance(value)) return new RaisedError(lastPart(value.class.qualifiedName), messageOf(value.made.positional), location);
  if (isClass(value)) return new RaisedError(lastPart(value.qualifiedName), "", location);
  if (isLibraryThing(value)) return new RaisedError(lastPart(value.path), "", location);
  return new RaisedError(written.replace(/\([^]*$/, "").replace(/^.*\./, ""), "", location);
}

function lastPart(path: string): string {
  return path.replace(/^.*\./, "");
}

function messageOf([first]: readonly Value[]): string {
  return first === undefined ? "" : (showSimple(first) ?? "");
}

/** Whether `except type:` catches it: by its name, or by those that stand above every error. */
export function catches(type: Value | null, written: string, error: RaisedError): boolean {
  if (type === null) return true;
  if (type.kind === "list") return type.items.some((each) => catches(each, nameOf(each), error));
  const name = nameOf(type) || written.replace(/^.*\./, "");
  return (
    name === "Exception" ||
    name === "BaseException" ||
    name === error.type ||
    (name === "LookupError" && /^(?:Key|Index)Error$/.test(error.type)) ||
    isAbove(type, error)
  );
}

function nameOf(type: Value): string {
  if (isLibraryThing(type)) return lastPart(type.path);
  return isClass(type) ? lastPart(type.qualifiedName) : "";
}

function isAbove(type: Value, error: RaisedError): boolean {
  return isClass(type) && libraryBases(type).some((path) => lastPart(path) === error.type);
}

/** What `except … as name` binds. */
export function caught(error: RaisedError): Value {
  return makeThing({
    name: `an error ${error.type}`,
    attribute: async (name) => {
      if (name === "args") return { kind: "list", form: "tuple", items: [{ kind: "text", value: error.message }] };
      return name === "__str__" ? { kind: "callable", parameters: 0, call: async () => ({ kind: "text", value: error.message }) } : null;
    },
  });
}
