/**
 * The one rule for a person's name before their words, in a request to a model, a transcript, a fact or an export.
 * People choose their names: no name may break its line, look like the bot or a role, or be another person's.
 */
import { lru } from '../platform/lru.ts'
import { cutStart } from './cut.ts'

/** Longest name that is shown, in UTF-16 units. */
const NAME_CHARACTERS = 40
/** Longest name that is examined: the rest is never shown. */
const READ_CHARACTERS = 400
/** Marks on one letter; more of them overlap the lines above and below. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu

/** Letters and digits that look like a Latin letter. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аαᴀɑ@',
    b: 'ьƅʙ',
    c: 'сϲᴄ',
    d: 'ԁᴅɗժ',
    e: 'еεҽᴇ3',
    h: 'һнʜ',
    i: 'іıιɪlӏ1|ⅼ!',
    k: 'кκᴋ',
    m: 'мᴍ',
    n: 'ոпɴη',
    o: 'оοᴏօ0סᎤ',
    p: 'рρᴘ',
    r: 'гʀ',
    s: 'ѕꜱ5$',
    t: 'тτᴛ7',
    u: 'υսᴜц',
    v: 'νѵᴠ',
    x: 'хχ',
    y: 'уүʏγ',
  }).flatMap(([letter, others]) => Array.from(others, other => [other, letter] as const)),
)

/** Names that mean the bot, or a role or part of a request. */
const RESERVED = new Set(
  [
    'you',
    'denidin',
    'assistant',
    'system',
    'user',
    'bot',
    'model',
    'tool',
    'developer',
    'human',
    'ai',
    'before',
    'known',
  ]
    .concat(['דנידין', 'אתה', 'את', 'מערכת', 'העוזר', 'משתמש', 'בוט'])
    .map(word => skeletonOf(word)),
)
/** The bot's own name in any combination: "DeniDin admin" is not a person's name either. */
const RESERVED_WORDS = new Set(['denidin', 'assistant', 'system', 'דנידין'].map(word => skeletonOf(word)))

/** The appearance of a name: to a reader, two names with the same skeleton are the same. */
function skeletonOf(name: string): string {
  const letters = name.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '')
  return Array.from(letters, letter => LOOK_ALIKES.get(letter) ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** Cached names with their shown forms: a request shows the few names of its people many times. */
const MOST_REMEMBERED = 500
/** An empty text means that nothing of the name is shown. */
const remembered = lru<string, string>(MOST_REMEMBERED)

/** A name in the form in which it may precede a colon; `undefined` if nothing of it may. */
export const speakerName = (name: string | undefined): string | undefined => {
  if (name === undefined) return undefined
  // The rest is never examined.
  const read = name.slice(0, READ_CHARACTERS + 1)
  let shown = remembered.get(read)
  if (shown === undefined) remembered.set(read, (shown = shownOfName(read) ?? ''))
  return shown === '' ? undefined : shown
}

const shownOfName = (name: string): string | undefined => {
  const clean = cutStart(name, READ_CHARACTERS)
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N} .'’-]/gu, ' ')
    .replace(PILED_MARKS, '$1')
    .replace(/\s+/g, ' ')
    .replace(/^[^\p{L}\p{N}]+/u, '')
  const shown = cutStart(clean, NAME_CHARACTERS).trim()
  const isReserved =
    RESERVED.has(skeletonOf(shown)) || shown.split(/[ .-]/).some(word => RESERVED_WORDS.has(skeletonOf(word)))
  return shown === '' || isReserved ? undefined : shown
}

/** A message whose speaker is shown. */
interface Spoken {
  readonly role: 'user' | 'assistant'
  readonly person_id: string
  readonly sender_name?: string | undefined
}

/**
 * Distinct names of the people in a conversation: of several people with the same name, or with none, all but one get a
 * number.
 * @param unnamed stands for a person without a usable name
 */
export const speakersOf = (messages: readonly Spoken[], unnamed: string): ((message: Spoken) => string) => {
  const given = namesByPerson(messages)
  const shownOf = ({ person_id, sender_name }: Spoken): string =>
    speakerName(sender_name) ?? [...(given.get(person_id) ?? [])].at(-1) ?? unnamed
  /** By person and name. */
  const shown = new Map<string, string>()
  const owners = new Map<string, string>()
  // By id, so that a number stays with its person from one request to the next.
  for (const [person_id, names] of [...given].sort(([one], [other]) => (one < other ? -1 : 1))) {
    for (const name of names.size === 0 ? [unnamed] : names) {
      const free = firstFree(name, each => (owners.get(skeletonOf(each)) ?? person_id) !== person_id)
      owners.set(skeletonOf(free), person_id)
      shown.set(`${person_id}\n${name}`, free)
    }
  }
  return message => shown.get(`${message.person_id}\n${shownOf(message)}`) ?? shownOf(message)
}

/** A name that does not look like any of the names of others, with a number added if necessary. */
export const numberedName = (name: string, taken: readonly string[]): string => {
  const skeletons = new Set(taken.map(skeletonOf))
  if (!skeletons.has(skeletonOf(name))) return name
  const shown = speakerName(name) ?? name
  return firstFree(shown, each => skeletons.has(skeletonOf(each)))
}

const firstFree = (name: string, isTaken: (name: string) => boolean): string => {
  let free = name
  for (let number = 2; isTaken(free); number++) free = `${name} ${String(number)}`
  return free
}

const namesByPerson = (messages: readonly Spoken[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const given = new Map<string, Set<string>>()
  for (const { role, person_id, sender_name } of messages) {
    if (role === 'assistant') continue
    const names = given.get(person_id) ?? new Set()
    const name = speakerName(sender_name)
    if (name !== undefined) names.add(name)
    given.set(person_id, names)
  }
  return given
}
