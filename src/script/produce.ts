/** The consumer went away while the producer was handing something over. */
class Abandoned extends Error {}

/**
 * Turns a program that hands out things by a call (`emit`) into an iteration: the program stands still at each `emit` until the consumer asks for the next. So what
 * it asks a database behind an `emit` is answered after what was handed out took effect. Throws what the program throws.
 */
export async function* produce<T>(program: (emit: (item: T) => Promise<void>) => Promise<void>): AsyncGenerator<T> {
  type Handed =
    | { readonly kind: "item"; readonly item: T }
    | { readonly kind: "end" }
    | { readonly kind: "error"; readonly error: unknown };
  let receive: (handed: Handed) => void = () => undefined;
  let go: () => void = () => undefined;
  let abandon: () => void = () => undefined;
  const next = (): Promise<Handed> => new Promise((resolve) => (receive = resolve));
  const emit = (item: T): Promise<void> =>
    new Promise((resolve, reject) => {
      go = resolve;
      abandon = () => reject(new Abandoned("abandoned"));
      receive({ kind: "item", item });
    });
  let waiting = next();
  const run = program(emit).then(
    () => receive({ kind: "end" }),
    (error: unknown) => receive({ kind: "error", error }),
  );
  let over = false;
  try {
    for (;;) {
      const handed = await waiting;
      if (handed.kind !== "item") {
        over = true;
        if (handed.kind === "error") throw handed.error;
        return;
      }
      yield handed.item;
      waiting = next();
      go();
    }
  } finally {
    if (!over) {
      abandon();
      await run;
    }
  }
}
