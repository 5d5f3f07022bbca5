/** Reads the entries of an exported chat: each message with its sender, its time and its attachment. */
import type { Attachment } from '../../messages/message-details.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { SourceItem, SourceStart } from '../source.ts'
import { rejected } from '../source-lines.ts'
import { wallTimeOf } from './date-order.ts'
import type { ExportText } from './export-text.ts'
import { parseHeader, withoutMarks, type Header } from './header.ts'
import { contentOf } from './markers.ts'
import type { Survey } from './survey.ts'

/** One entry of an export. */
export interface ExportEntry {
  readonly kind: 'said' | 'deleted' | 'call' | 'notice'
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** The other instant that the clock on the wall may have meant, in the hour when clocks are set back. */
  readonly or_at: number | undefined
  readonly line: number
  /** `undefined`: an event without a sender. */
  readonly sender: string | undefined
  /** The sender's own words; for an event, the sentence that the phone wrote. */
  readonly words: string
  readonly attachment: Attachment | undefined
  /** The name of the attached file, according to the export. */
  readonly file: string | undefined
  readonly edited: boolean
}

export type ExportItem =
  { readonly kind: 'entry'; readonly entry: ExportEntry } | Exclude<SourceItem, { readonly kind: 'message' }>

/** How many characters of one entry are read: far more than a WhatsApp message may have. */
const MOST_CHARACTERS = 256 * 1024
const TOO_LONG = `the message has more than ${String(MOST_CHARACTERS)} characters; its beginning is kept`
/**
 * Up to this many consecutive headers from the past may be a pasted conversation; if there are more, the clock of the
 * phone was set back.
 */
const MOST_PASTED = 200
/**
 * How much older than the previous message a message may be, because of phones in other zones and messages that were
 * sent late.
 */
const MOST_STEP_BACK_MS = DAY_MS

/** An entry that is being assembled. */
interface Open {
  readonly header: Header
  readonly at: number
  readonly or_at: number | undefined
  readonly line: number
  readonly lines: string[]
  characters: number
}

/** A line that begins like a message, but is from the past. */
interface Suspect {
  readonly text: string
  readonly line: number
  readonly position: number
}

export class ExportEntries {
  readonly #survey: Survey
  readonly #zone: TimeZone
  #open: Open | undefined
  #suspects: Suspect[] = []
  #suspectHeaders = 0
  #suspectCharacters = 0
  /** The time of the newest entry. */
  #last: number | undefined
  #checkpoint: number | undefined

  constructor(survey: Survey, zone: TimeZone) {
    this.#survey = survey
    this.#zone = zone
  }

  /** All entries in order, with checkpoints where a later run may resume. */
  async *read(text: ExportText, from: SourceStart, signal: AbortSignal): AsyncGenerator<ExportItem> {
    let end: Extract<SourceItem, { readonly kind: 'checkpoint' }> | undefined
    for await (const line of text.lines(from, signal)) {
      if (line.kind === 'checkpoint') end = line
      else if (line.kind === 'rejected') yield line
      else yield* this.#take(line)
    }
    yield* this.#release()
    yield* this.#close()
    if (end !== undefined) yield end
  }

  *#take(line: Suspect): Generator<ExportItem> {
    const header = this.#headerOf(line.text)
    const times = header === undefined ? undefined : this.#timesOf(header)
    if (header === undefined || times === undefined) {
      if (this.#suspects.length > 0) yield* this.#suspect(line)
      else yield* this.#append(line.text, line.line)
      return
    }
    if (this.#isFromThePast(times.at) && this.#isSaid()) {
      this.#suspectHeaders++
      yield* this.#suspect(line)
      return
    }
    // The conversation goes on where it was: what was in between was pasted into a message, or came late.
    const suspects = this.#takeSuspects()
    yield* this.#resolve(suspects, this.#speakElsewhere(suspects))
    yield* this.#begin(header, times, line)
  }

  *#suspect(line: Suspect): Generator<ExportItem> {
    this.#suspects.push(line)
    this.#suspectCharacters += line.text.length
    const isSure = this.#suspectHeaders > MOST_PASTED
    if (isSure || this.#suspectCharacters > MOST_CHARACTERS) yield* this.#release(isSure)
  }

