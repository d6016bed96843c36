import { inputFailure, type Failure } from "../model/failure.ts";

/** A decision that cannot be taken, with its place. */
export function problem(path: string, line: number, message: string, hint = "docs/formats.md describes decisions.yaml."): Failure {
  return inputFailure("invalid-decision", message, { location: { file: path, line }, hint });
}
