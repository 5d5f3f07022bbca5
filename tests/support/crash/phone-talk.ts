import { systemClock } from '../../../src/platform/clock.ts'
import type { FakeWhatsApp } from '../fake-whatsapp/fake-whatsapp.ts'
import type { Incoming } from '../fake-whatsapp/protocol.ts'
import { MOVING_CONTACT } from './forgetful-talk.ts'
import { lastUserMessage, reply, type Answer } from '../model-server.ts'

/** People who write to the bot all the time, and a model whose answers can be told apart. */

const ANA = '15551230001@c.us'
const BOB = '777000111222333@lid'
const CLEO = '15551230003@c.us'
const DAN = '15551230004@c.us'
const GROUP = '120363000000000001@g.us'

/** What the phone knows of people whose address is not a phone number. */
export const CONTACTS = [{ id: BOB, phone: '15551230002@c.us', pushname: 'Bob' }, MOVING_CONTACT]

/** Every so many messages somebody resets the conversation, asks for a long answer, or, in the group, tells others. */
const RESET_EVERY = 7
const LONG_EVERY = 4
const UNADDRESSED_EVERY = 3
/** Nobody waits more than so many times twice as long. */
const LONGEST_SULK = 3
/** Words that ask for an answer of three parts. */
export const AT_LENGTH = 'at length'
const PARTS = 3
/** Just short of what one message may hold, so that no two go into one. */
const PART_CHARACTERS = 3800
const FILLER = 'and so on '

/** Something that the phone sent to the bot. */
export interface Said {
  /** Id under which the bot knows it. */
  readonly message_id: string
  readonly chat_id: string
  readonly kind: 'talk' | 'command' | 'overheard'
  readonly text: string
}

/** Answers every question with a text of its own: `reply 17 to note 5 of ana`, in three parts where that is asked for. */
export const tellingModel = (): Answer => {
  let replies = 0
  return reply(request => {
    // What was not answered before stands before it in the same message.
    const said = lastUserMessage(request)
    const note = [...said.matchAll(/note \d+ of \w+/g)].at(-1)
    const question = said.slice(note?.index ?? 0)
    const name = `reply ${String(++replies)} to ${note?.[0] ?? 'nobody'}`
    if (!question.includes(AT_LENGTH)) return `${name} part 1`
    return Array.from({ length: PARTS }, (_, part) => {
      const begin = `${name} part ${String(part + 1)} `
      return begin + FILLER.repeat(Math.floor((PART_CHARACTERS - begin.length) / FILLER.length)).trim()
    }).join('\n\n')
  })
}

interface Person {
  readonly name: string
  readonly from: string
  readonly group?: string
}

const PEOPLE: readonly Person[] = [
  { name: 'ana', from: ANA },
  { name: 'bob', from: BOB },
  { name: 'cleo', from: CLEO },
  { name: 'dan', from: DAN },
  { name: 'ana', from: ANA, group: GROUP },
  { name: 'bob', from: BOB, group: GROUP },
]

export interface TalkOptions {
  /** Somebody who is not answered writes again after so long, and after longer each time. */
  readonly patience_ms: number
  /** Pause between an answer and the next message. */
  readonly pause_ms: () => number
}

/** A stream of messages from several phones and one group, until it is stopped. */
export class PhoneTalk {
  readonly said: Said[] = []
  readonly #fake: FakeWhatsApp
  readonly #options: TalkOptions
  #notes = 0
  #stop = new AbortController()
  #talking: Promise<unknown> = Promise.resolve()

  constructor(fake: FakeWhatsApp, options: TalkOptions) {
    this.#fake = fake
    this.#options = options
  }

  start(): void {
    this.#stop = new AbortController()
    this.#talking = Promise.all(PEOPLE.map(person => this.#talk(person, this.#stop.signal)))
  }

  /** Resolves when nobody writes any more. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('enough'))
    await this.#talking
  }

  /** Everybody writes once: every conversation that is still running goes on. */
  writeAll(): void {
    for (const person of PEOPLE) this.write(person)
  }

  /** One message; `kind` and `long` by default in turns. */
  write(person: Person = PEOPLE[0]!, kind: Said['kind'] = 'talk', long = false): Said {
    const note = `note ${String(++this.#notes)} of ${person.name}`
    const bot = this.#fake.me.phone
    const to = person.group !== undefined && kind !== 'overheard' ? `@${bot.replace(/@.*/, '')} ` : ''
    const text = kind === 'command' ? '/reset' : long ? `${note} ${AT_LENGTH}` : note
    const incoming: Incoming = {
      from: person.from,
      name: person.name,
      text: `${to}${text}`,
      ...(person.group === undefined ? {} : { group: person.group }),
      ...(to === '' ? {} : { mentions: [bot] }),
    }
    const { id, chat } = this.#fake.receive(incoming)
    const message_id = ['false', chat, id, ...(person.group === undefined ? [] : [person.from])].join('_')
    const said = { message_id, chat_id: chat, kind, text }
    this.said.push(said)
    return said
  }

  async #talk(person: Person, signal: AbortSignal): Promise<void> {
    /** Messages in a row that were not answered while somebody waited. */
    let ignored = 0
    for (let count = 1; !signal.aborted; count++) {
      const overheard = person.group !== undefined && count % UNADDRESSED_EVERY === 0
      const kind = count % RESET_EVERY === 0 ? 'command' : overheard ? 'overheard' : 'talk'
      const { patience_ms, pause_ms } = this.#options
      const answered = new AbortController()
      const patience = AbortSignal.any([signal, answered.signal])
      const { chat_id, text } = this.write(person, kind, count % LONG_EVERY === 0)
      if (kind === 'talk') {
        // Its last part says it: the answer is there as a whole.
        const end = text.endsWith(AT_LENGTH) ? `part ${String(PARTS)}` : 'part 1'
        const own = new RegExp(`to ${text.replace(` ${AT_LENGTH}`, '')} ${end}\\b`)
        void this.#fake.journal
          .next('sent', ({ message }) => message.chat === chat_id && own.test(message.body))
          .then(() => answered.abort(new Error('answered')))
        await systemClock.sleep(patience_ms * 2 ** ignored, patience).catch(() => undefined)
        ignored = answered.signal.aborted ? 0 : Math.min(ignored + 1, LONGEST_SULK)
      }
      await systemClock.sleep(pause_ms(), signal).catch(() => undefined)
    }
  }
}
