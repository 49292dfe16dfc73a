export type BodyLine = { text: string, depth: number, fold_end: number | null, spans: Array<number>, cut: boolean, };
