import { random, type Random } from '../random-text.ts'
import type { Dialogue, DialogueQuestion, DialogueTurn } from './dialogue.ts'
import { ENGLISH } from './english.ts'
import type { DialogueLanguage, Fact } from './facts.ts'
import { HEBREW } from './hebrew.ts'

const DAY = 24 * 60 * 60 * 1000
const TURN_GAP_MS = 40_000
/** Days from one session to the next, at least and at most. */
const LEAST_DAYS_APART = 4
const MORE_DAYS_APART = 14
const SESSIONS = 18
/** Of ten facts of a person, so many are also told by the other, with other values: only the speaker tells them apart. */
const MIRRORED_OF_TEN = 4
const LIST_LENGTH = 3

interface Person {
  readonly name: string
  readonly woman: boolean
}

/** Something to be said in a session, with the turns around it. */
interface Telling {
  readonly owner: Person
  readonly fact: Fact
  readonly value: string
  /** Told with a time; filled in when the session is known. */
  readonly session: number
  id?: string
  /** It was told before, in other words. */
  readonly again?: Telling
  wording?: string
  /** Day of what was told with a time, milliseconds since the Unix epoch. */
  happened_at?: number
}

/** A talk of two people over some months, made up from a seed, with questions of which the answers are known. */
export const generateDialogue = (language: 'en' | 'he', seed: number): Dialogue =>
  new Generator(language === 'en' ? ENGLISH : HEBREW, seed).dialogue()

/** The same, where people repeat themselves: every fact is told twice more later, in other words where there are any. */
export const generateRepetitive = (language: 'en' | 'he', seed: number): Dialogue =>
  new Generator(language === 'en' ? ENGLISH : HEBREW, seed).dialogue(2)

/** Texts that have nothing to do with anything in these talks. */
export const unrelatedQuestions = (language: 'en' | 'he'): readonly string[] =>
  (language === 'en' ? ENGLISH : HEBREW).unrelated

class Generator {
  readonly #words: DialogueLanguage
  readonly #random: Random
  readonly #seed: number
  readonly #people: readonly [Person, Person]
  readonly #turns: DialogueTurn[] = []

  constructor(words: DialogueLanguage, seed: number) {
    this.#words = words
    this.#random = random(seed * 7919 + 13)
    this.#seed = seed
    const person = (taken?: string): Person => {
      const woman = this.#random.below(2) === 0
      const name = this.#random.pick((woman ? words.women : words.men).filter(each => each !== taken))
      return { name, woman }
    }
    const one = person()
    this.#people = [one, person(one.name)]
  }

