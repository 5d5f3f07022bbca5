/**
 * Everyday facts that are recognised by their wording, such as "I live in Haifa": the attributes and their patterns. The
 * patterns come from the lexicons `fact-attributes.txt`.
 */
import { labelled, lexiconPatterns } from '../lexicons/lexicon.ts'
import { withoutFinalForms } from '../fold.ts'

/**
 * How many values a person has at a time. `single`: a new value ends the earlier one. `usually_single`: it does so if
 * the words say that something changed. `several`: a new value is added to the earlier ones.
 */
export type Cardinality = 'single' | 'usually_single' | 'several'

/** An attribute that facts state about a person or a thing, and its wordings. */
export interface Attribute {
  readonly name: string
  readonly cardinality: Cardinality
  /** Patterns over normalised words. Groups: `v` the value, `who` and `whose` its owner, `what` the thing. */
  readonly patterns: readonly RegExp[]
}

/** In the order in which they are tried: the first matching pattern decides. */
const CARDINALITIES: Readonly<Record<string, Cardinality>> = {
  when: 'usually_single',
  home: 'single',
  employer: 'single',
  favourite: 'single',
  allergy: 'several',
  diet: 'single',
  named: 'usually_single',
  birthday: 'single',
  property: 'single',
  likes: 'several',
  fear: 'several',
  speaks: 'several',
  plays: 'several',
  studies: 'several',
  drives: 'usually_single',
  takes: 'several',
  profession: 'usually_single',
  married: 'usually_single',
  has: 'several',
}

/** A pattern matches whole words only. */
const wholeWords = (pattern: string): RegExp => new RegExp(`(?<!\\S)${withoutFinalForms(pattern)}(?!\\S)`)

const patternsByAttribute = Map.groupBy(labelled(lexiconPatterns('fact-attributes')), ([name]) => name)

/** Every attribute with its patterns in all languages. */
export const ATTRIBUTES: readonly Attribute[] = Object.entries(CARDINALITIES).map(([name, cardinality]) => ({
  name,
  cardinality,
  patterns: (patternsByAttribute.get(name) ?? []).map(([, pattern]) => wholeWords(pattern)),
}))
