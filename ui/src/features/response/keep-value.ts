/** What can be made of a value of an answer: a variable of the requests that follow, or a check. */

/** `value` is the value as JSON; null where it is too long to be compared. */
export type KeepValue = (as: 'capture' | 'assert', path: string, value: string | null) => void;
