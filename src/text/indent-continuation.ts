/** Indents the further lines of a text that becomes one entry of a transcript. */

/** Indents every line after the first. Only lines that are not indented have a speaker, so the text cannot invent one. */
export const indentContinuation = (text: string): string => text.replace(/\r\n?|[\n\u2028\u2029]/g, '\n  ')
