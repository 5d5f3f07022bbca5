/** Reads a conversation of a ChatGPT data export: a tree of messages, of which one branch is the current one. */
import { normalisedContent } from '../../archive/archive-identity.ts'
import type { SourceMessage } from '../../archive/archive-message.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'
import type { Unreadable } from '../source-lines.ts'
import { numbered, roleOf, saidIn, withoutRole, type ConversationReading } from './openai-conversation.ts'

/** Whether a value is a conversation of such an export. */
export const isChatGpt = (value: unknown): value is JsonObject => isObject(value) && isObject(value['mapping'])

/** Ids from the root, or from below what was `taken`, to a node; a tree that goes in a circle ends. */
const branchTo = (
  mapping: JsonObject,
  leaf: unknown,
  taken: readonly ReadonlySet<string>[] = [],
): readonly string[] => {
  const ids: string[] = []
  const seen = new Set<string>()
  for (let id = leaf; typeof id === 'string' && !seen.has(id);) {
    const known = id
    if (taken.some(each => each.has(known))) break
    const node = mapping[id]
    if (!isObject(node)) break
    seen.add(id)
    ids.push(id)
    id = node['parent']
  }
  return ids.reverse()
}

/** All other nodes, parents before children, in the order of the file. */
const otherNodes = (mapping: JsonObject, taken: ReadonlySet<string>): readonly string[] => {
  const ids = new Set<string>()
  for (const leaf of Object.keys(mapping)) {
    for (const id of branchTo(mapping, leaf, [taken, ids])) ids.add(id)
  }
  return [...ids]
}

/** The newest node without children: the current one if the export does not name it. */
const lastLeaf = (mapping: JsonObject): string | undefined =>
  Object.entries(mapping).findLast(([, node]) => isObject(node) && !hasChildren(node))?.[0]

const hasChildren = ({ children }: JsonObject): boolean => Array.isArray(children) && children.length > 0

/** The current branch in its order, then all other messages, each once. */
export const readChatGpt = (conversation: JsonObject, number: number): ConversationReading => {
  const { mapping, current_node } = conversation
  if (!isObject(mapping)) return 'it has no tree of messages'
  const leaf = typeof current_node === 'string' && isObject(mapping[current_node]) ? current_node : lastLeaf(mapping)
  const current = branchTo(mapping, leaf)
  const others = otherNodes(mapping, new Set(current))
  const session = textOf(conversation['conversation_id'] ?? conversation['id']) ?? `chatgpt#${String(number)}`
  const about = { session, title: textOf(conversation['title']) }
  const messages = [
    ...current.map(id => messageOf(mapping[id], about, false)),
    ...others.map(id => messageOf(mapping[id], about, true)),
  ]
  return numbered(messages.filter(each => each !== undefined))
}

const messageOf = (
  node: unknown,
  { session, title }: { readonly session: string; readonly title: string | undefined },
  is_other: boolean,
): SourceMessage | Unreadable | undefined => {
  const message = isObject(node) ? node['message'] : undefined
  if (!isObject(message) || isHidden(message)) return undefined
  const author = isObject(message['author']) ? message['author'] : {}
  const role = roleOf(author['role'])
  const content = saidIn(message['content'])
  if (normalisedContent(content) === '') return undefined
  if (role === undefined) return withoutRole(author['role'], content)
  const at = instantOf(message['create_time'])
  const name = textOf(author['name'])
  const model = isObject(message['metadata']) ? textOf(message['metadata']['model_slug']) : undefined
  const metadata = {
    ...(title === undefined ? {} : { title }),
    ...(model === undefined ? {} : { model }),
    ...(is_other ? { branch: 'other' } : {}),
  }
  return {
    content,
    role,
    ...(at === undefined ? {} : { at }),
    project: 'ChatGPT',
    session,
    source_type: 'chatgpt',
    ...(name === undefined ? {} : { sender_name: name }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

const isHidden = ({ metadata }: JsonObject): boolean =>
  isObject(metadata) && metadata['is_visually_hidden_from_conversation'] === true
