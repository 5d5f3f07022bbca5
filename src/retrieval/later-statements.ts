/**
 * Finds what a person said later about the same thing: another value of it, or a correction right after it. A statement
 * that no longer holds is never recalled without the later one.
 */
import type { LaterText } from '../memory/memory.ts'
import { ownWords } from '../messages/message-details.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { entryOf } from '../platform/entry-of.ts'
import { lru } from '../platform/lru.ts'
import { clausesOf } from '../text/clauses.ts'
import { mayCorrect } from '../text/corrected-statement.ts'
import { cutStart } from '../text/cut.ts'
import {
  endingKeys,
  endingsIn,
  ENDING_MARK,
  mayEnd,
  thingsAmong,
  thingsIn,
  type Ending,
} from '../text/facts/endings.ts'
import { keyedStatements, saysOtherwise, type KeyedStatement } from '../text/facts/statement-keys.ts'
import { kindOf } from '../text/sentence-kind.ts'
import { splitSentences } from '../text/split-sentences.ts'
import { tokenise } from '../text/tokenise.ts'
import { shareOf } from '../text/word-frequency.ts'
import { FLAG } from './full-text/columnar-store.ts'
import type { ScopeReader } from './full-text/full-text-index.ts'
import type { OpenedEntry } from './opened-entry.ts'

/** A statement that may no longer hold. */
export interface EarlierStatement {
  /** The key of this statement in the result. */
  readonly id: string
  readonly scope: Scope
  /** The person who made the statement. */
  readonly person_id: PersonId
  readonly text: string
  readonly said_at: number
  /** The messages that contain it: a correction right after one of them counts. */
  readonly message_ids: readonly MessageId[]
  /** Keys for the statement, if they are known; otherwise its text is analysed. */
  readonly keys?: readonly string[]
  /** Its stems, if they are known. */
  readonly stems?: readonly string[]
}

/** What was said later. */
export interface LaterStatement {
  /** The newest comes last. */
  readonly texts: readonly LaterText[]
  /**
   * Since when the earlier statement no longer holds, in milliseconds since the Unix epoch; `undefined` if the text
   * contains further statements.
   */
  readonly ended_at: number | undefined
}

/** How many messages after one, from anyone, are searched for its correction. */
const CORRECTION_REACH = 8
/** How many corrections in a row are followed. */
const MOST_CORRECTIONS = 4
/** How many characters of a later statement are shown. */
const MOST_CHARACTERS = 240
/** For how many texts the analysis is cached. */
const MOST_PARSED = 2000

/** The fields of a hit that show the later statement. */
export const endedBy = (later: LaterStatement | undefined): { held_until?: number; now?: readonly LaterText[] } =>
  later === undefined
    ? {}
    : { now: later.texts, ...(later.ended_at === undefined ? {} : { held_until: later.ended_at }) }

/** An earlier statement with the messages that may have ended it. */
interface Link {
  readonly each: EarlierStatement
  /** What it names; empty if nothing of it has ended. */
  readonly things: ReadonlySet<string>
  /** Messages with another value. */
  readonly newer: readonly Found[]
  /** Messages that say that one of the things ended. */
  readonly endings: readonly Found[]
  readonly corrections: readonly Found[]
}

/** A message that was found in the index. */
interface Found {
  readonly entry: OpenedEntry
  readonly ordinal: number
  readonly seconds: number
}

export class LaterStatements {
  readonly #feed: Pick<MessageReader, 'get'>
  readonly #parsed = lru<string, readonly KeyedStatement[]>(MOST_PARSED)
  readonly #ended = lru<string, readonly Ending[]>(MOST_PARSED)

  constructor(feed: Pick<MessageReader, 'get'>) {
    this.#feed = feed
  }

