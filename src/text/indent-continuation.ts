/** A text whose lines after the first are set in: where each line that is not has a speaker, it cannot invent one. */
export const indentContinuation = (text: string): string => text.replace(/\r\n?|[\n\u2028\u2029]/g, '\n  ')
