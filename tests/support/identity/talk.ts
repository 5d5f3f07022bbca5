/** Talk between people and the bot, with everything that may happen around it, and what must hold whatever happens. */
import fc from 'fast-check'

/** Words that are sent. */
export type Words =
  | { readonly kind: 'note' }
  | { readonly kind: 'command'; readonly text: string }
  /** An answer to a question; talk, where none was asked. */
  | { readonly kind: 'answer'; readonly text: 'yes' | 'no' }

/** Something that happens. */
export type Step =
  | { readonly kind: 'say'; readonly who: number; readonly group: boolean; readonly words: Words }
  /** Said in a direct chat while the bot is not there, then the bot starts. */
  | { readonly kind: 'away'; readonly who: number; readonly said: readonly Words[] }
  | { readonly kind: 'restart' | 'reload' }
  /** WhatsApp moves the person's chat between number and LID, and tells that both are one account, or does not. */
  | { readonly kind: 'move'; readonly who: number; readonly told: boolean }

export const PEOPLE = 2

const COMMANDS = ['/forget last', '/forget all', '/forget 1', '/forget', '/reset', '/help', '/memory note', '/whatever']
const PLAIN = ['forget what I just said', 'delete everything you know about me']

const words: fc.Arbitrary<Words> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: 'note' } as const) },
  { weight: 4, arbitrary: fc.constantFrom(...COMMANDS, ...PLAIN).map(text => ({ kind: 'command', text }) as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('yes' as const, 'no' as const).map(text => ({ kind: 'answer', text }) as const),
  },
)

const who = fc.nat(PEOPLE - 1)

/** Sequences of steps. The longest ones take a few seconds. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('say' as const), who, group: fc.boolean(), words }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('away' as const),
        who,
        said: fc.array(words, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.constantFrom({ kind: 'restart' } as const, { kind: 'reload' } as const) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), who, told: fc.boolean() }) },
  ),
  { minLength: 4, maxLength: 12 },
)

/** A message of ours. */
export interface Sent {
  readonly chat: string
  readonly text: string
}

/** The bot and WhatsApp around it. What resolves has been dealt with by the bot. */
export interface World {
  /** Everything that the bot has sent so far, oldest first. */
  readonly sent: readonly Sent[]
  /** Addresses of a person who was never seen before. */
  person(): { readonly phone: string; readonly lid: string }
  /** A group that was never seen before. */
  group(): string
  say(text: string, from: string, group?: string): Promise<void>
  away(texts: readonly string[], from: string): Promise<void>
  restart(): Promise<void>
  reload(): Promise<void>
  /** From now on `from` is `to` in everything that WhatsApp lists; the page is loaded again. */
  move(from: string, to: string, told: boolean): Promise<void>
  /** The texts that are kept. */
  kept(): readonly string[]
  /** The last requests for a completion, as texts. */
  requests(): readonly string[]
  /** Conversations in which the bot only listens. */
  paused(): Promise<number>
}

/** Kinds of answers. */
type Kind = 'talk' | 'notice'

/** What a person said that the bot may know. */
interface Note {
  readonly token: string | undefined
  readonly group: boolean
}

interface Person {
  readonly phone: string
  readonly lid: string
  address: string
  notes: Note[]
  asked: boolean
  /** Whether WhatsApp tells that both addresses are one account; decided by the first move. */
  told: boolean | undefined
}

let tokens = 0

/** Takes steps in a world and says what is wrong after each. */
export class Talk {
  readonly #world: World
  readonly #people: Person[]
  readonly #group: string
  readonly #erased = new Set<string>()
  readonly faults: string[] = []
  #requests: number

