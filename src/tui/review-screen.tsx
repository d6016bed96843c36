import { Box, Text, useInput, useStdout } from "ink";
import { useEffect, useState, useSyncExternalStore, type ReactElement } from "react";
import type { Line, Span, Tone } from "../review/lines.ts";
import { pageOf, screenLines } from "../review/screen.ts";
import type { Sources } from "../review/detail.ts";
import { keyNames } from "./key-names.ts";
import type { ReviewStore } from "./review-store.ts";

type Looks = Readonly<Record<Tone, { readonly color?: string; readonly bold?: boolean; readonly dimColor?: boolean }>>;

/** Colours of the terminal's own palette, which people chose for their background; text keeps the terminal's colour. */
const COLOURED: Looks = {
  plain: {},
  heading: { bold: true },
  faint: { dimColor: true },
  keyword: { bold: true },
  literal: { color: "green" },
  added: { color: "green" },
  removed: { color: "red" },
  marked: { color: "cyan", bold: true },
  good: { color: "green", bold: true },
  bad: { color: "red", bold: true },
};

/** Every meaning has a sign beside its colour (`+`, `-`, `>`, `[x]`, `ok`, `no`), so weight alone is enough. */
const PLAIN: Looks = {
  ...COLOURED,
  literal: {},
  added: {},
  removed: {},
  marked: { bold: true },
  good: { bold: true },
  bad: { bold: true },
};

export interface ReviewScreenProps {
  readonly store: ReviewStore;
  readonly sources: Sources;
  readonly colour: "colour" | "plain";
  /** ISO 8601. */
  readonly clock: () => string;
}

/** Draws a review as large as the terminal, and hands its keys on. */
export function ReviewScreen({ store, sources, colour, clock }: ReviewScreenProps): ReactElement {
  const session = useSyncExternalStore(store.subscribe, store.session);
  const size = useTerminalSize();
  const surface = { ...size, sources };
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.send({ kind: "key", name, at: clock(), page: pageOf(surface) }, surface);
  });
  const looks = colour === "colour" ? COLOURED : PLAIN;
  return (
    <Box flexDirection="column" width={size.columns}>
      {screenLines(session, surface).map((line, index) => (
        // Lines have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <DrawnLine key={index} line={line} looks={looks} />
      ))}
    </Box>
  );
}

function DrawnLine({ line, looks }: { readonly line: Line; readonly looks: Looks }): ReactElement {
  return (
    <Text wrap="truncate-end">
      {line.length === 0
        ? " "
        : line.map((span: Span, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <Text key={index} {...looks[span.tone]}>
              {span.text}
            </Text>
          ))}
    </Text>
  );
}

const usualSize = { columns: 80, rows: 24 };

/** The size of the terminal, followed as it changes. One row is left free: on a full screen Ink would clear it with every drawing. */
function useTerminalSize(): { readonly columns: number; readonly rows: number } {
  const { stdout } = useStdout();
  const measure = (): { readonly columns: number; readonly rows: number } => ({
    columns: stdout.columns > 0 ? stdout.columns : usualSize.columns,
    rows: (stdout.rows > 0 ? stdout.rows : usualSize.rows) - 1,
  });
  const [size, setSize] = useState(measure);
  useEffect(() => {
    const follow = (): void => setSize(measure());
    stdout.on("resize", follow);
    return () => {
      stdout.off("resize", follow);
    };
  }, [stdout]);
  return size;
}
