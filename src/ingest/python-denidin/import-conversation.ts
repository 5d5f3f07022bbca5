/** Adds the messages of one conversation of a Python DeniDin to a conversation here. */
import type { PersonId } from '../../people/person.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { BoundRun } from '../binding/bound-run.ts'
import { ChatImport, type ChatImportDeps, type ImportCounts, type ImportTarget } from '../binding/chat-import.ts'
import type { ExportEntry } from '../whatsapp/export-entries.ts'
import type { PythonMessage } from './python-records.ts'
import { readSessionFolder } from './session-folders.ts'
import { checksumOfSessions, senderOf, type PythonConversation } from './survey.ts'

export interface ImportedConversation extends ImportCounts {
  /** When the first and the last message was said; `undefined` if there is none. */
  readonly said: { readonly from: number; readonly to: number } | undefined
  /** Who spoke in each session. */
  readonly speakers: ReadonlyMap<string, ReadonlySet<PersonId>>
  /** SHA-256 of what was read. */
  readonly checksum: string
}

interface ConversationOptions {
  readonly root: string
  readonly zone: string
  readonly run: BoundRun
  readonly signal: AbortSignal
  progress(messages: number): void
}

const entryOf = (conversation: PythonConversation, message: PythonMessage & { readonly at: number }): ExportEntry => ({
  kind: 'said',
  at: message.at,
  or_at: undefined,
  line: 0,
  sender: senderOf(conversation.chat, message),
  words: message.text,
  attachment: undefined,
  file: undefined,
  edited: false,
})

/**
 * Session by session, so that memory holds only one. A message that several folders contain is added once. After an
 * interruption, the messages added so far are kept, and the same load continues.
 */
export const importConversation = async (
  conversation: PythonConversation,
  target: ImportTarget,
  deps: ChatImportDeps,
  { root, zone, run, signal, progress }: ConversationOptions,
): Promise<ImportedConversation> => {
  const chat = new ChatImport(deps, target)
  const seen = new Set<string>()
  const speakers = new Map<string, Set<PersonId>>()
  const checksums: string[] = []
  let said: ImportedConversation['said']
  let before = chat.counts
  for (const folder of conversation.folders) {
    signal.throwIfAborted()
    const { session_id, messages, checksum } = await readSessionFolder(root, folder, zone)
    checksums.push(checksum)
    for (const message of messages) {
      if (seen.has(message.message_id)) continue
      seen.add(message.message_id)
      said = { from: Math.min(said?.from ?? message.at, message.at), to: Math.max(said?.to ?? message.at, message.at) }
      const entry = entryOf(conversation, message)
      const speaker = target.speakers.get(entry.sender ?? '')
      if (speaker?.is === 'person') {
        speakers.set(session_id, (speakers.get(session_id) ?? new Set()).add(speaker.person.person_id))
      }
      await chat.add(entry)
    }
    await chat.flush()
    await run.record(stepOf(before, chat.counts))
    before = chat.counts
    progress(messages.length)
    await yieldToEventLoop()
  }
  return { ...chat.counts, said, speakers, checksum: checksumOfSessions(checksums) }
}

const stepOf = (before: ImportCounts, now: ImportCounts): Parameters<BoundRun['record']>[0] => ({
  added: now.added - before.added,
  duplicates: now.known - before.known,
  forgotten: now.forgotten - before.forgotten,
  rejected: [],
  lines: now.messages,
})
