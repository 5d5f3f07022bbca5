/**
 * Adds the messages of an exported chat to the conversation of a person or a group, with their original times: recall
 * finds them, they belong to no session, and they are never answered. Messages that are already there, and forgotten
 * ones, are not added.
 */
import { hash } from 'node:crypto'
import type { ForgottenWords } from '../../messages/forgotten-words.ts'
import { looseWords } from '../../messages/forgotten-words.ts'
import type { ImportedMessages } from '../../messages/imported-messages.ts'
import type { MemberNames } from '../../messages/member-names.ts'
import { isUnseen, textWithDetails } from '../../messages/message-details.ts'
import { isCommand } from '../../messages/message-kind.ts'
import type { ChatId, MessageRecord } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import type { People } from '../../people/people.ts'
import type { Person } from '../../people/person.ts'
import type { Preferences } from '../../people/preferences.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { messageText } from '../../text/message-text.ts'
import { countInSlices, type TokenCounter } from '../../text/tokens.ts'
import type { ExportEntry } from '../whatsapp/export-entries.ts'
import { Occurrences } from '../whatsapp/occurrences.ts'
import { KnownSayings } from './known-sayings.ts'
import type { Speaker } from './participants.ts'

export interface ChatImportDeps {
  /** Creates a person for a number that has never written. */
  readonly people: Pick<People, 'resolve'>
  readonly messages: ImportedMessages
  readonly forgotten: ForgottenWords
  readonly members: MemberNames
  readonly preferences: Pick<Preferences, 'of'>
  readonly tokens: TokenCounter
}

/** The conversation that receives the messages. */
export interface ImportTarget {
  readonly scope: Scope
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  /** The speaker behind each sender, by name. */
  readonly speakers: ReadonlyMap<string, Speaker>
  /** The person of a direct chat. */
  readonly person: Person | undefined
  /** Whether to only count, without writing. */
  readonly dry_run: boolean
}

export interface ImportCounts {
  readonly messages: number
  readonly added: number
  /** Already there: recorded when they arrived, or added by an earlier load. */
  readonly known: number
  readonly forgotten: number
  /** Media without text, commands, events, and messages of senders who are left out. */
  readonly left_out: number
}

/** How many entries are compared and written together. */
const AT_ONCE = 500
/** After how many messages control returns to the event loop. */
const TURN_MESSAGES = 50
/** The times that DeniDin and WhatsApp give for the same reply differ by less than this. */
const REPLY_SPREAD_MS = 3 * MINUTE_MS

/** An entry to be kept, as a message. */
interface Candidate {
  readonly entry: ExportEntry
  readonly speaker: Extract<Speaker, { readonly is: 'bot' | 'person' }>
  /** The speaker; for the bot's words, the person to whom they were addressed. */
  readonly person: Person
  readonly text: string
}

const timesOf = ({ at, or_at }: ExportEntry): readonly number[] => (or_at === undefined ? [at] : [at, or_at])

/** A message with the data by which a copy of it is recognised. */
interface Identified extends Candidate {
  readonly identity: string
  /** See `WordsFromElsewhere`. */
  readonly occurrence: number
}

export class ChatImport {
  readonly #deps: ChatImportDeps
  readonly #target: ImportTarget
  readonly #occurrences = new Occurrences()
  #counts: ImportCounts = { messages: 0, added: 0, known: 0, forgotten: 0, left_out: 0 }
  #batch: ExportEntry[] = []
  /** The person who spoke last in a group: the bot's replies are addressed to them. */
  #last: Person | undefined

  constructor(deps: ChatImportDeps, target: ImportTarget) {
    this.#deps = deps
    this.#target = target
  }

  get counts(): ImportCounts {
    return this.#counts
  }

  async add(entry: ExportEntry): Promise<void> {
    this.#batch.push(entry)
    if (this.#batch.length >= AT_ONCE) await this.flush()
  }

  /** Writes the collected messages. */
  async flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    if (batch.length === 0) return
    const times = batch.flatMap(timesOf)
    const { scope, dry_run } = this.#target
    const from = Math.min(...times) - REPLY_SPREAD_MS
    const said = await this.#deps.messages.saidBetween(scope, from, Math.max(...times) + REPLY_SPREAD_MS)
    const known = new KnownSayings(said, REPLY_SPREAD_MS)
    const taken: Identified[] = []
    for (const [index, entry] of batch.entries()) {
      if (index % TURN_MESSAGES === 0) await yieldToEventLoop()
      const candidate = this.#take(entry, known)
      if (candidate !== undefined) taken.push(candidate)
    }
    if (dry_run) this.#count({ added: taken.length })
    else await this.#write(taken)
  }

