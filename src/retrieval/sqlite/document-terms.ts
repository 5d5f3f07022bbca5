/** How the index stores the terms by which a message can be found: its words, their other forms, and its statements. */
import { KEY_MARK } from '../../text/facts/statement-keys.ts'
import type { Document } from '../full-text/full-text-index.ts'

/** Prefix of other forms; no word begins with it. */
const FORM_MARK = '~'

type Terms = Pick<Document, 'stems' | 'forms' | 'keys'>

/** The terms as one text. */
export const writeTerms = ({ stems, forms, keys }: Terms): string =>
  [...stems, ...forms.map(each => FORM_MARK + each), ...keys].join(' ')

const split = (terms: string): readonly string[] => (terms === '' ? [] : terms.split(' '))

/** The terms of a message, separately for each kind. */
export const readTerms = (terms: string): Terms => {
  const all = split(terms)
  const isForm = (term: string): boolean => term.startsWith(FORM_MARK)
  const isKey = (term: string): boolean => term.startsWith(KEY_MARK)
  const forms_end = all.findLastIndex(term => !isKey(term)) + 1
  const stems_end = all.findLastIndex((term, at) => at < forms_end && !isForm(term)) + 1
  return {
    stems: all.slice(0, stems_end),
    forms: all.slice(stems_end, forms_end).map(form => form.slice(FORM_MARK.length)),
    keys: all.slice(forms_end),
  }
}

/** The terms that have a posting for the message. */
export const termsIn = (terms: string): ReadonlySet<string> =>
  new Set(split(terms).map(term => (term.startsWith(FORM_MARK) ? term.slice(FORM_MARK.length) : term)))
