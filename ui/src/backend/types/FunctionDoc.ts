export type FunctionDoc = { name: string, signature: string, description: string, example: string, group: string, };
