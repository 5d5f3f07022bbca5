/** Looks through the data folder of a Python DeniDin before anything is loaded: its conversations and what is damaged. */
import { hash } from 'node:crypto'
import { phoneDigits } from '../../platform/phone.ts'
import { chatKey, type PythonChat, type PythonMessage } from './python-records.ts'
import { readSessionFolder, sessionFolders, type Problem, type SessionContent } from './session-folders.ts'

/** How the bot is named as a sender. */
export const BOT = 'bot'

/** Someone who wrote in a conversation. */
export interface PythonSender {
  /** Their number with a plus sign, or a name. */
  readonly key: string
  readonly name: string | undefined
  readonly messages: number
}

/** One direct chat or group, with all of its sessions. */
export interface PythonConversation {
  readonly chat: PythonChat
  /** Folders of its sessions, the earliest first. */
  readonly folders: readonly string[]
  readonly messages: number
  readonly senders: readonly PythonSender[]
  readonly size_bytes: number
  /** Of all its files. */
  readonly checksum: string
}

export interface Survey {
  readonly conversations: readonly PythonConversation[]
  readonly sessions: number
  /** Messages that sessions list, and that have no file. */
  readonly missing: number
  readonly problems: readonly Problem[]
}

/** The sender of a message in a conversation. */
export const senderOf = (chat: PythonChat, { is_reply, sender, sender_name }: PythonMessage): string => {
  if (is_reply) return BOT
  const digits = chat.kind === 'direct' ? chat.digits : phoneDigits(sender ?? '')
  return digits === undefined ? (sender_name ?? sender ?? UNNAMED) : `+${digits}`
}

/** Someone in a group whose messages say nothing about them. */
const UNNAMED = 'unknown'

/** The checksum of a conversation, from those of its session folders. */
export const checksumOfSessions = (checksums: readonly string[]): string => hash('sha256', checksums.join('\n'))

/** What is known so far of one conversation. */
class Gathered {
  readonly chat: PythonChat
  readonly #sessions: { readonly folder: string; readonly began_at: number; readonly checksum: string }[] = []
  readonly #senders = new Map<string, { readonly name: string | undefined; readonly messages: number }>()
  #messages = 0
  #bytes = 0

  constructor(chat: PythonChat) {
    this.chat = chat
  }

  add(folder: string, { messages, began_at = 0, size_bytes, checksum }: SessionContent): void {
    this.#sessions.push({ folder, began_at, checksum })
    this.#messages += messages.length
    this.#bytes += size_bytes
    for (const message of messages) {
      const key = senderOf(this.chat, message)
      if (key === BOT) continue
      const known = this.#senders.get(key)
      this.#senders.set(key, { name: message.sender_name ?? known?.name, messages: (known?.messages ?? 0) + 1 })
    }
  }

  conversation(): PythonConversation {
    const sessions = this.#sessions.toSorted((a, b) => a.began_at - b.began_at)
    return {
      chat: this.chat,
      folders: sessions.map(({ folder }) => folder),
      messages: this.#messages,
      senders: [...this.#senders].map(([key, sender]) => ({ key, ...sender })),
      size_bytes: this.#bytes,
      checksum: checksumOfSessions(sessions.map(({ checksum }) => checksum)),
    }
  }
}

interface SurveyOptions {
  /** IANA name of the zone of times without one. */
  readonly zone: string
  readonly signal: AbortSignal
  progress(done: number, total: number): void
}

/** @throws DenidinError if the folder of the sessions cannot be read */
export const surveyOf = async (root: string, { zone, signal, progress }: SurveyOptions): Promise<Survey> => {
  const folders = await sessionFolders(root, signal)
  const gathered = new Map<string, Gathered>()
  const problems: Problem[] = []
  let missing = 0
  for (const [index, folder] of folders.entries()) {
    signal.throwIfAborted()
    const content = await readSessionFolder(root, folder, zone)
    problems.push(...content.problems)
    missing += content.missing
    if (content.chat !== undefined) {
      const key = chatKey(content.chat)
      const one = gathered.get(key) ?? new Gathered(content.chat)
      gathered.set(key, one)
      one.add(folder, content)
    }
    progress(index + 1, folders.length)
  }
  return {
    conversations: [...gathered.values()].map(each => each.conversation()),
    sessions: folders.length,
    missing,
    problems,
  }
}
