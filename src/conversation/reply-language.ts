/** The language of DeniDin's own messages to a person. */
import type { Speaker } from './command-handler.ts'
import { isCommand } from '../messages/message-kind.ts'
import type { Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { PersonId } from '../people/person.ts'
import { lru } from '../platform/lru.ts'
import type { Preferences } from '../people/preferences.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { languageOf, stringsIn, type Language } from '../text/language.ts'
import type { Strings } from '../text/strings/strings.ts'

/** The language that a person has set, or the one in which they last wrote. */
export const personLanguage =
  (sessions: Pick<Sessions, 'lastSaid'>, preferences: Pick<Preferences, 'of'>) =>
  async (scope: Scope, person_id: PersonId): Promise<Language> =>
    (await preferences.of(person_id)).language ?? languageOf((await sessions.lastSaid(scope, person_id)) ?? '')

/** How many people's languages are remembered. */
const MOST_PEOPLE = 1000

/**
 * The language in which to answer a command: the one that the speaker has set, that of the request if it is a sentence,
 * or the one in which they last wrote. Of people who have nothing stored (any more), the language of their last request
 * is known until the next start.
 */
export const commandLanguage = (
  sessions: Pick<Sessions, 'lastSaid'>,
  preferences: Pick<Preferences, 'of'>,
): ((speaker: Speaker, text: string) => Promise<Language>) => {
  const requested = lru<PersonId, Language>(MOST_PEOPLE)
  return async ({ person: { person_id }, scope }, text) => {
    const { language } = await preferences.of(person_id)
    // The names of most commands are the same in every language.
    const isNeutral = isCommand(text) && languageOf(text) === 'en'
    if (!isNeutral) requested.set(person_id, languageOf(text))
    if (language !== undefined || !isNeutral) return language ?? languageOf(text)
    const said = await sessions.lastSaid(scope, person_id)
    return said === undefined ? (requested.get(person_id) ?? 'en') : languageOf(said)
  }
}

/** DeniDin's own messages to a person who wrote `text`. */
export type StringsFor = (text: string, person_id: PersonId) => Promise<Strings>

/** In the language that the person has set, or that of the text; the administrator is referred to no one. */
export const stringsFor =
  ({
    preferences,
    people,
  }: {
    readonly preferences: Pick<Preferences, 'of'>
    readonly people: Pick<People, 'find'>
  }): StringsFor =>
  async (text, person_id) => {
    const language = (await preferences.of(person_id)).language ?? languageOf(text)
    const isAdministrator = (await people.find(person_id))?.role === 'godfather'
    return stringsIn(language, isAdministrator ? 'administrator' : 'anyone')
  }
