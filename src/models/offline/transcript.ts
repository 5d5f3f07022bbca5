/** Reads who said what out of transcripts and out of the block of recalled quotes. */

/** Something that was said before. */
export interface Saying {
  readonly text: string
  /** Who spoke, where the text names somebody. */
  readonly speaker: string | undefined
  /** `YYYY-MM-DD`, where the text names a day. */
  readonly day: string | undefined
  /** What was said later about the same thing. */
  readonly now?: readonly string[]
  /** Nothing of it holds any more. */
  readonly ended?: boolean
  /** Its speaker only passed it on. */
  readonly forwarded?: boolean
  /** What it replies to. */
  readonly quoted?: string
}

const RECALLED_HEADING = /^Recalled memories/
/** Behind a quote that no longer holds. */
const NOW = /^(.*") \(now: (".*")\)$/
const ENDED = /^\s*-\s+\[[^\]]*, until /
const RECALLED_QUOTE = /^\s*-\s+(?:\[(\d{4}-\d{2}-\d{2})[^\]]*\]\s*)?(.+)$/
/** A message word for word: `Dana: "We moved"`. */
const NAMED_QUOTE = /^([^:"]{1,60}): (".*")$/
const TRANSCRIPT_LINE = /^\s*(?:\[(\d{4}-\d{2}-\d{2})[^\]]*\]\s*)?([^:\n[\]"“”?!.,]{1,60}):\s+(.+)$/
/** A line of a transcript that its speaker only passed on. */
const FORWARDED_LINE = /^\s*\[\d{4}-\d{2}-\d{2}[^\]]*\]\s*[^:\n]{1,60} \[forwarded\]:\s/
const FORWARDED_NAME = / ?\[forwarded\]$/
/** What stands before a message: when it was sent, who sent it, and in brackets whether it was forwarded and what it quotes. */
const MARKED =
  /^(\[\d{4}-\d{2}-\d{2}[^\]]*\] )?([^:\n[\]]{1,60})?\[(forwarded(?: many times)?)?(?:, )?(?:replying to (?:[^:"\n]{1,60}: )?(?:("(?:[^"\\]|\\.)*")|a message that is not kept))?\](:?) /
const DATED_LINE = /^\s*\[\d{4}-\d{2}-\d{2}[^\]]*\]\s*[^:\n]{1,60}:\s/
/** What opens the line of a summary that tells about the conversation instead of what was said. */
const CONTEXT_LINE = /^(?:context|הקשר)\s*:/i
/** Names under which our own words stand in a transcript. */
const OURSELVES = /^(?:denidin|assistant|bot|you)$/i

/** Whether a speaker's name is ours. */
export const isOurselves = (speaker: string | undefined): boolean => speaker !== undefined && OURSELVES.test(speaker)

/**
 * Reads a transcript with lines such as `[2026-11-20] Dana: We moved`. A line without a speaker belongs to the one
 * above it; a text that is not a transcript is one saying of nobody.
 */
export const readTranscript = (text: string): Saying[] => {
  const lines = text.split('\n')
  const dated = lines.some(line => DATED_LINE.test(line))
  const sayings: Saying[] = []
  let forwarded = false
  for (const line of lines) {
    if (dated && DATED_LINE.test(line)) forwarded = FORWARDED_LINE.test(line)
    // What was only passed on says nothing about anybody.
    if (forwarded) continue
    // In a transcript with days, "Note: buy milk" inside a message is not a speaker.
    const match = !dated || DATED_LINE.test(line) ? TRANSCRIPT_LINE.exec(line) : null
    const before = sayings.at(-1)
    if (match !== null) sayings.push({ day: match[1], speaker: match[2]?.trim(), text: match[3] ?? '' })
    else if (before === undefined) sayings.push({ day: undefined, speaker: undefined, text: line })
    else sayings[sayings.length - 1] = { ...before, text: `${before.text}\n${line}` }
  }
  return sayings.filter(saying => saying.text.trim() !== '')
}

/**
 * Quotes of a system message: the lines that begin with `- ` below the line that begins with `Recalled memories`, each
 * with its day in brackets, the quote itself plain or as a JSON string. What we said ourselves, and
 * what a summary says about its conversation, is left out.
 */
export const readRecalled = (content: string): Saying[] => {
  const lines = content.split('\n')
  const heading = lines.findIndex(line => RECALLED_HEADING.test(line))
  if (heading < 0) return []
  return lines
    .slice(heading + 1)
    .map(line => RECALLED_QUOTE.exec(line))
    .filter(match => match !== null)
    .map(([line, day, quote = '']): Saying => {
      const [, before = quote, now] = NOW.exec(quote) ?? []
      const saying = { ...readQuote(unquote(before)), day }
      return now === undefined ? saying : { ...saying, now: readList(now), ended: ENDED.test(line) }
    })
    .filter(saying => !isOurselves(saying.speaker) && !CONTEXT_LINE.test(saying.text))
}

/** A message of the history without its mark, and what the mark says. */
export const readMark = (content: string): Pick<Saying, 'text' | 'forwarded' | 'quoted'> => {
  const match = MARKED.exec(content)
  if (match === null) return { text: content }
  const [mark, time = '', name = '', forwarded, quoted, colon = ''] = match
  const text = `${time}${name.trimEnd()}${colon}${colon === '' ? '' : ' '}${content.slice(mark.length)}`
  return {
    text,
    ...(forwarded === undefined ? {} : { forwarded: true }),
    ...(quoted === undefined ? {} : { quoted: unquote(quoted) }),
  }
}

/** A quote may be a line of a transcript that was kept whole. */
const readQuote = (quote: string): Omit<Saying, 'day'> => {
  const [, named, said] = NAMED_QUOTE.exec(quote) ?? []
  if (named !== undefined && said !== undefined) {
    const speaker = named.replace(FORWARDED_NAME, '')
    const saying = { text: unquote(said), speaker: speaker === '' ? undefined : speaker }
    return speaker === named ? saying : { ...saying, forwarded: true }
  }
  const match = DATED_LINE.test(quote) ? TRANSCRIPT_LINE.exec(quote) : null
  return match === null ? { text: quote, speaker: undefined } : { text: match[3] ?? '', speaker: match[2]?.trim() }
}

/** JSON strings with `; ` between them. */
const readList = (list: string): readonly string[] => {
  try {
    const value: unknown = JSON.parse(`[${list.replaceAll('"; "', '", "')}]`)
    return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
  } catch {
    return []
  }
}

const unquote = (quote: string): string => {
  try {
    const value: unknown = JSON.parse(quote)
    return typeof value === 'string' ? value : quote
  } catch {
    return quote
  }
}