  constructor(world: World) {
    this.#world = world
    this.#group = world.group()
    this.#requests = world.requests().length
    this.#people = Array.from({ length: PEOPLE }, () => {
      const { phone, lid } = world.person()
      return { phone, lid, address: phone, notes: [], asked: false, told: undefined }
    })
  }

  async take(all: readonly Step[]): Promise<readonly string[]> {
    for (const [index, step] of all.entries()) {
      const before = this.faults.length
      const erasedBefore = [...this.#erased]
      await this.#step(step)
      await this.#check(erasedBefore)
      for (let fault = before; fault < this.faults.length; fault++) {
        this.faults[fault] = `step ${String(index + 1)} ${JSON.stringify(step)}: ${this.faults[fault] ?? ''}`
      }
      if (this.faults.length > 0) break
    }
    return this.faults
  }

  async #step(step: Step): Promise<void> {
    const world = this.#world
    const before = world.sent.length
    const answers = (): readonly Sent[] => world.sent.slice(before)
    switch (step.kind) {
      case 'say': {
        const person = this.#people[step.who]!
        const { text, expected } = this.#plan(person, step.words, step.group)
        await world.say(text, person.address, step.group ? this.#group : undefined)
        const chat = step.group ? this.#group : person.address
        this.#judge(answers(), chat, expected)
        return
      }
      case 'away': {
        // The bot was away too, and no longer knows what it had asked.
        for (const each of this.#people) each.asked = false
        const person = this.#people[step.who]!
        const planned = step.said.map(each => this.#plan(person, each, false))
        await world.away(
          planned.map(each => each.text),
          person.address,
        )
        // What is said in one go has one answer.
        const expected = planned.flatMap(each => each.expected)
        this.#judge(
          answers(),
          person.address,
          expected.filter((each, index) => each !== 'talk' || expected[index + 1] !== 'talk'),
        )
        return
      }
      case 'restart':
        for (const person of this.#people) person.asked = false
        await world.restart()
        this.#judge(answers(), '', [])
        return
      case 'reload':
        await world.reload()
        this.#judge(answers(), '', [])
        return
      case 'move': {
        const person = this.#people[step.who]!
        // Of an account that moved without a word nothing else is known: it stays.
        if (person.told === false) return
        person.told ??= step.told
        const { told, address: from } = person
        person.address = from === person.phone ? person.lid : person.phone
        await world.move(from, person.address, told)
        // Somebody of whom nothing is told is somebody else, for all that the bot can know.
        if (!told) Object.assign(person, { notes: [], asked: false })
        this.#judge(answers(), '', [])
      }
    }
  }

  /** The text of some words, and what kinds of answers they must have; notes down what they erase. */
  #plan(person: Person, said: Words, group: boolean): { readonly text: string; readonly expected: readonly Kind[] } {
    const asked = person.asked && !group
    if (!group) person.asked = false
    // What is not an answer to the question withdraws it, with a sentence that says so.
    const talk: readonly Kind[] = asked ? ['notice', 'talk'] : ['talk']
    if (said.kind === 'note') {
      const token = `tok${String(++tokens)}x`
      person.notes.push({ token, group })
      return { text: `note ${token}`, expected: talk }
    }
    if (said.kind === 'answer') {
      if (!asked) {
        person.notes.push({ token: undefined, group })
        return { text: said.text, expected: ['talk'] }
      }
      if (said.text === 'yes') this.#erase(person, person.notes)
      return { text: said.text, expected: ['notice'] }
    }
    const { text } = said
    if (text === '/forget last' || text === 'forget what I just said') {
      const last = person.notes.findLast(each => each.group === group)
      if (last !== undefined) this.#erase(person, [last])
    } else if ((text === '/forget all' || text === 'delete everything you know about me') && !group) person.asked = true
    return { text, expected: asked ? ['notice', 'notice'] : ['notice'] }
  }

  #erase(person: Person, notes: readonly Note[]): void {
    for (const { token } of notes) if (token !== undefined) this.#erased.add(token)
    person.notes = person.notes.filter(each => !notes.includes(each))
  }

  #judge(answers: readonly Sent[], chat: string, expected: readonly Kind[]): void {
    const kinds = answers.map(each => (each.text.startsWith('You said: ') ? 'talk' : 'notice'))
    if (kinds.join() !== expected.join() || answers.some(each => each.chat !== chat)) {
      this.faults.push(`expected ${expected.join() || 'silence'} in ${chat}, got ${JSON.stringify(answers)}`)
    }
  }

  /** @param erasedBefore what was erased before the last step: within it, words may have been told before they went */
  async #check(erasedBefore: readonly string[]): Promise<void> {
    const world = this.#world
    const paused = await world.paused()
    if (paused > 0) this.faults.push(`${String(paused)} conversations are paused: our words were taken for the owner's`)
    const kept = world.kept()
    const requests = world.requests()
    for (const token of this.#erased) {
      if (kept.some(text => text.includes(token))) this.faults.push(`${token} is kept again`)
    }
    for (const token of erasedBefore) {
      if (requests.slice(this.#requests).some(text => text.includes(token))) this.faults.push(`${token} is told again`)
    }
    this.#requests = requests.length
    const twice = kept.filter((text, index) => /^note tok/.test(text) && kept.indexOf(text) !== index)
    if (twice.length > 0) this.faults.push(`kept twice: ${twice.join(', ')}`)
  }
}
