/** A row of certain characters at the end of a text. */

/**
 * The source of a pattern that matches the row at the end. Without the look behind its first character, the row would be
 * tried from each of its places: on a row within a text, that takes a time quadratic in its length.
 * @param characters the source of a pattern for one of them, such as `[.!]`
 */
export const rowAtEnd = (characters: string): string => `(?<!${characters})${characters}+$`
