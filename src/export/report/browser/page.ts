/** An element that the page is known to have. Throws where it has not: a mistake of the report itself. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** What the report says as JSON in the script element of that id; read anew with each call. */
export function readJson(id: string): unknown {
  return JSON.parse(byId(id).textContent);
}

/** The values of the fields of a form, by their names. */
export function valuesOf(form: HTMLElement): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form as HTMLFormElement)) if (typeof value === "string") values[name] = value;
  return values;
}

/** Calls back when a form's fields change, its reset included; at most once per frame. */
export function onFilter(form: HTMLElement, changed: () => void): void {
  let asked = 0;
  const ask = (): void => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(changed);
  };
  form.addEventListener("input", ask);
  form.addEventListener("reset", ask);
  form.addEventListener("submit", (event) => event.preventDefault());
}

/** `1,847 of 4,000 migrations`. */
export function sayShown(shown: number, all: number, noun: string): string {
  const say = (value: number): string => value.toLocaleString("en-US");
  return shown === all ? `${say(all)} ${noun}${all === 1 ? "" : "s"}` : `${say(shown)} of ${say(all)} ${noun}s`;
}