  #headerOf(text: string): Header | undefined {
    const header = parseHeader(text)
    return header?.layout === this.#survey.layout ? header : undefined
  }

  #takeSuspects(): readonly Suspect[] {
    const suspects = this.#suspects
    this.#suspects = []
    this.#suspectHeaders = 0
    this.#suspectCharacters = 0
    return suspects
  }

  /**
   * Decides on lines from the past after which the conversation did not continue, or which are too many for one
   * message: they are messages if people of this chat wrote them.
   */
  *#release(sure = false): Generator<ExportItem> {
    const suspects = this.#takeSuspects()
    const known = new Set(
      this.#survey.senders
        .names()
        .slice(0, MOST_PASTED)
        .map(({ name }) => name),
    )
    const areMessages =
      sure ||
      suspects.every(suspect => {
        const sender = this.#senderOf(suspect)
        return this.#headerOf(suspect.text) === undefined || (sender !== undefined && known.has(sender))
      })
    yield* this.#resolve(suspects, areMessages)
  }

  /** In an export that is in no order, nothing is. */
  #isFromThePast(at: number): boolean {
    return this.#survey.is_in_order && this.#last !== undefined && at < this.#last - MOST_STEP_BACK_MS
  }

  /** Whether something was pasted can only be asked of what someone said, not of an event. */
  #isSaid(): boolean {
    const [rest] = this.#open?.lines ?? []
    return rest !== undefined && this.#survey.senders.split(rest).sender !== undefined
  }

  #senderOf({ text }: Suspect): string | undefined {
    const header = this.#headerOf(text)
    return header === undefined ? undefined : this.#survey.senders.split(header.rest).sender
  }

  /** Whether all who wrote these lines say something else in this chat too: then they are messages that came late. */
  #speakElsewhere(suspects: readonly Suspect[]): boolean {
    const counts = new Map<string, number>()
    for (const suspect of suspects) {
      const sender = this.#senderOf(suspect)
      if (sender !== undefined) counts.set(sender, (counts.get(sender) ?? 0) + 1)
    }
    return [...counts].every(([sender, messages]) => this.#survey.senders.messagesOf(sender) > messages)
  }

  *#resolve(suspects: readonly Suspect[], areMessages: boolean): Generator<ExportItem> {
    for (const suspect of suspects) {
      const header = areMessages ? this.#headerOf(suspect.text) : undefined
      const times = header === undefined ? undefined : this.#timesOf(header)
      if (header === undefined || times === undefined) yield* this.#append(suspect.text, suspect.line)
      else yield* this.#begin(header, times, suspect)
    }
  }

  *#begin(header: Header, { at, or_at }: Pick<Open, 'at' | 'or_at'>, line: Suspect): Generator<ExportItem> {
    yield* this.#close()
    // Equal messages with the same time are counted, so a run may only resume where a new time begins that is
    // unambiguous.
    if ((this.#checkpoint === undefined || at > this.#checkpoint) && or_at === undefined) {
      this.#checkpoint = at
      yield { kind: 'checkpoint', position: line.position, lines: line.line - 1 }
    }
    this.#last = at
    const { rest } = header
    this.#open = {
      header,
      at,
      or_at,
      line: line.line,
      lines: [rest.slice(0, MOST_CHARACTERS)],
      characters: rest.length,
    }
    if (rest.length > MOST_CHARACTERS) yield rejected(line.line, TOO_LONG, rest)
  }

  *#append(text: string, line: number): Generator<ExportItem> {
    const open = this.#open
    if (open === undefined) {
      if (withoutMarks(text).trim() !== '') yield rejected(line, 'no message has begun before this line', text)
      return
    }
    if (open.characters + text.length > MOST_CHARACTERS) {
      if (open.characters <= MOST_CHARACTERS) {
        yield rejected(line, TOO_LONG, text)
      }
      open.characters = Number.POSITIVE_INFINITY
      return
    }
    open.lines.push(text)
    open.characters += text.length + 1
  }

  *#close(): Generator<ExportItem> {
    const open = this.#open
    this.#open = undefined
    if (open !== undefined) yield { kind: 'entry', entry: this.#entryOf(open) }
  }

  #entryOf({ at, or_at, line, lines: [rest = '', ...more] }: Open): ExportEntry {
    const { sender, text, by_phone } = this.#survey.senders.split(rest)
    const whole = [text, ...more].join('\n').trim()
    const time = { at, or_at, line, sender }
    const content = contentOf(whole, by_phone)
    const isNotice =
      content.kind === 'notice' ||
      (by_phone && isPlain(content) && (isAbout(sender, whole) || (line <= FIRST_LINES && isIntroduction(whole))))
    if (sender === undefined || content.kind !== 'said' || isNotice) {
      const kind = content.kind === 'said' || isNotice ? 'notice' : content.kind
      return { ...time, kind, words: withoutMarks(whole).trim(), attachment: undefined, file: undefined, edited: false }
    }
    const { words, attachment, file, edited } = content
    return { ...time, kind: 'said', words: trimmed(words), attachment, file, edited }
  }

  #timesOf(header: Header): Pick<Open, 'at' | 'or_at'> | undefined {
    const wall = wallTimeOf(header, this.#survey.order)
    if (wall === undefined) return undefined
    const [first, second] = this.#zone.instantsOf(wall)
    if (second === undefined) return { at: first, or_at: undefined }
    // In the hour that occurs twice, a message that would otherwise be older than the previous one was written the
    // second time.
    const again = this.#last !== undefined && first < this.#last
    return again ? { at: second, or_at: first } : { at: first, or_at: second }
  }
}

/** On iPhones, events have a sender, whose name begins the sentence: `Dana: Dana left`. */
const isAbout = (sender: string | undefined, text: string): boolean =>
  sender !== undefined && withoutMarks(text).trim().replace(/^~\s*/u, '').startsWith(`${sender} `)

/** The sentence about encryption is the first of a chat, and names WhatsApp in every language. */
const FIRST_LINES = 3
const isIntroduction = (text: string): boolean => /whats\s?app|واتساب/iu.test(text) && !/https?:/iu.test(text)

const isPlain = (content: ReturnType<typeof contentOf>): boolean =>
  content.kind === 'said' && content.attachment === undefined

const EDGE = /[\s\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u

/** Without marks and blanks at its ends; those within it are the sender's. */
const trimmed = (text: string): string => {
  let begin = 0
  let end = text.length
  while (begin < end && EDGE.test(text.charAt(begin))) begin++
  while (end > begin && EDGE.test(text.charAt(end - 1))) end--
  return text.slice(begin, end)
}
