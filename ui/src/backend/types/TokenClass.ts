export type TokenClass = "none" | "keyword" | "function" | "string" | "interp" | "number" | "constant" | "property" | "comment" | "operator" | "variable" | "param";
