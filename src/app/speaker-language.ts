import type { Speaker } from '../conversation/commands.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { languageOf, type Language } from '../text/language.ts'

/** The language that a speaker last wrote in; commands themselves read the same in every language. */
export const speakerLanguage =
  (sessions: Sessions) =>
  async (speaker: Speaker): Promise<Language> =>
    languageOf((await sessions.lastSaid(speaker.scope, speaker.person.person_id)) ?? '')
