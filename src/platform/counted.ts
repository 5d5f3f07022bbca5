/** Numbers of things in English sentences: "1 memory", "2 memories". */

/** @param nouns the plural; by default `noun` with an s */
export const counted = (number: number | bigint, noun: string, nouns = `${noun}s`): string =>
  `${String(number)} ${isOne(number) ? noun : nouns}`

/** The same with the verb of the sentence: "1 message is", "2 messages are". */
export const countedWith = (
  number: number,
  noun: string,
  [one, many]: readonly [string, string],
  nouns?: string,
): string => `${counted(number, noun, nouns)} ${isOne(number) ? one : many}`

const isOne = (number: number | bigint): boolean => Number(number) === 1
