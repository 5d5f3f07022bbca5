import { formattedStretches } from '../../src/channels/whatsapp/format/whatsapp-format.ts'

/** A Markdown text as WhatsApp shows it. */
export const toWhatsApp = (markdown: string): string => [...formattedStretches(markdown)].join('')
