import type { PersonId } from './person.ts'

/** Languages that DeniDin's own sentences can be fixed to. */
export const LANGUAGES = ['en', 'he'] as const

/** What a person wants of DeniDin. */
export interface Preference {
  /** Language of DeniDin's own sentences; `undefined`: the one that the person writes in. */
  readonly language: (typeof LANGUAGES)[number] | undefined
  /** Whether anything that they say may be learned: extracted, summarised, found again. */
  readonly learn: boolean
}

/** Wishes of people, kept until they change them. */
export interface Preferences {
  of(person_id: PersonId): Promise<Preference>
  set(person_id: PersonId, change: Partial<Preference>): Promise<Preference>
}
