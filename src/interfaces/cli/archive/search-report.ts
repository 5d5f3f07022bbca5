/** The results of an archive search as text: a line about each message, and its text with the matches in bold. */
import type { z } from 'zod'
import { archiveSearch } from '../../../operations/archive/search.ts'
import { printable, type Report } from '../render.ts'
import { countedWith } from '../../../platform/counted.ts'

type Found = z.output<typeof archiveSearch.output>

const BOLD = '\u001b[1m'
const DIM = '\u001b[2m'
const PLAIN = '\u001b[0m'
/** Most values of a facet that are shown. */
const MOST_VALUES = 10

const NOTHING = 'Nothing was found.'

/** In a pipe: one line per message and per value that was counted, with tabs between its fields. */
export const searchReport: Report = (output, _input, { terminal }) => {
  const found = archiveSearch.output.parse(output)
  const isEmpty = found.messages.length === 0
  const notes = found.notes.map(note => `${note}\n`).join('')
  if (!terminal) {
    const counts = found.facets === undefined ? '' : facetRows(found.facets)
    const next = found.next === null ? '' : `next\t${found.next}\n`
    return { out: found.messages.map(row).join('') + counts + next, err: isEmpty ? `${NOTHING}\n${notes}` : notes }
  }
  const parts = [
    isEmpty ? NOTHING : found.messages.map(entry).join('\n\n'),
    ...(found.facets === undefined ? [] : [facets(found.facets)]),
    ...(found.next === null ? [] : [`There is more: --cursor ${found.next}`]),
  ]
  return { out: `${parts.join('\n\n')}\n`, err: notes }
}

const fieldsOf = (message: Found['messages'][number]): readonly (string | null)[] => {
  const { at, role, from, level, component, project, session } = message
  return [at, from ?? role, level, component, project, session]
}

const row = (message: Found['messages'][number]): string =>
  `${[...fieldsOf(message), message.snippet].map(fieldText).join('\t')}\n`

/** The text of a field between tabs: one line. */
const fieldText = (text: string | null): string => printable(text ?? '').replace(/[\t\n]/g, ' ')

const entry = (message: Found['messages'][number]): string => {
  const fields = fieldsOf(message).flatMap(each => (each === null ? [] : [printable(each)]))
  return `${DIM}${fields.join(' · ')}${PLAIN}\n${marked(message.snippet_html)}`
}

/** Marks become bold; everything else is shown as written. */
const marked = (html: string): string =>
  html
    .split(/(<mark>.*?<\/mark>)/s)
    .map(piece => {
      const inner = /^<mark>(.*)<\/mark>$/s.exec(piece)?.[1]
      return inner === undefined ? printable(unescaped(piece)) : `${BOLD}${printable(unescaped(inner))}${PLAIN}`
    })
    .join('')

const unescaped = (html: string): string =>
  html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))

const facetRows = ({ messages, ...others }: NonNullable<Found['facets']>): string =>
  [
    ['count', 'messages', '', String(messages)],
    ...Object.entries(others).flatMap(([name, values]) =>
      values.map(({ value, messages: count }) => ['count', name, fieldText(value), String(count)]),
    ),
  ]
    .map(fields => `${fields.join('\t')}\n`)
    .join('')

const facets = ({ messages, ...others }: NonNullable<Found['facets']>): string =>
  [
    countedWith(messages, 'message', ['matches', 'match']),
    ...Object.entries(others).map(
      ([name, values]) =>
        `${name}: ${values
          .slice(0, MOST_VALUES)
          .map(({ value, messages: count }) => `${printable(value)} ${String(count)}`)
          .join(', ')}`,
    ),
  ].join('\n')
