/** Where lines begin in a text or in its bytes, so that an offset can be told as a line. */
export interface LineStarts {
  /** The line that an offset is in, from 1, and where that line begins. */
  at(offset: number): { readonly line: number; readonly start: number };
}

/** `next`: the place of the next line feed from an offset on, -1 where there is none. */
export function findLineStarts(next: (from: number) => number): LineStarts {
  const starts = [0];
  for (let at = next(0); at !== -1; at = next(at + 1)) starts.push(at + 1);
  return {
    at(offset) {
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, start: starts[low] ?? 0 };
    },
  };
}
