/** Reads who said what from transcripts and from the block of recalled quotes. */

/** An earlier statement. */
export interface Saying {
  readonly text: string
  /** The speaker, if the text names one. */
  readonly speaker: string | undefined
  /** `YYYY-MM-DD`, if the text names a day. */
  readonly day: string | undefined
  /** Later statements about the same subject. */
  readonly now?: readonly string[]
  /** Whether none of it holds any more. */
  readonly ended?: boolean
  /** Whether its speaker only forwarded it. */
  readonly forwarded?: boolean
  /** The text that it replies to. */
  readonly quoted?: string
  /** The name of the file that it is a passage of. */
  readonly file?: string
}

const RECALLED_HEADING = /^Recalled memories/
const SHARED_HEADING = /^Shared notes/
/** A passage of a file: `- [2026-11-20] of "hours.md": "…"`. */
const SHARED_PASSAGE = /^- \[(\d{4}-\d{2}-\d{2})\] of ("(?:[^"\\]|\\.)*"): (".*")$/
/** Follows a quote that no longer holds. */
const NOW = /^(.*") \(now: (".*")\)$/
const ENDED = /^\s*-\s+\[until /
/** The line above the quotes of a day. */
const RECALLED_DAY = /^(\d{4}-\d{2}-\d{2}):$/
const RECALLED_QUOTE = /^\s*-\s+(?:\[until [^\]]*\]\s*)?(.+)$/
/** A message word for word: `Dana: "We moved"`. */
const NAMED_QUOTE = /^([^:"]{1,60}): (".*")$/
const TRANSCRIPT_LINE = /^\s*(?:\[(\d{4}-\d{2}-\d{2})[^\]]*\]\s*)?([^:\n[\]"“”?!.,]{1,60}):\s+(.+)$/
/** A transcript line with a message that its speaker only forwarded. */
const FORWARDED_LINE = /^\s*\[\d{4}-\d{2}-\d{2}[^\]]*\]\s*[^:\n]{1,60} \[forwarded\]:\s/
const FORWARDED_NAME = / ?\[forwarded\]$/
/**
 * The marks before a message: when it was sent, who sent it, and in brackets whether it was forwarded and what it
 * quotes.
 */
const MARKED =
  /^(\[\d{4}-\d{2}-\d{2}[^\]]*\] )?([^:\n[\]]{1,60})?\[(forwarded(?: many times)?)?(?:, )?(?:replying to (?:[^:"\n]{1,60}: )?(?:("(?:[^"\\]|\\.)*")|a message that is not kept))?\](:?) /
const DATED_LINE = /^\s*\[\d{4}-\d{2}-\d{2}[^\]]*\]\s*[^:\n]{1,60}:\s/
/** Opens the line of a summary that describes the conversation instead of quoting it. */
const CONTEXT_LINE = /^(?:context|הקשר)\s*:/i
/** Names of the bot in a transcript. */
const OURSELVES = /^(?:denidin|assistant|bot|you)$/i

/** Whether a speaker's name is the bot's. */
export const isOurselves = (speaker: string | undefined): boolean => speaker !== undefined && OURSELVES.test(speaker)

/**
 * Reads a transcript with lines such as `[2026-11-20] Dana: We moved`. A line without a speaker belongs to the one
 * above it; a text that is not a transcript is one statement without a speaker.
 */
export const readTranscript = (text: string): Saying[] => {
  const lines = text.split('\n')
  const dated = lines.some(line => DATED_LINE.test(line))
  const sayings: Saying[] = []
  let forwarded = false
  for (const line of lines) {
    if (dated && DATED_LINE.test(line)) forwarded = FORWARDED_LINE.test(line)
    // A forwarded message says nothing about anyone.
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
 * Quotes of a system message: the lines that begin with `- ` below the line that begins with `Recalled memories`. The
 * day stands above them; the quote itself is plain or a JSON string. The bot's own messages, and what a summary says
 * about its conversation, are left out.
 */
export const readRecalled = (content: string): Saying[] => {
  const lines = content.split('\n')
  const heading = lines.findIndex(line => RECALLED_HEADING.test(line))
  if (heading < 0) return []
  let day: string | undefined
  return lines
    .slice(heading + 1)
    .flatMap((line): Saying[] => {
      day = RECALLED_DAY.exec(line)?.[1] ?? day
      const [, quote] = RECALLED_QUOTE.exec(line) ?? []
      if (quote === undefined) return []
      const [, before = quote, now] = NOW.exec(quote) ?? []
      const saying = { ...readQuote(unquote(before)), day }
      return [now === undefined ? saying : { ...saying, now: readList(now), ended: ENDED.test(line) }]
    })
    .filter(saying => !isOurselves(saying.speaker) && !CONTEXT_LINE.test(saying.text))
}

/** Passages of files in a system message: the lines below the one that begins with `Shared notes`. */
export const readShared = (content: string): Saying[] => {
  const lines = content.split('\n')
  const heading = lines.findIndex(line => SHARED_HEADING.test(line))
  if (heading < 0) return []
  return lines.slice(heading + 1).flatMap((line): Saying[] => {
    const [, day, file = '', text = ''] = SHARED_PASSAGE.exec(line) ?? []
    return day === undefined ? [] : [{ text: unquote(text), speaker: undefined, day, file: unquote(file) }]
  })
}

/** A message of the history without its marks, and what the marks say. */
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

/** A quote may be a line of a transcript that was stored whole. */
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
