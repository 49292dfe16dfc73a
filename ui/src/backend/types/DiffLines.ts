import type { DiffLine } from "./DiffLine";
export type DiffLines = { from: number, lines: Array<DiffLine>, };