  /** @param repeated how often each fact is told again, where it is not told with a time. */
  dialogue(repeated = 0): Dialogue {
    const told = this.#tellings()
    const again = told
      .filter(each => each.fact.kind !== 'when')
      .flatMap(first => {
        const later = SESSIONS - first.session
        return Array.from({ length: later === 0 ? 0 : repeated }, (): Telling => {
          return { ...first, again: first, session: first.session + 1 + this.#random.below(later) }
        })
      })
    const tellings = [...told, ...again]
    let at = Date.UTC(2024, this.#random.below(12), 1 + this.#random.below(28), 8 + this.#random.below(12))
    for (let session = 1; session <= SESSIONS; session++) {
      this.#session(
        session,
        at,
        tellings.filter(each => each.session === session),
      )
      at += (LEAST_DAYS_APART + this.#random.below(MORE_DAYS_APART)) * DAY
    }
    return {
      name: `${this.#words.language}-${String(this.#seed)}`,
      turns: this.#turns,
      questions: this.#questions(told),
    }
  }

  /** Who tells what in which session. */
  #tellings(): readonly Telling[] {
    const tellings: Telling[] = []
    const add = (owner: Person, fact: Fact, value: string): void => {
      tellings.push({ owner, fact, value, session: 1 + this.#random.below(SESSIONS) })
    }
    for (const fact of this.#words.facts) {
      const values = shuffled(fact.values, this.#random)
      const owner = this.#random.pick(this.#people)
      const times = fact.kind === 'list' ? LIST_LENGTH : 1
      for (let n = 0; n < times; n++) add(owner, fact, values.pop() ?? '')
      if (fact.kind === 'now') {
        const old = 1 + this.#random.below(SESSIONS / 2)
        tellings.splice(-1, 1, { owner, fact, value: values.pop() ?? '', session: old })
        tellings.push({ owner, fact, value: values.pop() ?? '', session: old + SESSIONS / 2 })
      }
      if (this.#random.below(10) < MIRRORED_OF_TEN && values.length > 0)
        add(this.#other(owner), fact, values.pop() ?? '')
    }
    return tellings
  }

  #session(session: number, begun: number, tellings: readonly Telling[]): void {
    let n = 0
    const say = (speaker: Person, text: string, says = [text], aside: readonly string[] = []): string => {
      const id = `${String(session)}:${String(++n)}`
      const addressed = [text, ...aside].join(' ').replaceAll('{name}', this.#other(speaker).name)
      const sent_at = begun + n * TURN_GAP_MS
      this.#turns.push({ id, session, speaker: speaker.name, text: addressed, sent_at, says: [...says, ...aside] })
      return id
    }
    let [speaker, listener] = this.#people
    const swap = (): void => {
      ;[speaker, listener] = [listener, speaker]
    }
    const chat = (most: number): void => {
      for (let left = this.#random.below(most + 1); left > 0; left--) {
        const text = this.#random.pick(this.#words.chatter)
        say(speaker, text, [text], this.#aside())
        swap()
      }
    }
    say(speaker, this.#random.pick(this.#words.greetings))
    swap()
    chat(3)
    for (const telling of tellings) {
      const { owner, fact } = telling
      const other = this.#other(owner)
      if (fact.asks !== undefined && fact.answers !== undefined && this.#random.below(2) === 0) {
        say(other, this.#random.pick(fact.asks))
        telling.id = say(owner, this.#filled(this.#wording(fact.answers, telling), telling, begun), [
          statementOf(telling),
        ])
      } else {
        const text = this.#filled(this.#wording(fact.says, telling), telling, begun)
        telling.id = say(owner, text, [statementOf(telling)], this.#aside())
      }
      if (this.#random.below(4) > 0) {
        const text = this.#filled(this.#random.pick(fact.comments), telling, begun)
        say(other, text, [text], this.#aside())
      }
      if (speaker === other) swap()
      chat(3)
    }
    say(speaker, this.#random.pick(this.#words.farewells))
  }

  /** Long messages are not only those that tell something. */
  #aside(): readonly string[] {
    return this.#random.below(3) === 0 ? [this.#random.pick(this.#words.chatter), ...this.#aside()] : []
  }

  /** One of some wordings; what was told before is put otherwise, where it can be. */
  #wording(wordings: readonly string[], telling: Telling): string {
    const others = wordings.filter(each => each !== telling.again?.wording)
    telling.wording = this.#random.pick(others.length === 0 ? wordings : others)
    return telling.wording
  }

  #filled(text: string, telling: Telling, at: number): string {
    return gendered(
      text.replaceAll('{when}', () => this.#time(telling, at)).replaceAll('{x}', telling.value),
      telling.owner,
    )
  }

  /** A time before `at` in the words of the language; takes down which day it is. */
  #time(telling: Telling, at: number): string {
    if (this.#random.below(3) > 0) {
      const weekday = this.#random.below(7)
      const back = ((new Date(at).getUTCDay() - weekday + 6) % 7) + 1
      telling.happened_at = at - back * DAY
      return this.#words.last_weekday(this.#words.weekdays[weekday] ?? '')
    }
    const { said, days } = this.#random.pick(this.#words.times)
    telling.happened_at = at - days * DAY
    return said
  }

  #questions(tellings: readonly Telling[]): readonly DialogueQuestion[] {
    const questions: DialogueQuestion[] = []
    const ask = (text: string, category: string, evidence: readonly Telling[], adversarial = false): void => {
      questions.push({ text, category, evidence: evidence.flatMap(each => each.id ?? []), adversarial })
    }
    for (const [key, told] of Map.groupBy(
      tellings,
      each => `${each.owner.name} ${String(this.#words.facts.indexOf(each.fact))}`,
    )) {
      const [first] = told
      if (first === undefined || key === '') continue
      const { owner, fact, value } = first
      const newest = told.toSorted((a, b) => a.session - b.session).slice(-1)
      const text = gendered(this.#random.pick(fact.questions).replaceAll('{x}', value.replace(/^my /, 'the ')), owner)
      ask(text.replaceAll('{name}', owner.name), fact.kind, fact.kind === 'now' ? newest : told)
      const other = this.#other(owner)
      const mirrored = tellings.some(each => each.fact === fact && each.owner === other)
      if (!mirrored && this.#random.below(2) === 0) {
        ask(gendered(text, other).replaceAll('{name}', other.name), 'adversarial', told, true)
      }
    }
    for (const telling of shuffled(
      tellings.filter(each => each.happened_at !== undefined),
      this.#random,
    ).slice(0, 3)) {
      const day = new Date(telling.happened_at ?? 0)
      const same = tellings.filter(
        each =>
          each.owner === telling.owner &&
          each.happened_at !== undefined &&
          new Date(each.happened_at).getUTCMonth() === day.getUTCMonth(),
      )
      const text = gendered(this.#random.pick(this.#words.asks_month), telling.owner)
        .replaceAll('{name}', telling.owner.name)
        .replaceAll('{month}', this.#words.months[day.getUTCMonth()] ?? '')
        .replaceAll('{year}', String(day.getUTCFullYear()))
      ask(text, 'month', same)
    }
    return questions
  }

  #other(person: Person): Person {
    return person === this.#people[0] ? this.#people[1] : this.#people[0]
  }
}

/** What is told, however it is put. */
const statementOf = ({ owner, fact, value }: Telling): string => `${owner.name}: ${fact.says[0] ?? ''} ${value}`

/** `[he/she]` as it goes with a person. */
const gendered = (text: string, { woman }: Person): string =>
  text.replaceAll(/\[([^\]/]*)\/([^\]]*)\]/g, (_, he: string, she: string) => (woman ? she : he))

const shuffled = <Item>(items: readonly Item[], { below }: Random): Item[] => {
  const result = [...items]
  for (let at = result.length - 1; at > 0; at--) {
    const with_ = below(at + 1)
    const kept = result[at] as Item
    result[at] = result[with_] as Item
    result[with_] = kept
  }
  return result
}
