/** Detects whether people write about a negative feeling of their own, and how bad it is. English and Hebrew. */
import { labelled, lexiconPatterns } from './lexicons/lexicon.ts'
import { readSentences } from './stance.ts'
import { withoutFinalForms } from './fold.ts'
import { tokenise } from './tokenise.ts'
import { valenceOf } from './valence/valence.ts'

/** How many characters and sentences of a message are examined. */
const MOST_CHARACTERS = 2000
const MOST_SENTENCES = 20

/** Score of a feeling in words without a strong valence, such as “I lost my job”. */
const PLAIN_FEELING = -0.25
const DANGER = -0.8
/** A clause after “but now” that is at least this positive outweighs the negative ones before it. */
const GOOD = 0.2
const TURN = /(?<!\p{L})(?:but|however|now|אבל|אך|עכשיו)(?!\p{L})/iu

const byLabel = Map.groupBy(labelled(lexiconPatterns('own-feelings')), ([label]) => label)
const patternsOf = (label: string): readonly RegExp[] =>
  (byLabel.get(label) ?? []).map(([, pattern]) => new RegExp(withoutFinalForms(pattern), 'u'))
const FEELINGS = patternsOf('feeling')
const IN_DANGER = patternsOf('danger')

/**
 * The valence of the writer's own feelings in a message: −1 (worst) to 0; 0 if it mentions none. Dislikes, feelings of
 * others, and quoted, reported or merely imagined feelings do not count.
 */
export const ownFeeling = (message: string): number => {
  const text = message.slice(0, MOST_CHARACTERS)
  let worst = 0
  let sentences = 0
  for (const { sentence, kind, stance } of readSentences(text)) {
    if (++sentences > MOST_SENTENCES) break
    const plain = tokenise(sentence).join(' ')
    const matches = (patterns: readonly RegExp[]): boolean => patterns.some(pattern => pattern.test(plain))
    if (matches(IN_DANGER) && stance !== 'quoted') worst = Math.min(worst, DANGER)
    const isOwn = stance === 'own' && kind !== 'command'
    if (isOwn && matches(FEELINGS)) worst = Math.min(worst, PLAIN_FEELING, valenceOf(sentence))
  }
  return worst > DANGER && endsWell(text) ? 0 : worst
}

const endsWell = (text: string): boolean => {
  const [, ...rest] = text.split(TURN)
  return rest.length > 0 && valenceOf(rest.at(-1) ?? '') > GOOD
}
