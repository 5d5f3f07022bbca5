/** Reads the state of a deduplication: `unique_messages.jsonl`, joined with the three files beside it. */
import { basename } from 'node:path'
import { ARCHIVE_ROLES, type SourceMessage } from '../../archive/archive-message.ts'
import { firstObject, jsonLines, type LineReading } from '../json-lines.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'
import type { SourceFile, SourceItem, SourceReader, SourceStart } from '../source.ts'
import { rejected } from '../source-lines.ts'
import { topicTags } from '../tagging/topics.ts'
import { Companions } from './companions.ts'
import { isHashOf } from './dedup-hash.ts'
import { countedWith } from '../../platform/counted.ts'

/** Files with further data about the messages in `unique_messages.jsonl` beside them, and no messages of their own. */
export const DEDUP_COMPANIONS: ReadonlySet<string> = new Set([
  'global_hashes.json',
  'checkpoint_index.json',
  'conversation_log.jsonl',
])

const contentOf = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return textOf(value)
  const texts = value.map(block => (isObject(block) ? textOf(block['text']) : textOf(block)))
  return textOf(texts.filter(each => each !== undefined).join('\n'))
}

const read = (value: JsonObject, companions: Companions): LineReading => {
  const inner = isObject(value['message']) ? value['message'] : value
  const content = contentOf(inner['content'])
  if (content === undefined) return 'the message has no text in "content"'
  const hash = textOf(value['hash'])
  const role = ARCHIVE_ROLES.find(each => each === inner['role'])
  if (hash !== undefined) companions.found(hash)
  const said = hash === undefined ? undefined : companions.saidOf(hash)
  const checkpoint = textOf(value['checkpoint'])
  const damaged = hash !== undefined && !isHashOf(hash, textOf(inner['role']) ?? '', content)
  const message: SourceMessage = {
    content,
    role: role ?? 'user',
    // `first_seen` is not used: it is the time of the deduplication.
    at: instantOf(inner['timestamp']) ?? said?.at,
    project: textOf(inner['project']) ?? textOf(value['project']),
    session: textOf(inner['session_id']) ?? textOf(inner['sessionId']) ?? said?.session ?? checkpoint,
    source_type: 'dedup_state',
    metadata: {
      ...(checkpoint === undefined ? {} : { checkpoint, ...createdIn(companions, checkpoint) }),
      ...(value['first_seen'] === undefined ? {} : { first_seen: value['first_seen'] }),
      ...(damaged ? { hash_of_deduplication: hash } : {}),
    },
    tags: topicTags(content),
  }
  return [{ message, origins: hash === undefined ? [] : companions.sightingsOf(hash) }]
}

const createdIn = (companions: Companions, checkpoint: string): { readonly checkpoint_created_at?: string } => {
  const created = companions.createdAt(checkpoint)
  return created === undefined ? {} : { checkpoint_created_at: new Date(created).toISOString() }
}

async function* readState(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceItem> {
  const companions = await Companions.read(file.path, signal)
  yield* jsonLines(file, from, signal, value => read(value, companions))
  // After an interruption, the messages before the checkpoint were not read again, so the count would be wrong.
  const lost = from.position === 0 ? companions.without_message : 0
  if (lost > 0) {
    const reason = `global_hashes.json names ${countedWith(lost, 'message', ['that is', 'that are'])} not in ${basename(file.path)}`
    yield rejected(0, reason, '')
  }
}

export const dedupStateReader: SourceReader = {
  type: 'dedup_state',
  recognises: ({ path }, beginning) => {
    const first = firstObject(beginning)
    if (first === undefined || DEDUP_COMPANIONS.has(basename(path))) return false
    const isPool = isObject(first['message']) && typeof first['hash'] === 'string'
    return isPool || (basename(path) === 'unique_messages.jsonl' && typeof first['content'] === 'string')
  },
  read: readState,
}
