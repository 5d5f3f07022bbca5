/** Reads what stands inside a line of Markdown: emphasis, code, links, escapes (CommonMark 0.31, and GFM's `~~`). */
import { matchDelimiters, runOf, type Delimiter } from './markdown-emphasis.ts'
import type { Piece } from './markdown-pieces.ts'

const ESCAPABLE = /^\\([!-/:-@[-`{-~])/
const CODE = /^(`+)(?!`)([\s\S]*?[^`])\1(?!`)/
const AUTOLINK = /^<((?:https?:\/\/|mailto:)[^\s<>]+|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>/i
const LINE_BREAK = /^<br\s*\/?>/i
/** An address that stands by itself; the marks of an emphasis around it do not belong to it. */
const ADDRESS = /^https?:\/\/[^\s<>*[\]`]+/i
const ENTITY = /^&(amp|lt|gt|quot|nbsp|#39);/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }
/** Where something may begin that is more than words. */
const SPECIAL = /[\\`<![*_~&]|https?:\/\//i
const LAST_CHARACTER = /[\s\S]$/u
/** Links within links are read no deeper than this. */
const DEEPEST = 5

/** The pieces of a text without block structure; line breaks stay in the texts. */
export const readInline = (text: string, depth = 0): readonly Piece[] => {
  const items: (Piece | Delimiter)[] = []
  let rest = text
  let before = ''
  const take = (length: number, ...pieces: readonly (Piece | Delimiter)[]): void => {
    before = LAST_CHARACTER.exec(rest.slice(0, length))?.[0] ?? ''
    rest = rest.slice(length)
    items.push(...pieces)
  }
  while (rest !== '') {
    const special = rest.search(SPECIAL)
    const plain = special === -1 ? rest.length : special
    if (plain > 0) take(plain, words(rest.slice(0, plain)))
    if (rest === '') break
    const run = runOf(rest, before)
    const found = run === undefined ? readSpecial(rest, depth) : { length: run.count, pieces: [run] }
    take(found.length, ...found.pieces)
  }
  return matchDelimiters(items)
}

const words = (text: string): Piece => ({ kind: 'text', text })

interface Found {
  readonly length: number
  readonly pieces: readonly Piece[]
}

const readSpecial = (rest: string, depth: number): Found => {
  const escaped = ESCAPABLE.exec(rest)
  if (escaped !== null) return { length: 2, pieces: [words(escaped[1] ?? '')] }
  const code = CODE.exec(rest)
  if (code !== null) {
    return { length: code[0].length, pieces: [{ kind: 'code', text: codeText(code[2] ?? '', code[1] ?? '') }] }
  }
  const backticks = /^`+/.exec(rest)?.[0]
  if (backticks !== undefined) return { length: backticks.length, pieces: [words(backticks)] }
  const automatic = AUTOLINK.exec(rest)
  if (automatic !== null) return { length: automatic[0].length, pieces: [words(withoutScheme(automatic[1] ?? ''))] }
  const lineBreak = LINE_BREAK.exec(rest)
  if (lineBreak !== null) return { length: lineBreak[0].length, pieces: [words('\n')] }
  const address = ADDRESS.exec(rest)?.[0].replace(/[_~]+$/, '')
  if (address !== undefined) return { length: address.length, pieces: [words(address)] }
  const entity = ENTITY.exec(rest)
  if (entity !== null) return { length: entity[0].length, pieces: [words(ENTITIES[entity[1] ?? ''] ?? '')] }
  return readLink(rest, depth) ?? { length: 1, pieces: [words(rest.charAt(0))] }
}

/** Code in the marks that WhatsApp knows: one backtick, or three where the code itself holds some. */
const codeText = (code: string, fence: string): string => {
  const inner = /^ .*`.* $/s.test(code) ? code.slice(1, -1) : code
  const marks = fence.length >= 3 || inner.includes('`') ? '```' : '`'
  return `${marks}${inner}${marks}`
}

const withoutScheme = (address: string): string => address.replace(/^(?:mailto|tel):/i, '')

/** `[words](address "title")` or `![words](address)`. */
const LINK_TARGET = /^\(\s*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))*))(?:\s+("[^"]*"|'[^']*'))?\s*\)/

const readLink = (rest: string, depth: number): Found | undefined => {
  const opening = rest.startsWith('![') ? 2 : rest.startsWith('[') ? 1 : 0
  if (opening === 0 || depth >= DEEPEST) return undefined
  const closing = closingBracket(rest, opening)
  const target = closing === undefined ? null : LINK_TARGET.exec(rest.slice(closing + 1))
  if (closing === undefined || target === null) return undefined
  const label = rest.slice(opening, closing).trim()
  const address = withoutScheme((target[1] ?? target[2] ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1'))
  const title = target[3] === undefined ? '' : ` ${target[3]}`
  const length = closing + 1 + target[0].length
  const itself = label === '' || label === address || sameAddress(label, address)
  if (itself) return { length, pieces: [words(`${address === '' ? label : address}${title}`)] }
  const behind = `${address}${title}`.trim()
  return { length, pieces: [...readInline(label, depth + 1), ...(behind === '' ? [] : [words(` (${behind})`)])] }
}

const sameAddress = (label: string, address: string): boolean =>
  address.replace(/^https?:\/\//i, '').replace(/\/$/, '') === label.replace(/^https?:\/\//i, '').replace(/\/$/, '')

/** Place of the bracket that closes the one before `from`; brackets inside pair up, escaped ones and code do not count. */
const closingBracket = (text: string, from: number): number | undefined => {
  let open = 1
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') at++
    else if (char === '`') at += (CODE.exec(text.slice(at))?.[0].length ?? 1) - 1
    else if (char === '[') open++
    else if (char === ']' && --open === 0) return at
  }
  return undefined
}
