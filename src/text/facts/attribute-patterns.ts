/**
 * Everyday facts that are recognised by their wording, such as "I live in Haifa": the attributes and their patterns. The
 * patterns come from the lexicons `fact-attributes.txt`.
 */
import { labelled, lexiconPatterns } from '../lexicons/lexicon.ts'
import { withoutFinalForms } from '../fold.ts'

/** Something that facts state of a person or a thing, and how it is worded. */
export interface Attribute {
  readonly name: string
  /** Whether a person has one value at a time, so that a new value ends the earlier one. */
  readonly single: boolean
  /** Patterns over normalised words. Groups: `v` the value, `who` and `whose` its owner, `what` the thing. */
  readonly patterns: readonly RegExp[]
}

/** In the order in which they are tried: the first pattern that matches decides. */
const CARDINALITIES: Readonly<Record<string, 'single' | 'several'>> = {
  when: 'several',
  home: 'single',
  employer: 'single',
  favourite: 'single',
  allergy: 'several',
  diet: 'single',
  named: 'several',
  birthday: 'single',
  property: 'single',
  likes: 'several',
  fear: 'several',
  speaks: 'several',
  plays: 'several',
  studies: 'several',
  drives: 'several',
  takes: 'several',
  profession: 'several',
  married: 'several',
  has: 'several',
}

/** A pattern matches whole words only. */
const wholeWords = (pattern: string): RegExp => new RegExp(`(?<!\\S)${withoutFinalForms(pattern)}(?!\\S)`)

const patternsByAttribute = Map.groupBy(labelled(lexiconPatterns('fact-attributes')), ([name]) => name)

/** Every attribute with its patterns in all languages. */
export const ATTRIBUTES: readonly Attribute[] = Object.entries(CARDINALITIES).map(([name, cardinality]) => ({
  name,
  single: cardinality === 'single',
  patterns: (patternsByAttribute.get(name) ?? []).map(([, pattern]) => wholeWords(pattern)),
}))
