import { boolean, integer, text, type Message, type Thing, type Value } from "../../../src/script/value.ts";

/** The time at which a run is taken to happen, and who is told that a text was made of it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number;
  told(message: Message): void;
}

const seconds: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  fortnight: 1_209_600,
  month: 2_629_746,
  year: 31_556_952,
};

const durations = new WeakMap<Thing, number>();
const times = new WeakMap<Thing, number>();

/** `90.days`; `null` where the name is no unit. */
export function duration(count: number, unit: string, clock: Clock): Thing | null {
  const one = seconds[unit.replace(/s$/, "")];
  return one === undefined ? null : durationThing(count * one, clock);
}

function durationThing(length: number, clock: Clock): Thing {
  const self: Thing = {
    kind: "thing",
    name: "a duration",
    async receive(message) {
      const [other] = message.positional;
      if (message.name === "ago" || message.name === "until") return timeThing(clock.now - length * 1000, clock);
      if (message.name === "from_now" || message.name === "since") return timeThing(clock.now + length * 1000, clock);
      if (message.name === "to_i" || message.name === "in_seconds" || message.name === "to_s")
        return message.name === "to_s" ? text(String(length)) : integer(Math.round(length));
      if (message.name === "+" && other?.kind === "thing" && durations.has(other))
        return durationThing(length + (durations.get(other) ?? 0), clock);
      return null;
    },
  };
  durations.set(self, length);
  return self;
}

/** A point in time, UTC. */
export function timeThing(at: number, clock: Clock): Thing {
  const self: Thing = {
    kind: "thing",
    name: "a time",
    async receive(message) {
      const shown = showTime(at, message);
      if (shown !== null) {
        clock.told(message);
        return shown;
      }
      return calculate(at, message, clock, self);
    },
  };
  times.set(self, at);
  return self;
}

const unchanged: ReadonlySet<string> = new Set([
  "utc",
  "getutc",
  "localtime",
  "in_time_zone",
  "to_time",
  "to_datetime",
  "current",
  "zone",
  "now",
  "round",
]);

function calculate(at: number, { name, positional: [other] }: Message, clock: Clock, self: Thing): Value | null {
  if (unchanged.has(name)) return self;
  const length = other?.kind === "thing" ? durations.get(other) : undefined;
  if (length !== undefined && (name === "+" || name === "-")) return timeThing(at + (name === "+" ? length : -length) * 1000, clock);
  if (other?.kind === "integer" && (name === "+" || name === "-"))
    return timeThing(at + (name === "+" ? 1000 : -1000) * Number(other.value), clock);
  const compared = other?.kind === "thing" ? times.get(other) : undefined;
  if (compared !== undefined && (name === "<" || name === ">")) return boolean(name === "<" ? at < compared : at > compared);
  const date = new Date(at);
  if (name === "beginning_of_day" || name === "to_date" || name === "midnight")
    return timeThing(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()), clock);
  if (name === "beginning_of_month") return timeThing(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()), clock);
  if (name === "beginning_of_year") return timeThing(Date.UTC(date.getUTCFullYear()), clock);
  return null;
}

function showTime(at: number, { name, positional: [format] }: Message): Value | null {
  const iso = new Date(at).toISOString();
  const plain = `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  if (name === "to_s" || name === "to_fs" || name === "to_formatted_s") return text(format === undefined ? `${plain} UTC` : plain);
  if (name === "iso8601" || name === "xmlschema") return text(`${iso.slice(0, 19)}Z`);
  if (name === "to_i") return integer(Math.floor(at / 1000));
  if (name === "year") return integer(Number(iso.slice(0, 4)));
  if (name === "month") return integer(Number(iso.slice(5, 7)));
  if (name === "day") return integer(Number(iso.slice(8, 10)));
  if (name !== "strftime" || format?.kind !== "text") return null;
  const parts: Readonly<Record<string, string>> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    L: iso.slice(20, 23),
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    y: iso.slice(2, 4),
  };
  return text(format.value.replace(/%([A-Za-z])/g, (whole, letter: string) => parts[letter] ?? whole));
}
