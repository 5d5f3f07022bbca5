/** Lays out a reply for a phone: converts its Markdown to WhatsApp's markup and splits it into parts that are short enough. */
import { MOST_CHARACTERS, splitReply } from './split-reply.ts'
import { withDirection } from '../../../text/bidi.ts'
import { toWhatsApp } from './whatsapp-format.ts'

/**
 * A reply as the messages that a phone shows: WhatsApp's formatting, parts of at most 4,000 characters, each line in its
 * direction. At least one part, none empty unless the reply is.
 */
export const layOutReply = (markdown: string): readonly string[] => {
  const formatted = toWhatsApp(markdown)
  // Directional marks count too: where they lengthen a part beyond the limit, all parts are made shorter.
  for (let most = MOST_CHARACTERS; ;) {
    const parts = splitReply(formatted, most).map(withDirection)
    const longest = Math.max(...parts.map(part => part.length))
    if (longest <= MOST_CHARACTERS) return parts.length === 0 ? [markdown] : parts
    most = Math.floor((most * MOST_CHARACTERS) / longest) - 1
  }
}
