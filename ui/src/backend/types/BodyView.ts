export type BodyView = "raw" | "tree";
