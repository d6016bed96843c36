import type { SourceLocation } from "../model/source.ts";
import type { Unknown } from "./value.ts";

/** A script cannot be followed past this place: something that must be known is not. */
export class Stuck extends Error {
  readonly reason: string;
  readonly location: SourceLocation;
  readonly effect: Exclude<Unknown["effect"], "none">;

  constructor(reason: string, location: SourceLocation, effect: Exclude<Unknown["effect"], "none"> = "anything") {
    super(reason);
    this.reason = reason;
    this.location = location;
    this.effect = effect;
  }
}
