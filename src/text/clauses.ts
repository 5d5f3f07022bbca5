/** Splits a sentence into clauses: “my name is Dana and I live in Haifa” states two things. */

const SUBJECT = "(?:i|i['’](?:m|ve|d|ll)|my|we|we['’](?:re|ve)|our)(?![\\p{L}\\p{N}'’])"
const HEBREW_SUBJECT = '(?:אני|אנחנו|שמי|קוראים לי|ה\\p{L}{1,20} (?:שלי|שלנו))(?![\\p{L}\\p{N}])'
/** Where a clause of speakers about themselves begins: after a comma or a conjunction. */
const BREAK = new RegExp(
  `[,;]\\s{1,3}(?:and\\s|but\\s|so\\s)?(?=${SUBJECT})|\\s(?:and|but|so)\\s(?=${SUBJECT})|(?:[,;]\\s{1,3}|\\s)(?=ו${HEBREW_SUBJECT})|[,;]\\s{1,3}(?=${HEBREW_SUBJECT})`,
  'giu',
)
/** Words of others, and imagined situations: there “I” may be someone else, or the clause may not be true. */
const NOT_OWN =
  /[:"“”«»]|(?<!\p{L})(?:said|says|saying|told|tells|asked|wrote|writes|if|imagine|pretend|dream\p{L}*|wish\p{L}*|suppose|story|ש?אמר\p{L}*|סיפר\p{L}*|שאל\p{L}*|כתב\p{L}*|אם|נניח|דמיינ\p{L}*|חלמ\p{L}*)(?!\p{L})/iu
/** The ו that joins a Hebrew clause to the previous one. */
const JOINED = /^ו(?=אני|אנחנו|שמי|קוראים|ה)/

/** The clauses of a sentence, each of which can be understood alone; the sentence itself if it is one clause. */
export const clausesOf = (sentence: string): readonly string[] =>
  NOT_OWN.test(sentence)
    ? [sentence]
    : sentence
        .split(BREAK)
        .map(clause => clause.trim().replace(JOINED, ''))
        .filter(clause => clause !== '')
