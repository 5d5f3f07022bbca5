/** Indents the continuation lines of a text that becomes one entry of a transcript. */

/** Indents every line after the first. Only unindented lines have a speaker, so the text cannot fake one. */
export const indentContinuation = (text: string): string => text.replace(/\r\n?|[\n\u2028\u2029]/g, '\n  ')
