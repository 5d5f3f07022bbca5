/** Reads conversations in the format of OpenAI's API: lists of messages with a role and a content. */
import type { ArchiveRole, SourceMessage } from '../../archive/archive-message.ts'
import { normalisedContent } from '../../archive/archive-identity.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'
import type { Unreadable } from '../source-lines.ts'

const ROLES: Readonly<Record<string, ArchiveRole>> = {
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  gpt: 'assistant',
  system: 'system',
  developer: 'system',
  tool: 'tool',
  function: 'tool',
}

export const roleOf = (value: unknown): ArchiveRole | undefined => {
  const name = typeof value === 'string' ? value.toLowerCase() : ''
  return Object.hasOwn(ROLES, name) ? ROLES[name] : undefined
}

/** The text of a content: a string, or parts of which those with text are used. */
export const contentText = (content: unknown): string => {
  if (typeof content === 'string') return content
  if (Array.isArray(content)) {
    return content
      .map(contentText)
      .filter(text => text !== '')
      .join('\n')
  }
  if (!isObject(content)) return ''
  const { text, content: inner, parts, refusal } = content
  if (typeof text === 'string') return text
  if (isObject(text) && typeof text['value'] === 'string') return text['value']
  return contentText(inner ?? parts ?? refusal ?? '')
}

/** What stands for parts without words, by their kind. */
const ATTACHMENTS: Readonly<Record<string, string>> = {
  image: '[image]',
  image_url: '[image]',
  image_file: '[image]',
  input_image: '[image]',
  image_asset_pointer: '[image]',
  input_audio: '[audio]',
  audio_asset_pointer: '[audio]',
  real_time_user_audio_video_asset_pointer: '[audio]',
  video_container_asset_pointer: '[video]',
  file: '[file]',
  input_file: '[file]',
}

const attachmentsIn = (content: unknown): readonly string[] => {
  if (Array.isArray(content)) return content.flatMap(attachmentsIn)
  if (!isObject(content)) return []
  const { type, content_type: kind = type, content: inner, parts = inner } = content
  return typeof kind === 'string' && Object.hasOwn(ATTACHMENTS, kind) ? [ATTACHMENTS[kind] ?? ''] : attachmentsIn(parts)
}

/**
 * The words of a content, or what stands for its attachments if it has none. Beside words they are left out, so that
 * what was loaded before is the same message still.
 */
export const saidIn = (content: unknown): string => {
  const text = contentText(content)
  return normalisedContent(text) === '' ? attachmentsIn(content).join(' ') : text
}

/** What the messages of one conversation have in common. */
export interface ConversationOrigin {
  readonly project: string
  readonly session: string
  readonly title: string | undefined
}

/** The messages of a conversation in their order, or a clause that says why there are none. */
export type ConversationReading = readonly (SourceMessage | Unreadable)[] | string

export const isUnreadable = (item: SourceMessage | Unreadable): item is Unreadable => 'reason' in item

/** A message without a role that the archive knows: what it says is no one's. */
export const withoutRole = (role: unknown, content: string): Unreadable => ({
  reason: `a message ${typeof role === 'string' ? `has the role ${JSON.stringify(role)}` : 'has no role'}; known are ${Object.keys(ROLES).join(', ')}`,
  text: content,
})

/** Numbers messages that occur repeatedly in a conversation with the same time or without one, to distinguish them. */
export const numbered = (
  messages: readonly (SourceMessage | Unreadable)[],
): readonly (SourceMessage | Unreadable)[] => {
  const counts = new Map<string, number>()
  return messages.map(message => {
    if (isUnreadable(message)) return message
    const key = `${message.role}\n${String(message.at)}\n${message.sender_name ?? ''}\n${normalisedContent(message.content)}`
    const occurrence = (counts.get(key) ?? 0) + 1
    counts.set(key, occurrence)
    return occurrence === 1 ? message : { ...message, occurrence }
  })
}

/** `undefined`: it says nothing. */
const messageOf = (
  value: unknown,
  { project, session, title }: ConversationOrigin,
): SourceMessage | Unreadable | undefined => {
  if (!isObject(value)) return { reason: 'a message is not an object', text: JSON.stringify(value) }
  const given = value['role'] ?? value['from']
  const role = roleOf(given)
  const content = saidIn(value['content'] ?? value['value'] ?? value['text'])
  if (normalisedContent(content) === '') return undefined
  if (role === undefined) return withoutRole(given, content)
  const at = instantOf(value['created_at'] ?? value['timestamp'] ?? value['create_time'] ?? value['created'])
  const name = textOf(value['name'])
  return {
    content,
    role,
    ...(at === undefined ? {} : { at }),
    project,
    session,
    source_type: 'openai',
    ...(name === undefined ? {} : { sender_name: name }),
    ...(title === undefined ? {} : { metadata: { title } }),
  }
}

/** Whether a value is a message: it has a role. */
export const isMessage = (value: unknown): boolean => isObject(value) && roleOf(value['role']) !== undefined

/** The list of messages of a conversation, if it has one. */
export const listOf = (value: JsonObject): readonly unknown[] | undefined => {
  const list: unknown = value['messages'] ?? value['conversation'] ?? value['conversations']
  return Array.isArray(list) ? list : undefined
}

/** @returns a clause that describes the error, if there is one */
export const readConversation = (
  value: unknown,
  { project, number }: { readonly project: string; readonly number: number },
): ConversationReading => {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : isObject(value) ? listOf(value) : undefined
  if (list === undefined) return 'it has no list of messages'
  const about = isObject(value) ? value : {}
  const id = textOf(about['id'] ?? about['conversation_id'] ?? about['thread_id'])
  const title = textOf(about['title'] ?? about['name'])
  const origin = { project, session: id ?? `${project}#${String(number)}`, title }
  return numbered(list.map(each => messageOf(each, origin)).filter(each => each !== undefined))
}
