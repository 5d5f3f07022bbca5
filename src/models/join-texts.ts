/** Joins a text that was cut off with its continuation. */

/** Characters at the end of the first text in which the beginning of the second is looked for. */
const OVERLAP_CHARACTERS = 400
/** A shorter overlap is chance. */
const LEAST_OVERLAP_CHARACTERS = 4
/** A continuation that begins like the whole text, for so many characters, is the text once more. */
const RESTART_CHARACTERS = 60

/**
 * Both texts as one, without repeating what both have: models that go on often begin with the last words, the last
 * sentence, or the whole text again.
 */
export const joinTexts = (first: string, second: string): string => {
  const next = second.replace(/^\s*(?:…|\.{3})\s*/, '')
  if (first.length >= RESTART_CHARACTERS && next.startsWith(first.slice(0, RESTART_CHARACTERS))) {
    return next.length > first.length ? next : first
  }
  const overlap = overlapOf(first, next)
  return overlap > 0 ? first + next.slice(overlap) : first + separator(first, next) + next
}

/** Characters at the beginning of `next` with which `first` ends. */
const overlapOf = (first: string, next: string): number => {
  const end = first.slice(-OVERLAP_CHARACTERS)
  for (let length = Math.min(end.length, next.length); length >= LEAST_OVERLAP_CHARACTERS; length--) {
    if (end.endsWith(next.slice(0, length))) return length
  }
  return 0
}

/** A space between two words. What was cut within a word cannot be told from that. */
const separator = (first: string, next: string): string => {
  if (/(?:^|[\s([{“"'’-])$/.test(first) || /^[\s,.;:!?)\]}”’]/.test(next)) return ''
  return SPACELESS.test(first.slice(-1)) && SPACELESS.test(next.charAt(0)) ? '' : ' '
}

/** Scripts without spaces between words. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
