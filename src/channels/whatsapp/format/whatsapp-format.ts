/** Renders Markdown, as models write it, in WhatsApp's formatting. */
import { Lexer, type Token, type Tokens } from 'marked'
import { boldToWhatsApp, inlineToWhatsApp } from './inline.ts'
import { stretchesOf } from './stretches.ts'
import { linesOfTable } from './table.ts'

/**
 * Converts Markdown to WhatsApp's formatting. Headings become bold lines, links `words (address)`, tables lines, and
 * nested lists bullets that show their depth; code stays unchanged. No word is lost, however unbalanced the marks are,
 * and a text without any marks stays the same. The result comes in stretches: a long text takes a while, and the caller
 * can do something else between two of them. Source: FAQ "How to format your messages", WhatsApp Help Center.
 */
export function* formattedStretches(markdown: string): Generator<string, void> {
  for (const stretch of stretchesOf(markdown.replace(/\r\n?/g, '\n'))) {
    // White space at the end of a stretch separates words or lines, but the parser drops it.
    const words = stretch.trimEnd()
    yield formatted(words) + stretch.slice(words.length)
  }
}

const formatted = (text: string): string => {
  if (!isFormatting(text)) return text
  const rendered = render(text)
  // If only marks remain, they were meant literally.
  return rendered.trim() === '' ? text : rendered
}

const render = (text: string): string => {
  try {
    return linesOf(new Lexer().lex(text), 0)
      .map(line => line.text)
      .join('\n')
  } catch (error) {
    // The parser recurses: marks nested hundreds deep are not formatting, and the text is sent as it is.
    if (error instanceof RangeError) return text
    throw error
  }
}

const MARKS = /[*_~`[\]<>!]/g
/** A short text may consist of marks only. */
const SHORT_CHARACTERS = 500
/** So many quote or list marks in one line that they are not nesting. */
const DEEP_NESTING = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){9}/m
/** A run of blanks that no one typed as layout. */
const WIDE_GAP = /[ \t]{500}/

/** Whether marks are formatting: a longer text in which every fourth character is a mark is an attack or a drawing. */
const isFormatting = (text: string): boolean =>
  !DEEP_NESTING.test(text) &&
  !WIDE_GAP.test(text) &&
  (text.length <= SHORT_CHARACTERS || (text.match(MARKS)?.length ?? 0) * 4 <= text.length)

/** A finished line; neighbouring lines must not change code. */
interface Line {
  readonly text: string
  readonly code: boolean
}

const RULE_LINE = '──────────'
const BULLETS = ['•', '◦', '▪']
const MARKER = /^\s*(\d{1,9}[.)]|[-*+])/

const line = (text: string): Line => ({ text, code: false })
const fenced = (lines: readonly string[]): readonly Line[] =>
  ['```', ...lines, '```'].map(text => ({ text, code: true }))
const blank = (count: number): readonly Line[] => Array.from({ length: Math.max(0, count) }, () => line(''))
/** Newlines at the end of a block's source. */
const newlinesAtEnd = (raw: string): number => raw.slice(raw.trimEnd().length).split('\n').length - 1

/**
 * Lines of blocks, with the empty lines that the source has between them.
 * @param depth number of enclosing lists
 */
const linesOf = (blocks: readonly Token[], depth: number): readonly Line[] => {
  const lines: Line[] = []
  let newlines = 0
  for (const block of blocks) {
    const rendered = block.type === 'space' ? [] : linesOfBlock(block, depth)
    if (rendered.length > 0) {
      lines.push(...blank(lines.length === 0 ? newlines : newlines - 1), ...rendered)
      newlines = 0
    }
    newlines += newlinesAtEnd(block.raw)
  }
  return [...lines, ...blank(newlines)]
}

const linesOfBlock = (block: Token, depth: number): readonly Line[] => {
  switch (block.type) {
    case 'heading':
      return headingLines(block as Tokens.Heading)
    case 'hr':
      return [line(RULE_LINE)]
    case 'code':
      return codeLines(block as Tokens.Code)
    case 'blockquote':
      return quoteLines(linesOf((block as Tokens.Blockquote).tokens, depth))
    case 'table': {
      const { lines, fixed } = linesOfTable(block.raw)
      return fixed ? fenced(lines) : lines.map(line)
    }
    case 'list':
      return listLines(block as Tokens.List, depth)
    case 'checkbox':
      // The item shows it in place of the bullet.
      return []
    case 'paragraph':
    case 'text':
      return textLines((block as Tokens.Paragraph | Tokens.Text).tokens ?? [block], depth)
    default:
      // HTML and link definitions are not formatting: their text stays.
      return textLines(Lexer.lexInline(block.raw.trimEnd()), depth)
  }
}

const textLines = (tokens: readonly Token[], depth: number): readonly Line[] =>
  inlineToWhatsApp(tokens)
    .split('\n')
    .map(text => line(depth === 0 ? text.trimEnd() : text.trim()))

const headingLines = ({ raw, depth, text, tokens }: Tokens.Heading): readonly Line[] => {
  if (text === '') return [line(raw.trim())]
  const underlined = !/^ {0,3}#/.test(raw)
  // Most models write a row of hyphens below a paragraph to mean a horizontal rule.
  if (underlined && depth === 2) return [...textLines(tokens, 0), line(RULE_LINE)]
  return [line(boldToWhatsApp(tokens))]
}

const codeLines = ({ raw, text, codeBlockStyle }: Tokens.Code): readonly Line[] =>
  codeBlockStyle === 'indented'
    ? raw
        .trimEnd()
        .split('\n')
        .map(each => ({ text: each, code: true }))
    : fenced(text.split('\n'))

/** WhatsApp supports no quote inside a quote, and no code inside one. */
const quoteLines = (lines: readonly Line[]): readonly Line[] =>
  lines.map(({ text, code }) =>
    code || text.trim() === '' ? { text, code } : line(text.startsWith('> ') ? text : `> ${text}`),
  )

const listLines = (list: Tokens.List, depth: number): readonly Line[] => {
  const lines: Line[] = []
  let newlines = 1
  for (const item of list.items) {
    lines.push(...blank(newlines - 1), ...itemLines(item, depth))
    newlines = newlinesAtEnd(item.raw)
  }
  return lines
}

const itemLines = (item: Tokens.ListItem, depth: number): readonly Line[] => {
  const marker = MARKER.exec(item.raw)?.[1] ?? ''
  const bullet = BULLETS[Math.min(depth, BULLETS.length - 1)] ?? ''
  const sign = item.task ? (item.checked === true ? '☑' : '☐') : /\d/.test(marker) ? marker : bullet
  const content = linesOf(item.tokens, depth + 1)
  const [first = line(''), ...rest] = content.slice(0, content.findLastIndex(each => each.text !== '') + 1)
  const head = first.code ? [line(sign), first] : [line(`${sign} ${first.text}`.trimEnd())]
  const indented = rest.length - unindentedAtEnd(item.raw)
  return [
    ...head,
    ...rest.map((each, at) =>
      each.code || each.text === '' ? each : line(at < indented ? `  ${each.text}` : each.text.trimStart()),
    ),
  ]
}

/**
 * How many lines at the end of an item begin at the margin. In Markdown they belong to the item, but people and models
 * mean a new paragraph.
 */
const unindentedAtEnd = (raw: string): number => {
  const lines = raw.trimEnd().split('\n').slice(1)
  return lines.length - 1 - lines.findLastIndex(each => /^\s|^$/.test(each))
}
