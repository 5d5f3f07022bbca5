/** Determines the sender of each message of an export, although names and sentences may also contain colons. */
import { MARKS, withoutMarks } from './header.ts'
import { contentOf, isNotice } from './markers.ts'

/** No name is longer. */
const MOST_NAME_CHARACTERS = 100
/** How many colons a name may contain before the one that ends it. */
const MOST_COLONS = 3
/**
 * If a sender has at least this many messages, a text that all of them have in common after a colon belongs to the
 * name.
 */
const SURE_MESSAGES = 3
/** How many names are counted; later ones end at their first colon. */
const MOST_NAMES = 100_000

const COLON = new RegExp(`:(?=[\\s]|[${MARKS}]|$)`, 'gu')
/** The character before a name that someone chose who is not in the address book. */
const OWN_NAME = /^~\s*/u

const nameOf = (text: string): string =>
  withoutMarks(text)
    .replace(/[\s\u00a0\u202f]+/gu, ' ')
    .trim()
    .replace(OWN_NAME, '')

/** A sentence with its possible sender. */
export interface Said {
  /** `undefined`: an event. */
  readonly sender: string | undefined
  readonly text: string
  /** A phone marked the text as its own. */
  readonly by_phone: boolean
}

/** Possible names before the colons of the text after a header, shortest first. */
const candidates = (rest: string): readonly { readonly name: string; readonly end: number }[] => {
  const found: { readonly name: string; readonly end: number }[] = []
  for (const { index } of rest.slice(0, MOST_NAME_CHARACTERS + 20).matchAll(COLON)) {
    const name = nameOf(rest.slice(0, index))
    if (name === '' || name.length > MOST_NAME_CHARACTERS) break
    found.push({ name, end: index })
    if (found.length > MOST_COLONS) break
  }
  return found
}

/** `Dana changed the subject from "Trip: north" …` has no sender. */
const isSentence = (name: string): boolean => UNCLOSED.test(name) || (/["“”«»„]/u.test(name) && isNotice(`${name} `))

/** A quotation that goes on behind the colon, unlike the mark of a Hebrew abbreviation between two letters. */
const UNCLOSED = /(?:^|\s)["“„«][^"“”»]*$/u

const MARKED = new RegExp(`^\\s*[\\u200e\\u200f]`, 'u')

/** The evidence about one name. */
interface Seen {
  messages: number
  /** Messages that the sender wrote, not the phone. */
  own: number
}

/** The names of an export. The whole file is surveyed before it is read. */
export class Senders {
  readonly #seen = new Map<string, Seen>()
  readonly #given: ReadonlySet<string>

  /** @param given names that the caller knows */
  constructor(given: Iterable<string> = []) {
    this.#given = new Set([...given].map(nameOf))
  }

  add(rest: string): void {
    const names = candidates(rest)
    for (const { name, end } of names) {
      const seen = this.#seen.get(name)
      const text = rest.slice(end + 1)
      const is_own = !MARKED.test(text) || isOwn(text)
      if (seen !== undefined) {
        seen.messages++
        if (is_own) seen.own++
      } else if (this.#seen.size < MOST_NAMES) this.#seen.set(name, { messages: 1, own: is_own ? 1 : 0 })
    }
  }

  /** Splits the text after a header. */
  split(rest: string): Said {
    const names = candidates(rest)
    const chosen = this.#choose(names)
    if (chosen === undefined || isSentence(chosen.name)) return { sender: undefined, text: rest.trim(), by_phone: true }
    const text = rest.slice(chosen.end + 1)
    const by_phone = MARKED.test(text)
    return { sender: this.#isGroup(chosen.name, by_phone) ? undefined : chosen.name, text: text.trim(), by_phone }
  }

  /** How many messages a name has. */
  messagesOf(name: string): number {
    return this.#seen.get(name)?.messages ?? 0
  }

  /** Names with the number of their messages, most first. */
  names(): readonly { readonly name: string; readonly messages: number }[] {
    return [...this.#seen]
      .filter(([name, { own }]) => own > 0 && this.#isChosen(name))
      .map(([name, { messages }]) => ({ name, messages }))
      .toSorted((a, b) => b.messages - a.messages)
  }

  /** On iPhones, events have the name of the group in place of a sender; that name has no other messages. */
  group(): string | undefined {
    const [group] = [...this.#seen].find(([name, { own }]) => own === 0 && this.#isChosen(name)) ?? []
    return group
  }

  #isGroup(name: string, by_phone: boolean): boolean {
    return by_phone && (this.#seen.get(name)?.own ?? 1) === 0
  }

  #choose<T extends { readonly name: string }>(names: readonly T[]): T | undefined {
    const given = names.findLast(each => this.#given.has(each.name))
    if (given !== undefined) return given
    let [chosen] = names
    for (const longer of names.slice(1)) {
      const messages = this.#seen.get(chosen?.name ?? '')?.messages ?? 0
      if (messages < SURE_MESSAGES || this.#seen.get(longer.name)?.messages !== messages) break
      chosen = longer
    }
    return chosen
  }

  #isChosen(name: string): boolean {
    return !isSentence(name) && this.#choose(candidates(`${name}: `))?.name === name
  }
}

/** Whether a text that a phone marked as its own stands for something that a person did: media, a call, a deleted message. */
const isOwn = (text: string): boolean => {
  const content = contentOf(text, true)
  return content.kind === 'said' ? content.attachment !== undefined : content.kind !== 'notice'
}
