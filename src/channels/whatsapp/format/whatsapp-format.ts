/** Makes the Markdown that language models write readable on WhatsApp, which knows only a few marks of its own. */
import { boldToWhatsApp, inlineToWhatsApp } from './whatsapp-inline.ts'
import { linesOfTable, tableAt } from './whatsapp-table.ts'

/**
 * A text of Markdown in WhatsApp's formatting. Headings become bold lines, links `words (address)`, tables lines, nested
 * lists bullets that tell their depth; code stays as it is. No word is lost, whatever marks are out of balance, and a
 * text without any marks stays the same.
 * Source: FAQ "How to format your messages", WhatsApp Help Center.
 */
export const toWhatsApp = (markdown: string): string => {
  const text = markdown.replace(/\r\n?/g, '\n')
  const written = blocks(text.split('\n'), 0)
    .map(line => line.text)
    .join('\n')
  // Marks alone leave nothing; then they were meant as they stand.
  return written.trim() === '' ? text : written
}

/** A line that is finished; code is not to be touched by what stands around it. */
interface Line {
  readonly text: string
  readonly code: boolean
}

const FENCE = /^(\s*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/
const UNDERLINE = /^ {0,3}={3,}\s*$/
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/
const QUOTE = /^ {0,3}>[ \t]?/
const ITEM = /^(\s*)([-*+•◦▪]|\d{1,9}[.)])[ \t]+(\S.*)$/
const TASK = /^\[([ xX])\][ \t]+/
/** Code by indentation, outside of lists. */
const INDENTED = /^(?: {4}|\t)/

const RULE_LINE = '──────────'
const BULLETS = ['•', '◦', '▪']
/** Columns by which an item must stand further in than the one before to lie inside it. */
const NESTING_COLUMNS = 2
/** Quotes and lists within each other are read no deeper than this. */
const DEEPEST = 8

const line = (text: string): Line => ({ text, code: false })
const fenced = (lines: readonly string[]): readonly Line[] =>
  ['```', ...lines, '```'].map(text => ({ text, code: true }))

const blocks = (lines: readonly string[], depth: number): readonly Line[] => {
  const done: Line[] = []
  /** Columns of the list items that are open, from the outermost in. */
  const items: number[] = []
  for (let at = 0; at < lines.length;) {
    const read = readBlock({ lines, at, items, depth })
    done.push(...read.lines)
    at += read.length
  }
  return done
}

/** Where a block begins. */
interface Place {
  readonly lines: readonly string[]
  readonly at: number
  readonly items: number[]
  readonly depth: number
}

interface Block {
  readonly lines: readonly Line[]
  readonly length: number
}

const readBlock = (place: Place): Block => {
  const { lines, at, items } = place
  const first = lines[at] ?? ''
  if (first.trim() === '') return { lines: [line('')], length: 1 }
  const fence = FENCE.exec(first)
  if (fence !== null) return readFence(place, fence[1] ?? '', fence[2] ?? '')
  const item = RULE.test(first) ? null : ITEM.exec(first)
  if (item !== null) return readItem(place, item)
  const afterGap = at === 0 || (lines[at - 1] ?? '').trim() === ''
  if (items.length > 0 && afterGap) {
    if (/^\s{2}/.test(first)) return paragraph(place, first, '  '.repeat(items.length))
    items.length = 0
  }
  if (QUOTE.test(first) && place.depth < DEEPEST) return readQuote(place)
  const table = tableAt(lines, at)
  if (table !== undefined) {
    const written = linesOfTable(table.table)
    return { lines: written.fixed ? fenced(written.lines) : written.lines.map(line), length: table.length }
  }
  const heading = HEADING.exec(first)
  if (heading !== null && heading[1] !== '') return { lines: [line(boldToWhatsApp(heading[1] ?? ''))], length: 1 }
  if (RULE.test(first)) return { lines: [line(RULE_LINE)], length: 1 }
  if (UNDERLINE.test(lines[at + 1] ?? '')) return { lines: [line(boldToWhatsApp(first.trim()))], length: 2 }
  if (afterGap && INDENTED.test(first)) return { lines: [{ text: first, code: true }], length: 1 }
  return paragraph(place, first, '')
}

/** Place of the next line, after the first, that `ends` what began there; the end of the text where none does. */
const endOf = ({ lines, at }: Place, ends: (line: string, at: number) => boolean): number => {
  let end = at + 1
  while (end < lines.length && !ends(lines[end] ?? '', end)) end++
  return end
}

const readFence = (place: Place, indent: string, marks: string): Block => {
  const closing = new RegExp(`^\\s*${marks.charAt(0)}{${String(marks.length)},}\\s*$`)
  const end = endOf(place, each => closing.test(each))
  const code = place.lines.slice(place.at + 1, end)
  const outdented = code.map(each => (each.startsWith(indent) ? each.slice(indent.length) : each.trimStart()))
  return { lines: fenced(outdented), length: end + 1 - place.at }
}

const readQuote = (place: Place): Block => {
  const end = endOf(place, each => !QUOTE.test(each))
  const quoted = place.lines.slice(place.at, end).map(each => each.replace(QUOTE, ''))
  // WhatsApp knows no quote inside a quote, and no code inside one.
  const lines = blocks(quoted, place.depth + 1).map(({ text, code }) =>
    code || text.trim() === '' ? { text, code } : line(text.startsWith('> ') ? text : `> ${text}`),
  )
  return { lines, length: quoted.length }
}

const readItem = (place: Place, item: RegExpExecArray): Block => {
  const { items } = place
  const [, space = '', sign = '', words = ''] = item
  const column = space.replaceAll('\t', '    ').length
  while (items.length > 0 && column < (items.at(-1) ?? 0)) items.pop()
  const last = items.at(-1)
  if (last === undefined || column >= last + NESTING_COLUMNS) items.push(column)
  const level = items.length - 1
  const task = TASK.exec(words)
  const bullet = BULLETS[Math.min(level, BULLETS.length - 1)] ?? ''
  const shown = task !== null ? (task[1] === ' ' ? '☐' : '☑') : /\d/.test(sign) ? sign : bullet
  const body = paragraph(place, task === null ? words : words.slice(task[0].length), '  '.repeat(level + 1))
  const [head, ...others] = body.lines
  return {
    lines: [line(`${'  '.repeat(level)}${shown} ${(head?.text ?? '').trimStart()}`), ...others],
    length: body.length,
  }
}

/** The lines up to the next block, each with `indent` before it; without one they keep their own. */
const paragraph = (place: Place, first: string, indent: string): Block => {
  const end = endOf(place, (_, at) => interrupts(place.lines, at))
  const own = [first, ...place.lines.slice(place.at + 1, end)]
  const text = own.map(each => (indent === '' ? each.trimEnd() : each.trim()).replace(/\\$/, '')).join('\n')
  return {
    lines: inlineToWhatsApp(text)
      .split('\n')
      .map(each => line(`${indent}${each}`)),
    length: own.length,
  }
}

const interrupts = (lines: readonly string[], at: number): boolean => {
  const first = lines[at] ?? ''
  return (
    first.trim() === '' ||
    [FENCE, HEADING, RULE, QUOTE, ITEM].some(form => form.test(first)) ||
    UNDERLINE.test(lines[at + 1] ?? '') ||
    tableAt(lines, at) !== undefined
  )
}