  /** The later statements, by the id of the earlier one. */
  async find(
    entries: readonly OpenedEntry[],
    statements: readonly EarlierStatement[],
  ): Promise<ReadonlyMap<string, LaterStatement>> {
    const speakers = new Map(entries.map(entry => [entry, speakersOf(entry.reader)]))
    const ended = await endedIn(entries)
    const names_of_person = new Map<PersonId, ReadonlySet<string>>()
    const keyed = statements.map(each => {
      const names = entryOf(names_of_person, each.person_id, () => namesIn(each.person_id, speakers.values()))
      const keys = each.keys ?? this.#statements(each.text, names).map(({ key }) => key)
      const things = mayHaveEnded(each, ended) ? thingsOf(each, names) : NOTHING
      return { each, keys: [...new Set(keys)], things, ending_keys: endingKeys(asked(things, ended)) }
    })
    const byKey = await newestByKey(
      entries,
      speakers,
      new Set(keyed.flatMap(({ keys, ending_keys }) => [...keys, ...ending_keys])),
    )
    const places = await placesOf(entries, statements)
    const links = keyed.map(({ each, keys, things, ending_keys }): Link => {
      const own = each.message_ids.flatMap(id => places.get(id) ?? [])
      // A message that contains the statement, or that it was learned from, is not a later one, whatever its wording.
      const laterWith = (wanted: readonly string[]): readonly Found[] =>
        wanted
          .flatMap(key => newerThan(each, byKey.get(`${each.person_id} ${key}`)))
          .filter(({ entry, ordinal }) => !own.some(source => source.entry === entry && source.ordinal === ordinal))
      const newer = laterWith(keys)
      const endings = newestOf(laterWith(ending_keys)).filter(found => own.every(source => !isNewer(source, found)))
      return { each, things, newer, endings, corrections: [...own, ...newer].flatMap(correctionsAfter) }
    })
    const messages = await this.#read(
      links.flatMap(({ newer, endings, corrections }) => [...newer, ...endings, ...corrections]),
    )
    const later = new Map<string, LaterStatement>()
    for (const link of links) {
      if (link.newer.length + link.endings.length + link.corrections.length === 0) continue
      const found = this.#laterOf(link, messages)
      if (found !== undefined) later.set(link.each.id, found)
    }
    return later
  }

  #laterOf(link: Link, messages: ReadonlyMap<string, MessageRecord>): LaterStatement | undefined {
    const { each: earlier, corrections } = link
    const said = this.#otherValues(link, messages)
    const stated = Math.max(...said.map(({ at }) => at))
    const corrected = [earlier.text, ...said.map(({ text }) => text)]
    for (const found of corrections) {
      const message = messages.get(placeOf(found))
      if (message === undefined || !mayCorrect(ownWords(message), corrected)) continue
      said.push({ id: message.message_id, text: ownWords(message), at: message.sent_at })
      corrected.push(ownWords(message))
    }
    const [first] = said.toSorted((a, b) => a.at - b.at)
    const all = [...said, ...this.#endings(link, messages)].sort((a, b) => a.at - b.at)
    // A correction or an ending of the earlier statement is itself outdated once a newer value was stated.
    const holding = all.filter(({ at }) => at >= stated)
    if (holding.length === 0) return undefined
    const texts = distinct(holding.map(({ id, text }) => ({ id, text: shortened(text) })))
    return { texts, ended_at: first !== undefined && statementsIn(earlier.text) <= 1 ? first.at : undefined }
  }

  #otherValues({ each: earlier, newer }: Link, messages: ReadonlyMap<string, MessageRecord>): Said[] {
    const [nearest] = newer
    const own =
      nearest === undefined ? [] : this.#statements(earlier.text, namesOf(messages.get(placeOf(nearest)), earlier))
    const said: Said[] = []
    for (const found of newer) {
      const message = messages.get(placeOf(found))
      if (message === undefined) continue
      const theirs = this.#statements(ownWords(message), namesOf(message, earlier))
      for (const { key, parsed } of own) {
        const other = theirs.findLast(each => each.key === key)
        if (other !== undefined && saysOtherwise(other.parsed, parsed))
          said.push({ id: message.message_id, text: other.sentence, at: message.sent_at })
      }
    }
    return said
  }

  /** What says that something in the earlier statement ended, unless its value was stated again since. */
  #endings(
    { each: earlier, things, newer, endings }: Link,
    messages: ReadonlyMap<string, MessageRecord>,
  ): readonly Said[] {
    const stated = Math.max(...newer.map(found => messages.get(placeOf(found))?.sent_at ?? 0))
    return endings.flatMap(found => {
      const message = messages.get(placeOf(found))
      if (message === undefined || message.sent_at < stated) return []
      return this.#endingsIn(ownWords(message), namesOf(message, earlier))
        .filter(ending => mayEnd(ending, things) && ending.sentence !== earlier.text)
        .map(({ sentence }) => ({ id: message.message_id, text: sentence, at: message.sent_at }))
    })
  }

  #endingsIn(text: string, names: ReadonlySet<string>): readonly Ending[] {
    const cache_key = `${[...names].join(' ')}\n${text}`
    const known = this.#ended.get(cache_key) ?? endingsIn(text, names)
    this.#ended.set(cache_key, known)
    return known
  }

  #statements(text: string, names: ReadonlySet<string>): readonly KeyedStatement[] {
    const cache_key = `${[...names].join(' ')}\n${text}`
    const known = this.#parsed.get(cache_key) ?? keyedStatements(text, names)
    this.#parsed.set(cache_key, known)
    return known
  }

  async #read(found: readonly Found[]): Promise<ReadonlyMap<string, MessageRecord>> {
    const messages = new Map<string, MessageRecord>()
    for (const [entry, members] of Map.groupBy(found, each => each.entry)) {
      const documents = await entry.reader.documents([...new Set(members.map(each => each.ordinal))])
      const ids = documents.map(each => each.message_id)
      const texts = new Map((await this.#feed.get(entry.scope, ids)).map(each => [each.message_id, each]))
      for (const { ordinal, message_id } of documents) {
        const message = texts.get(message_id)
        if (message !== undefined) messages.set(`${entry.scope} ${String(ordinal)}`, message)
      }
    }
    return messages
  }
}

