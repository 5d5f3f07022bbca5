/** Joins a text that was cut off with its continuation. */

/** The beginning of the second text is searched for in this many characters at the end of the first. */
const OVERLAP_CHARACTERS = 400
/** A shorter overlap is a coincidence. */
const LEAST_OVERLAP_CHARACTERS = 4
/** A continuation that repeats this many characters of the beginning is the whole text again. */
const RESTART_CHARACTERS = 60

/**
 * Joins both texts without repeating what they share: models that continue often begin with the last words, the last
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

/** A space between two words. A cut within a word cannot be recognised here. */
const separator = (first: string, next: string): string => {
  if (/(?:^|[\s([{“"'’-])$/.test(first) || /^[\s,.;:!?)\]}”’]/.test(next)) return ''
  return SPACELESS.test(first.slice(-1)) && SPACELESS.test(next.charAt(0)) ? '' : ' '
}

/** Scripts without spaces between words. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
