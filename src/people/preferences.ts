/** The port to persons' preferences: language, and whether they may be learned from. */
import type { PersonId } from './person.ts'

/** Languages that DeniDin's own sentences can be fixed to. */
export const LANGUAGES = ['en', 'he'] as const

/** The preferences of one person. */
export interface Preference {
  /** Language of DeniDin's own sentences; `undefined`: the one that the person writes in. */
  readonly language: (typeof LANGUAGES)[number] | undefined
  /** IANA name of the time zone where the person is; `undefined`: that of the installation. */
  readonly time_zone: string | undefined
  /** Whether their messages may be learned from: extracted, summarised, found again. */
  readonly learn: boolean
}

/** Preferences, kept until their person changes them. */
export interface Preferences {
  of(person_id: PersonId): Promise<Preference>
  set(person_id: PersonId, change: Partial<Preference>): Promise<Preference>
}