/** Something said later, and when. */
interface Said {
  readonly id: MessageId
  readonly text: string
  readonly at: number
}

/** A person as a speaker of one scope. */
interface Speaking {
  readonly numbers: ReadonlySet<number>
  /** Words of the person's names. */
  readonly names: ReadonlySet<string>
}

const speakersOf = ({ speakers }: ScopeReader): ReadonlyMap<PersonId, Speaking> =>
  new Map(
    [
      ...Map.groupBy(
        speakers.filter(each => !each.bot),
        each => each.person_id,
      ),
    ].map(([person_id, members]) => [
      person_id,
      {
        numbers: new Set(members.map(each => each.speaker)),
        names: new Set(members.flatMap(each => each.names.flatMap(tokenise))),
      },
    ]),
  )

const placeOf = ({ entry, ordinal }: Found): string => `${entry.scope} ${String(ordinal)}`

/** Words of the speaker's name, as the message gives it. */
const namesOf = (message: MessageRecord | undefined, { person_id }: EarlierStatement): ReadonlySet<string> =>
  new Set(message?.person_id === person_id ? tokenise(message.sender_name ?? '') : [])

const namesIn = (person_id: PersonId, speakers: Iterable<ReadonlyMap<PersonId, Speaking>>): ReadonlySet<string> =>
  new Set([...speakers].flatMap(each => [...(each.get(person_id)?.names ?? [])]))

/** Each text once; a part of another text of the same message is left out. */
const distinct = (texts: readonly LaterText[]): readonly LaterText[] =>
  [...new Map(texts.map(each => [each.text, each])).values()].filter(
    ({ id, text }, _at, all) => !all.some(other => other.id === id && other.text !== text && other.text.includes(text)),
  )

