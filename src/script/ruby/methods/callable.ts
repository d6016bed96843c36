import { boolean, integer, type Callable, type Message, type Value } from "../../value.ts";

export async function callableMethods(self: Callable, message: Message): Promise<Value | null> {
  switch (message.name) {
    case "call":
    case "()":
    case "yield":
    case "[]":
    case "===":
      return self.call(message);
    case "to_proc":
      return self;
    case "arity":
      return integer(self.parameters);
    case "lambda?":
      return boolean(true);
    default:
      return null;
  }
}
