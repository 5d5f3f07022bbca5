import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageKeyOf } from '../../../src/messages/message-key.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'
import type { FakeWhatsApp } from '../fake-whatsapp/fake-whatsapp.ts'
import type { Random } from '../random-text.ts'

/** People who have things forgotten, write commands and move between addresses, while pages are loaded again. */

const EVE = '15551230005@c.us'
const FINN = '15551230006@c.us'
const GIL = ['15551230007@c.us', '777000111222337@lid'] as const

/** Their chats: what was forgotten there can no longer be compared message by message. */
export const FORGETFUL_CHATS: readonly string[] = [EVE, FINN, ...GIL]

/** What the phone knows of the one whose address changes. */
export const MOVING_CONTACT = { id: GIL[1], phone: GIL[0], pushname: 'Gil' }

/** Every so many steps. */
const FORGET_EVERY = 3
const HELP_EVERY = 4
const MOVE_EVERY = 3
const RELOAD_EVERY = 12
const PAUSE_MS = 500
/** Most steps of one life of the bot: a busy machine, on which a life takes long, changes nothing in what is said. */
const STEPS_OF_A_LIFE = 3
const LOOK_MS = 50

interface Sentence {
  readonly stanza_id: string
  readonly kind: 'note' | 'command'
  readonly text: string
  readonly name: string
}

export class ForgetfulTalk {
  readonly #fake: FakeWhatsApp
  readonly #random: Random
  readonly #said: Sentence[] = []
  /** Notes that a person had forgotten, and was told so. */
  readonly #forgotten = new Set<string>()
  #notes = 0
  #moves = 0
  #steps_left = 0
  #stop = new AbortController()
  #talking: Promise<void> = Promise.resolve()

  constructor(fake: FakeWhatsApp, random: Random) {
    this.#fake = fake
    this.#random = random
  }

  start(): void {
    this.#stop = new AbortController()
    this.#talking = this.#talk(this.#stop.signal)
  }

