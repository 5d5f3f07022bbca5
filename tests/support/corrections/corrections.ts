// Makes up conversations in which people correct what they said, with questions about what holds now. Each subject belongs
// to one half of the set: rules are tried out on the first half, and the second half shows whether they hold elsewhere.
import { random, type Random } from '../random-text.ts'
import { ENGLISH_CHATTER, ENGLISH_SUBJECTS } from './english.ts'
import { HEBREW_CHATTER, HEBREW_SUBJECTS } from './hebrew.ts'
import type { Subject } from './subject.ts'

/** How the sessions of a correction are made up. */
export type Shape =
  | 'next session'
  | 'far apart'
  | 'said anew'
  | 'at once'
  | 'at once, after a reply'
  | 'three values'
  | 'reversal'
  | 'correction of a correction'

/** One conversation with a question at its end. */
export interface Correction {
  readonly name: string
  readonly language: 'en' | 'he'
  readonly half: Subject['half']
  readonly shape: Shape
  /** What the person says, session by session. */
  readonly sessions: readonly (readonly string[])[]
  readonly question: string
  /** What does not hold any more. */
  readonly old: readonly string[]
  readonly current: string
}

const SHAPES: readonly Shape[] = [
  'next session',
  'far apart',
  'said anew',
  'at once',
  'at once, after a reply',
  'three values',
  'reversal',
  'correction of a correction',
]

/** Every subject in every shape, with wordings and values that the seed picks. */
export const corrections = (seed = 1): readonly Correction[] => [
  ...ofLanguage('en', ENGLISH_SUBJECTS, ENGLISH_CHATTER, seed),
  ...ofLanguage('he', HEBREW_SUBJECTS, HEBREW_CHATTER, seed),
]

const ofLanguage = (
  language: Correction['language'],
  subjects: readonly Subject[],
  chatter: readonly string[],
  seed: number,
): readonly Correction[] =>
  subjects.flatMap((subject, at) =>
    SHAPES.map((shape): Correction => {
      const pick = random(seed * 7919 + at * 101 + SHAPES.indexOf(shape) + (language === 'he' ? 5000 : 0))
      return {
        name: `${language} ${subject.name}, ${shape}`,
        language,
        half: subject.half,
        shape,
        question: pick.pick(subject.questions),
        ...inShape(shape, subject, chatter, pick),
      }
    }),
  )

const inShape = (
  shape: Shape,
  { told, changed, corrected, values }: Subject,
  chatter: readonly string[],
  pick: Random,
): Pick<Correction, 'sessions' | 'old' | 'current'> => {
  const [a = '', b = '', c = ''] = shuffled(values, pick)
  const say = (sentences: readonly string[], value: string): string => pick.pick(sentences).replaceAll('{v}', value)
  const talk = (count: number): readonly string[] => Array.from({ length: count }, () => pick.pick(chatter))
  const last = { old: [a], current: b }
  switch (shape) {
    case 'next session':
      return { ...last, sessions: [[say(told, a)], [say(changed, b)]] }
    case 'far apart':
      return {
        ...last,
        sessions: [[...talk(2), say(told, a), ...talk(3)], talk(6), talk(4), [...talk(3), say(changed, b), ...talk(2)]],
      }
    case 'said anew':
      return { ...last, sessions: [[...talk(1), say(told, a)], talk(3), [say(told, b), ...talk(1)]] }
    case 'at once':
      return { ...last, sessions: [[say(told, a), say(corrected, b)], talk(1)] }
    case 'at once, after a reply':
      return { ...last, sessions: [[...talk(2), say(told, a), say(corrected, b), ...talk(2)], talk(3)] }
    case 'three values':
      return { sessions: [[say(told, a)], talk(2), [say(changed, b)], [say(changed, c)]], old: [a, b], current: c }
    case 'reversal':
      return { sessions: [[say(told, a)], [say(changed, b), ...talk(2)], [say(changed, a)]], old: [b], current: a }
    case 'correction of a correction':
      return { sessions: [[say(told, a), say(corrected, b), say(corrected, c)], talk(2)], old: [a, b], current: c }
  }
}

const shuffled = (values: readonly string[], pick: Random): readonly string[] =>
  values
    .map(value => [pick.below(1_000_000), value] as const)
    .sort(([x], [y]) => x - y)
    .map(([, value]) => value)
