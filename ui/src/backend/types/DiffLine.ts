import type { DiffMark } from "./DiffMark";
export type DiffLine = { mark: DiffMark, text: string, depth: number, fold_end: number | null, spans: Array<number>, cut: boolean, };
