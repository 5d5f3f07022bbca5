/** Cuts a Markdown or plain text into passages by its headings; each passage begins with the headings above it. */
import { basename, extname } from 'node:path'
import { marked } from 'marked'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import { passagesByWorth } from '../../text/passages.ts'

/** About so many characters have the longest passages: 100 to 200 tokens. */
const PASSAGE_CHARACTERS = 700
/** Neighbouring sections are joined up to this length: the hours of seven days belong together. */
const JOINED_CHARACTERS = 300
/** Longest line of headings before a passage. */
const HEADING_CHARACTERS = 200
const BETWEEN_HEADINGS = ' › '

/** A part of a document under one heading. */
interface Section {
  /** The headings above it, outermost first. */
  readonly headings: readonly string[]
  readonly text: string
}

/** The name of a file as words: `opening-hours.md` → `opening hours`. */
const titleOf = (path: string): string =>
  withoutFormatCharacters(basename(path, extname(path)))
    .replace(/[-_.\s\p{Cc}]+/gu, ' ')
    .trim()

/** The passages of a Markdown text. */
export const markdownPassages = (path: string, markdown: string): readonly string[] =>
  passagesOf(path, sectionsOf(markdown))

/** The passages of a text without headings. */
export const textPassages = (path: string, text: string): readonly string[] =>
  passagesOf(path, [{ headings: [], text: text.trim() }])

/** What HTML shows nowhere. */
const COMMENTS = /<!--[^]*?(?:-->|$)/g
const FRONT_MATTER = /^---\r?\n[^]*?\r?\n---\r?\n/

const sectionsOf = (markdown: string): readonly Section[] => {
  const sections: Section[] = []
  const open: { readonly depth: number; readonly text: string }[] = []
  let text: string[] = []
  const close = (): void => {
    const body = text.join('').trim()
    if (body !== '') sections.push({ headings: open.map(each => each.text), text: body })
    text = []
  }
  for (const token of marked.lexer(markdown.replace(FRONT_MATTER, '').replace(COMMENTS, ''))) {
    if (token.type !== 'heading') {
      text.push(token.raw)
      continue
    }
    close()
    const { depth, text: heading } = token as { readonly depth: number; readonly text: string }
    while ((open.at(-1)?.depth ?? 0) >= depth) open.pop()
    open.push({ depth, text: heading.trim() })
  }
  close()
  return sections
}

/** Sections that become one passage, if they are short. */
const joinedSections = (sections: readonly Section[]): readonly Section[] => {
  const joined: Section[] = []
  for (const section of sections) {
    const before = joined.at(-1)
    const together = before === undefined ? undefined : join(before, section)
    if (together === undefined || together.text.length > JOINED_CHARACTERS) joined.push(section)
    else joined[joined.length - 1] = together
  }
  return joined
}

/** Two sections under the headings that they share; `undefined`: they share none. */
const join = (a: Section, b: Section): Section | undefined => {
  const different = a.headings.findIndex((heading, at) => heading !== b.headings[at])
  const shared = different < 0 ? a.headings : a.headings.slice(0, different)
  if (shared.length === 0 && a.headings.length > 0) return undefined
  const below = ({ headings, text }: Section): string =>
    [headings.slice(shared.length).join(BETWEEN_HEADINGS), text].filter(each => each !== '').join('\n')
  return { headings: shared, text: `${below(a)}\n${below(b)}` }
}

const passagesOf = (path: string, sections: readonly Section[]): readonly string[] =>
  joinedSections(sections).flatMap(({ headings, text }) => {
    const above = (headings.length > 0 ? headings.join(BETWEEN_HEADINGS) : titleOf(path)).slice(0, HEADING_CHARACTERS)
    return passagesByWorth(text, PASSAGE_CHARACTERS, new Map()).map(
      ({ from, to }) => `${above}\n${text.slice(from, to).trim()}`,
    )
  })
