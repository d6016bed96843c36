/** How a change of a database may be carried out as a whole. Nothing is imported here: the command line reads it before it answers `--version`. */
export const approachNames = ["big-bang", "phased", "parallel-run"] as const;

export type Approach = (typeof approachNames)[number];
