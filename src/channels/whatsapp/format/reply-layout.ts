/** Lays out a reply for a phone: converts its Markdown to WhatsApp's markup and splits it into parts that are short enough. */
import { TimeSlices } from '../../../platform/yield.ts'
import { withDirection } from '../../../text/bidi.ts'
import { MOST_CHARACTERS, splitReply } from './split-reply.ts'
import { formattedStretches } from './whatsapp-format.ts'

/** Attempts to make room for directional marks; each comes closer, and more than two were never needed. */
const MOST_ATTEMPTS = 8

/**
 * Formats a reply as the messages that a phone displays: WhatsApp's markup, parts of at most 4,000 characters, each
 * line in its direction. Returns at least one part, none empty unless the reply is. Yields to other work while it lays
 * out a long reply.
 */
export const layOutReply = async (markdown: string): Promise<readonly string[]> => {
  const slices = new TimeSlices()
  let formatted = ''
  for (const stretch of formattedStretches(markdown)) {
    formatted += stretch
    await slices.pause()
  }
  // Directional marks count too: if they lengthen a part beyond the limit, all parts are made shorter.
  let most = MOST_CHARACTERS
  let parts: readonly string[] = []
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    parts = await directed(splitReply(formatted, most), slices)
    const longest = parts.reduce((length, part) => Math.max(length, part.length), 0)
    if (longest <= MOST_CHARACTERS) break
    most = Math.floor((most * MOST_CHARACTERS) / longest) - 1
    await slices.pause()
  }
  return parts.length === 0 ? [markdown.slice(0, MOST_CHARACTERS)] : parts
}

const directed = async (parts: readonly string[], slices: TimeSlices): Promise<readonly string[]> => {
  const turned: string[] = []
  for (const part of parts) {
    turned.push(withDirection(part))
    await slices.pause()
  }
  return turned
}
