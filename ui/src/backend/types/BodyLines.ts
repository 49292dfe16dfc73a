import type { BodyLine } from "./BodyLine";
export type BodyLines = { from: number, lines: Array<BodyLine>, };