const shortened = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${cutStart(text, MOST_CHARACTERS)}…`

const statementsIn = (text: string): number =>
  splitSentences(text)
    .filter(sentence => kindOf(sentence) === 'statement')
    .flatMap(clausesOf).length

/** How many things of a statement are looked up among the endings: rare ones first. */
const MOST_THINGS = 4
/** How many messages with endings are read for one statement. */
const MOST_ENDING_MESSAGES = 3

const NOTHING: ReadonlySet<string> = new Set()

const thingsOf = ({ stems, text }: EarlierStatement, names: ReadonlySet<string>): ReadonlySet<string> =>
  stems === undefined ? thingsIn(text, names) : thingsAmong(stems, names)

const asked = (things: ReadonlySet<string>, ended: ReadonlySet<string> | undefined): readonly string[] =>
  [...things]
    .sort((a, b) => shareOf(a) - shareOf(b))
    .slice(0, MOST_THINGS)
    .filter(thing => ended?.has(thing) ?? true)

/** The newest of these messages, each once. */
const newestOf = (found: readonly Found[]): readonly Found[] =>
  [...new Map(found.map(each => [placeOf(each), each])).values()]
    .sort((a, b) => (isNewer(a, b) ? -1 : 1))
    .slice(0, MOST_ENDING_MESSAGES)

/** How many things that ended are listed; if a scope has more, each is looked up. */
const MOST_ENDINGS = 1000

/** Stems of everything of which a message says that it ended; `undefined` if that is too much to list. */
const endedIn = async (entries: readonly OpenedEntry[]): Promise<ReadonlySet<string> | undefined> => {
  const ended = new Set<string>()
  for (const { reader } of entries) {
    const keys = await reader.stemsFrom(ENDING_MARK, MOST_ENDINGS)
    if (keys.length === MOST_ENDINGS) return undefined
    for (const key of keys) ended.add(key.slice(ENDING_MARK.length))
  }
  return ended
}

/** Whether something that a statement names may have ended: few things end, and every statement names some. */
const mayHaveEnded = ({ stems }: EarlierStatement, ended: ReadonlySet<string> | undefined): boolean =>
  ended === undefined || (stems === undefined ? ended.size > 0 : stems.some(stem => ended.has(stem)))

/** By person and key: the newest message that states it. */
const newestByKey = async (
  entries: readonly OpenedEntry[],
  speakers: ReadonlyMap<OpenedEntry, ReadonlyMap<PersonId, Speaking>>,
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Found>> => {
  const newest = new Map<string, Found>()
  if (keys.size === 0) return newest
  for (const entry of entries) {
    const { columns } = entry.reader
    const people = new Map(
      [...(speakers.get(entry) ?? [])].flatMap(([person_id, { numbers }]) =>
        [...numbers].map(number => [number, person_id] as const),
      ),
    )
    for (const [key, { ordinals }] of await entry.reader.postings([...keys])) {
      for (const ordinal of ordinals) {
        const person_id = people.get(columns.speakers[ordinal] ?? -1)
        if (person_id === undefined || ((columns.flags[ordinal] ?? 0) & FLAG.present) === 0) continue
        const found = { entry, ordinal, seconds: columns.seconds[ordinal] ?? 0 }
        const before = newest.get(`${person_id} ${key}`)
        if (before === undefined || isNewer(found, before)) newest.set(`${person_id} ${key}`, found)
      }
    }
  }
  return newest
}

const isNewer = (one: Found, other: Found): boolean =>
  one.seconds > other.seconds || (one.seconds === other.seconds && one.ordinal > other.ordinal)

const newerThan = ({ said_at }: EarlierStatement, found: Found | undefined): readonly Found[] =>
  found !== undefined && found.seconds >= Math.floor(said_at / SECOND_MS) ? [found] : []

/** Where the messages of earlier statements are in the index. */
const placesOf = async (
  entries: readonly OpenedEntry[],
  statements: readonly EarlierStatement[],
): Promise<ReadonlyMap<MessageId, Found>> => {
  const places = new Map<MessageId, Found>()
  for (const entry of entries) {
    const ids = statements.filter(each => each.scope === entry.scope).flatMap(each => each.message_ids)
    const ordinals = await entry.reader.ordinals(ids)
    for (const [at, id] of ids.entries()) {
      const ordinal = ordinals[at]
      if (ordinal === undefined) continue
      places.set(id, { entry, ordinal, seconds: entry.reader.columns.seconds[ordinal] ?? 0 })
    }
  }
  return places
}

/** The messages right after this one in which its speaker corrects it. */
const correctionsAfter = ({ entry, ordinal: from }: Found): readonly Found[] => {
  const { flags, speakers, session_last, seconds, size } = entry.reader.columns
  const found: Found[] = []
  const last = Math.min(session_last[from] ?? from, from + CORRECTION_REACH, size - 1)
  for (let at = from + 1; at <= last && found.length < MOST_CORRECTIONS; at++) {
    const flag = flags[at] ?? 0
    if ((flag & FLAG.present) === 0 || speakers[at] !== speakers[from]) continue
    if ((flag & FLAG.correction) === 0) break
    found.push({ entry, ordinal: at, seconds: seconds[at] ?? 0 })
  }
  return found
}
