/** The name of an exported chat, from the name of its file. */
import { basename, dirname } from 'node:path'
import { inNormalForm } from '../../text/normal-form.ts'
import { withoutMarks } from './header.ts'

const NAMES = [
  /^whatsapp[ _-]*chat[ _]*(?:with|mit|con|com|avec|met|-)[ _]+(.+)$/iu,
  /^(?:chat|conversa|conversación|discussion|discussione|gesprek)[ _]*(?:de|do|di|van)?[ _]*(?:o )?whatsapp[ _]*(?:with|con|com|avec|met|mit|-)[ _]+(.+)$/iu,
  /^(?:צ['׳’]?אט|שיחת|שיחה)[ _-]*(?:ב-?)?whatsapp[ _]*(?:עם|-)[ _]+(.+)$/iu,
  /^чат[ _]*whatsapp[ _]*(?:с контактом|с|-)[ _]+(.+)$/iu,
  /^(?:محادثة|دردشة)[ _]*(?:whatsapp|واتساب)[ _]*(?:مع|-)[ _]+(.+)$/iu,
  /^(.+?)[ _]*(?:ile|kişisiyle|adlı kişiyle)[ _]*whatsapp[ _]*sohbeti$/iu,
  /^whatsapp[ _]*(?:sohbeti|чат|צ'אט)[ _]*-?[ _]*(.+)$/iu,
]

/** The number that a browser or a phone adds to copies: `chat (1)`. */
const COPY = /\s?\(\d{1,3}\)$/u

const nameIn = (file: string): string | undefined => {
  const plain = withoutMarks(inNormalForm(file, 'NFC'))
    .replace(/\.(?:txt|zip)$/iu, '')
    .replace(/\s+/gu, ' ')
    .replace(COPY, '')
    .trim()
  for (const pattern of NAMES) {
    const name = pattern.exec(plain)?.[1]?.trim()
    if (name !== undefined && name !== '') return name
  }
  return undefined
}

/** Whether a file has a name that phones give to exported chats. */
export const isExportName = (path: string): boolean =>
  /^_chat\.txt$/iu.test(basename(path)) || nameIn(basename(path)) !== undefined

/**
 * The name of the chat: from the file, from the archive that contains it, or from the folder into which it was
 * unpacked; `undefined` if none of them has the name of an export.
 * @param paths the file; for a file in an archive, the file within it comes first
 */
export const chatNameOf = (...paths: readonly string[]): string | undefined => {
  for (const path of paths) {
    const name = nameIn(basename(path)) ?? nameIn(basename(dirname(path)))
    if (name !== undefined) return name
  }
  return undefined
}