  /** The bot starts once more. */
  lifeBegins(): void {
    this.#steps_left = STEPS_OF_A_LIFE
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('enough'))
    await this.#talking
  }

  /** In a life in which nothing goes wrong: what waits is answered, then one person has everything forgotten. */
  async rest(run: BotRun, patience_ms: number): Promise<void> {
    await this.#settled(run, patience_ms)
    for (const text of ['/forget all', 'yes']) {
      const before = this.#sentTo(FINN)
      this.#say(FINN, 'finn', 'command', text)
      const end = systemClock.now() + patience_ms
      while (this.#sentTo(FINN) === before && systemClock.now() < end) await systemClock.sleep(LOOK_MS)
    }
    await this.#settled(run, patience_ms)
    for (const { name, kind, text } of this.#said) if (name === 'finn' && kind === 'note') this.#forgotten.add(text)
  }

  /** What is wrong, each in a sentence. */
  judge(run: BotRun): readonly string[] {
    using database = open(run)
    const all = <T>(sql: string): T[] => database.prepare(sql).all() as T[]
    const known = Map.groupBy(
      all<{ stanza_id: string; message_id: string; origin: string }>('select * from known_messages'),
      each => each.stanza_id,
    )
    const texts = all<{ text: string }>('select text from messages').map(each => each.text)
    const kept = [...texts, ...sessionFiles(run)]
    const owned = [...known.values()]
      .flat()
      .filter(each => each.origin === 'received' && messageKeyOf(each.message_id).own)
    return [
      ...this.#said.flatMap(({ stanza_id, text }) => {
        const rows = known.get(stanza_id)?.length ?? 0
        return rows === 1 ? [] : [`known ${String(rows)} times: ${text} (${stanza_id})`]
      }),
      ...owned.map(each => `ours, taken for the owner's: ${each.message_id}`),
      ...all<{ scope: string }>('select scope from pauses').map(({ scope }) => `paused: ${scope}`),
      ...all<{ message_id: string; chat_id: string }>(`select message_id, chat_id from inbox where state = 'received'`)
        .filter(each => FORGETFUL_CHATS.includes(each.chat_id))
        .map(each => `waits without an answer: ${each.message_id}`),
      ...[...this.#forgotten].filter(note => kept.some(text => text.includes(note))).map(note => `back again: ${note}`),
      ...this.#judgePhone(),
    ]
  }

  /** Each note is answered once at most, and each command once: none runs by itself. */
  #judgePhone(): readonly string[] {
    const answers = this.#fake.sent.filter(({ chat }) => FORGETFUL_CHATS.includes(chat)).map(({ body }) => body)
    const notes = this.#said.filter(each => each.kind === 'note')
    const twice = notes.filter(({ text }) => answers.filter(body => body.includes(`to ${text} part`)).length > 1)
    const notices = answers.filter(body => !/^reply \d+ to /.test(body)).length
    const commands = this.#said.length - notes.length
    return [
      ...twice.map(({ text }) => `answered twice: ${text}`),
      ...(notices > commands ? [`${String(commands)} commands have ${String(notices)} answers`] : []),
    ]
  }

  async #talk(signal: AbortSignal): Promise<void> {
    for (let step = 1; !signal.aborted; await systemClock.sleep(PAUSE_MS, signal).catch(() => undefined)) {
      if (this.#steps_left === 0) continue
      this.#steps_left--
      this.#step(step++)
    }
  }

  #step(step: number): void {
    if (step % FORGET_EVERY === 0) this.#say(EVE, 'eve', 'command', '/forget last')
    else if (step % HELP_EVERY === 0) this.#say(EVE, 'eve', 'command', '/help')
    else this.#say(EVE, 'eve', 'note')
    this.#say(FINN, 'finn', 'note')
    if (step % MOVE_EVERY === 0) this.#move()
    this.#say(this.#addressOfGil(), 'gil', 'note')
    if (this.#random.below(RELOAD_EVERY) === 0) this.#fake.reload()
  }

  #addressOfGil(): string {
    return GIL[this.#moves % 2] ?? GIL[0]
  }

  #move(): void {
    const from = this.#addressOfGil()
    this.#moves += 1
    this.#fake.move(from, this.#addressOfGil())
    // A page that is open lists what it has under the addresses that it knows.
    this.#fake.reload()
  }

  #say(from: string, name: string, kind: Sentence['kind'], words?: string): void {
    const text = words ?? `note ${String(++this.#notes)} of ${name}`
    const { id } = this.#fake.receive({ from, name, text })
    this.#said.push({ stanza_id: id, kind, text, name })
  }

  #sentTo(chat: string): number {
    return this.#fake.sent.filter(each => each.chat === chat).length
  }

  /** Resolves when everything that was said is known and nothing of it waits, or after a while. */
  async #settled(run: BotRun, patience_ms: number): Promise<void> {
    using database = open(run)
    const known = database.prepare(
      'select count(*) n from known_messages where stanza_id in (select value from json_each(?))',
    )
    const waiting = database.prepare(
      `select (select count(*) from inbox where state = 'received')
         + (select count(*) from outbox where state in ('intended', 'held')) n`,
    )
    const ids = JSON.stringify(this.#said.map(each => each.stanza_id))
    const end = systemClock.now() + patience_ms
    const isOpen = (): boolean =>
      (known.get(ids) as { n: number }).n < this.#said.length || (waiting.get() as { n: number }).n > 0
    while (isOpen() && systemClock.now() < end) await systemClock.sleep(LOOK_MS)
  }
}

const open = (run: BotRun): DatabaseSync => new DatabaseSync(join(run.home.data, 'denidin.db'), { readOnly: true })

const sessionFiles = (run: BotRun): readonly string[] =>
  readdirSync(join(run.home.data, 'sessions'), { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => readFileSync(join(each.parentPath, each.name), 'utf8'))
