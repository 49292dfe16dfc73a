export type DiffMark = "same" | "added" | "removed" | "changed";
