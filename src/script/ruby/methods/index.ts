import type { Message, Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { callableMethods } from "./callable.ts";
import { sendList } from "./list.ts";
import { mapMethods } from "./map.ts";
import { nilMethods, numberMethods, patternMethods } from "./number.ts";
import { textMethods } from "./text.ts";

/** Ruby's own methods of its own values; `null` where there is none, or the arguments are not known. */
export async function sendCore(receiver: Value, message: Message, run: Interpreter): Promise<Value | null> {
  switch (receiver.kind) {
    case "text":
    case "symbol":
      return textMethods(receiver, message, run);
    case "integer":
    case "float":
      return numberMethods(receiver, message, run);
    case "list":
    case "range":
      return sendList(receiver, message, run);
    case "map":
      return mapMethods(receiver, message, run);
    case "callable":
      return callableMethods(receiver, message);
    case "pattern":
      return patternMethods(receiver, message);
    case "nil":
      return nilMethods(message);
    default:
      return null;
  }
}
