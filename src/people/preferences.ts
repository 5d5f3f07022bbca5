/** The port to people's preferences: language, time zone, and the learning opt-out. */
import type { PersonId } from './person.ts'

/** Languages to which DeniDin's own messages can be fixed. */
export const LANGUAGES = ['en', 'he'] as const

/** The preferences of one person. */
export interface Preference {
  /** Language of DeniDin's own messages; `undefined`: the one in which the person writes. */
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
