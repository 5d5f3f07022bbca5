/** Turns the statements of a summary whose messages are gone into facts. */
import { PLAIN_MEMORY, type Category, type MemoryRecord } from '../../memory/memory.ts'

/** A line of a list: `- Ana owns a boat`, `• …`, `* …`, `1. …`. */
const LIST_LINE = /^\s*(?:[-–—•*]|\d{1,3}[.)])\s+(?<statement>\S.*)$/u
/** Headings of lists, such as `Key facts:` or `**Context**`. */
const HEADING = /^\s*(?:#+\s.*|\*\*[^*]+\*\*:?|.{1,60}:)\s*$/u
const EMPHASIS = /\*\*|__/gu

/** The rule of the system that v2 comes from: preferences, errors, and facts otherwise; with its Hebrew counterparts. */
const categoryOf = (text: string): Category => {
  if (/prefer|מעדיפ|העדפ/iu.test(text)) return 'preferences'
  return /\berrors?\b|\bbugs?\b|שגיא|תקל/iu.test(text) ? 'context' : 'facts'
}

/** The statements of a summary: the lines of its lists or, if it has none, the whole text. */
export const statementsOf = (text: string): readonly string[] => {
  const lines = text.split('\n').map(line => line.trim())
  const listed = lines.flatMap(line => LIST_LINE.exec(line)?.groups?.['statement'] ?? [])
  const chosen = listed.length > 0 ? listed : [lines.filter(line => line !== '' && !HEADING.test(line)).join(' ')]
  return [
    ...new Set(
      chosen
        .map(each => each.replace(EMPHASIS, '').trim())
        .filter(each => /[\p{L}\p{N}]/u.test(each) && !HEADING.test(each)),
    ),
  ]
}

/** Facts with ids that come from the id of the summary, so that a repeated migration adds none twice. */
export const factsOfSummary = (summary: MemoryRecord, now: number): readonly MemoryRecord[] =>
  statementsOf(summary.text).map((text, index) => ({
    ...PLAIN_MEMORY,
    memory_id: `v2-${summary.memory_id}-${String(index + 1)}`,
    scope: summary.scope,
    person_ids: summary.person_ids,
    kind: 'fact',
    text,
    category: categoryOf(text),
    session_id: summary.session_id,
    said_from: summary.said_from,
    said_to: summary.said_to,
    valid_from: summary.said_from,
    created_at: now,
  }))
