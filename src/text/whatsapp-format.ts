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
    const rest = lines.slice(at)
    const read = readBlock(rest, { items, depth, first: at === 0 || (lines[at - 1] ?? '').trim() === '' })
    done.push(...read.lines)
    at += read.length
  }
  return done
}

interface Place {
  readonly items: number[]
  readonly depth: number
  /** Whether the line before is empty, or there is none. */
  readonly first: boolean
}

interface Block {
  readonly lines: readonly Line[]
  readonly length: number
}

const readBlock = (rest: readonly string[], place: Place): Block => {
  const [first = ''] = rest
  if (first.trim() === '') return { lines: [line('')], length: 1 }
  const fence = FENCE.exec(first)
  if (fence !== null) return readFence(rest, fence[1] ?? '', fence[2] ?? '')
  const item = RULE.test(first) ? null : ITEM.exec(first)
  if (item !== null) return readItem(rest, item, place.items)
  if (place.items.length > 0 && place.first) {
    if (/^\s{2}/.test(first)) return paragraph(rest, '  '.repeat(place.items.length))
    place.items.length = 0
  }
  if (QUOTE.test(first) && place.depth < DEEPEST) return readQuote(rest, place.depth)
  const table = tableAt(rest)
  if (table !== undefined) {
    const { lines, fixed } = linesOfTable(table.table)
    return { lines: fixed ? fenced(lines) : lines.map(line), length: table.length }
  }
  const heading = HEADING.exec(first)
  if (heading !== null && heading[1] !== '') return { lines: [line(boldToWhatsApp(heading[1] ?? ''))], length: 1 }
  if (RULE.test(first)) return { lines: [line(RULE_LINE)], length: 1 }
  if (UNDERLINE.test(rest[1] ?? '')) return { lines: [line(boldToWhatsApp(first.trim()))], length: 2 }
  if (place.first && INDENTED.test(first)) return { lines: [{ text: first, code: true }], length: 1 }
  return paragraph(rest, '')
}

const readFence = (rest: readonly string[], indent: string, marks: string): Block => {
  const closing = new RegExp(`^\\s*${marks.charAt(0)}{${String(marks.length)},}\\s*$`)
  const end = rest.findIndex((each, index) => index > 0 && closing.test(each))
  const code = rest.slice(1, end === -1 ? undefined : end)
  const outdented = code.map(each => (each.startsWith(indent) ? each.slice(indent.length) : each.trimStart()))
  return { lines: fenced(outdented), length: end === -1 ? rest.length : end + 1 }
}

const readQuote = (rest: readonly string[], depth: number): Block => {
  const end = rest.findIndex(each => !QUOTE.test(each))
  const quoted = rest.slice(0, end === -1 ? undefined : end).map(each => each.replace(QUOTE, ''))
  // WhatsApp knows no quote inside a quote, and no code inside one.
  const lines = blocks(quoted, depth + 1).map(({ text, code }) =>
    code || text.trim() === '' ? { text, code } : line(text.startsWith('> ') ? text : `> ${text}`),
  )
  return { lines, length: quoted.length }
}

const readItem = (rest: readonly string[], item: RegExpExecArray, items: number[]): Block => {
  const [, space = '', sign = '', words = ''] = item
  const column = space.replaceAll('\t', '    ').length
  while (items.length > 0 && column < (items.at(-1) ?? 0)) items.pop()
  const last = items.at(-1)
  if (last === undefined || column >= last + NESTING_COLUMNS) items.push(column)
  const level = items.length - 1
  const task = TASK.exec(words)
  const bullet = BULLETS[Math.min(level, BULLETS.length - 1)] ?? ''
  const shown = task !== null ? (task[1] === ' ' ? '☐' : '☑') : /\d/.test(sign) ? sign : bullet
  const body = paragraph(
    [task === null ? words : words.slice(task[0].length), ...rest.slice(1)],
    '  '.repeat(level + 1),
  )
  const [head, ...others] = body.lines
  return {
    lines: [line(`${'  '.repeat(level)}${shown} ${(head?.text ?? '').trimStart()}`), ...others],
    length: body.length,
  }
}

/** The lines up to the next block, each with `indent` before it; without one they keep their own. */
const paragraph = (rest: readonly string[], indent: string): Block => {
  const end = rest.findIndex((_, index) => index > 0 && interrupts(rest.slice(index, index + 2)))
  const own = rest.slice(0, end === -1 ? undefined : end)
  const text = own.map(each => (indent === '' ? each.trimEnd() : each.trim()).replace(/\\$/, '')).join('\n')
  return {
    lines: inlineToWhatsApp(text)
      .split('\n')
      .map(each => line(`${indent}${each}`)),
    length: own.length,
  }
}

const interrupts = ([first = '', second = '']: readonly string[]): boolean =>
  first.trim() === '' ||
  [FENCE, HEADING, RULE, QUOTE, ITEM].some(form => form.test(first)) ||
  UNDERLINE.test(second) ||
  tableAt([first, second]) !== undefined