  async #write(taken: readonly Identified[]): Promise<void> {
    const prepared: (readonly [candidate: Identified, record: MessageRecord])[] = []
    for (const [index, each] of taken.entries()) {
      if (index % TURN_MESSAGES === 0) await yieldToEventLoop()
      prepared.push([each, await this.#recordOf(each)])
    }
    // A member of a group may have forgotten everything in another conversation in the meantime.
    const records = prepared.filter(([each]) => !this.#isForgotten(each, each.occurrence)).map(([, record]) => record)
    this.#count({ forgotten: prepared.length - records.length })
    const added = await this.#deps.messages.add(records)
    this.#count({ added, known: records.length - added })
  }

  /** `undefined` if the entry is not added. */
  #take(entry: ExportEntry, known: KnownSayings): Identified | undefined {
    this.#count({ messages: 1 })
    const candidate = this.#candidateOf(entry)
    if (candidate === undefined) {
      this.#count({ left_out: 1 })
      return undefined
    }
    const { speaker, person, text } = candidate
    const is_reply = speaker.is === 'bot'
    // The addressee of a reply is ignored, because the export of a group does not contain it.
    const person_id = is_reply ? '' : person.person_id
    const key = `${speaker.is} ${person_id} ${looseWords(text)}`
    const minute = Math.floor(entry.at / MINUTE_MS)
    const occurrence = this.#occurrences.next(minute, key)
    const saying = { is_reply, person_id, times: timesOf(entry), words: looseWords(text) }
    const beyond = occurrence - known.count(saying)
    if (beyond <= 0) {
      this.#count({ known: 1 })
      return undefined
    }
    if (this.#isForgotten(candidate, beyond)) {
      this.#count({ forgotten: 1 })
      return undefined
    }
    known.add(saying)
    return { ...candidate, identity: `${String(minute)}\n${String(occurrence)}\n${key}`, occurrence: beyond }
  }

  /** @param occurrence see `WordsFromElsewhere` */
  #isForgotten({ entry, speaker, person, text: whole }: Candidate, occurrence: number): boolean {
    const { forgotten } = this.#deps
    const is_reply = speaker.is === 'bot'
    const words = { times: timesOf(entry), is_reply, text: entry.words === '' ? whole : entry.words, occurrence }
    const persons = [person.person_id]
    if (forgotten.isForgotten({ ...words, persons })) return true
    return is_reply && this.#target.chat_kind === 'group' && forgotten.isForgotten({ ...words, persons: undefined })
  }

  /** `undefined` if the entry is not part of the conversation. */
  #candidateOf(entry: ExportEntry): Candidate | undefined {
    const { kind, sender, words, attachment } = entry
    const speaker = sender === undefined ? undefined : this.#target.speakers.get(sender)
    if (kind !== 'said' || speaker === undefined || speaker.is === 'skipped') return undefined
    const person = speaker.is === 'person' ? speaker.person : (this.#target.person ?? this.#last)
    if (speaker.is === 'person') this.#last = person
    const wordless = words === '' && (attachment === undefined || isUnseen(attachment))
    if (person === undefined || wordless || isCommand(words)) return undefined
    const text = textWithDetails(messageText(words), { attachment })
    return looseWords(text) === '' ? undefined : { entry, speaker, person, text }
  }

  async #recordOf({ entry, speaker, person, text, identity }: Identified): Promise<MessageRecord> {
    const { scope, chat_id, chat_kind } = this.#target
    const { members, preferences, tokens } = this.#deps
    const { person_id, identities, name } = person
    const own_name =
      chat_kind === 'group' ? await members.nameOf({ scope, person_id, identities, name: name ?? entry.sender }) : name
    return {
      message_id: `imported:${hash('sha256', `${scope}\n${identity}`)}`,
      chat_id,
      chat_kind,
      scope,
      person_id,
      role: speaker.is === 'bot' ? 'assistant' : 'user',
      kind: 'imported',
      sender_name: speaker.is === 'bot' ? undefined : (own_name ?? entry.sender),
      text,
      tokens: await countInSlices(tokens, text),
      sent_at: entry.at,
      session_id: undefined,
      learning_opt_out: !(await preferences.of(person_id)).learn,
      ...(entry.attachment === undefined ? {} : { details: { attachment: entry.attachment } }),
    }
  }

  #count(more: Partial<ImportCounts>): void {
    const { messages, added, known, forgotten, left_out } = this.#counts
    this.#counts = {
      messages: messages + (more.messages ?? 0),
      added: added + (more.added ?? 0),
      known: known + (more.known ?? 0),
      forgotten: forgotten + (more.forgotten ?? 0),
      left_out: left_out + (more.left_out ?? 0),
    }
  }
}
