/** Quiet hours: the hours in which no one's phone is to ring, with exceptions. */
import type { ChatId } from '../../messages/message.ts'
import type { People } from '../../people/people.ts'
import type { PersonId } from '../../people/person.ts'
import { MINUTE_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'

export interface QuietHoursSettings {
  /** `HH:MM-HH:MM`, across midnight if the end is before the beginning; `undefined`: never quiet. */
  readonly quiet_hours: string | undefined
}

/** The recipient of an answer. */
export interface Recipient {
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly person_id: PersonId
}

/** The quiet hours of the configuration. */
export interface QuietHours {
  /** Milliseconds until they end; 0 outside quiet hours. */
  left(): number
  /** Whether an answer has to wait for their end. The godfather is answered at any hour in a direct chat. */
  delay(answer: Recipient): Promise<boolean>
}

export interface QuietHoursDeps {
  readonly settings: QuietHoursSettings
  readonly people: Pick<People, 'find'>
  /** Whether messages of a chat arrive on a phone, rather than in a terminal. */
  readonly onPhone: (chat_id: ChatId) => boolean
  readonly clock: Clock
}

const DAY_MINUTES = 24 * 60

/** Makes the quiet hours of the configuration. */
export const createQuietHours = ({ settings, people, onPhone, clock }: QuietHoursDeps): QuietHours => {
  const { quiet_hours } = settings
  if (quiet_hours === undefined) return { left: () => 0, delay: async () => false }
  const [start = 0, end = 0] = quiet_hours.split('-').map(minuteOfDay)

  const left = (): number => {
    const { hour, minute, second } = clock.zone.wallClock(clock.now())
    const now = hour * 60 + minute
    const quiet = start < end ? now >= start && now < end : now >= start || now < end
    return quiet ? ((end - now + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS - second * SECOND_MS : 0
  }

  return {
    left,
    delay: async ({ chat_id, chat_kind, person_id }) => {
      if (left() === 0 || !onPhone(chat_id)) return false
      return chat_kind === 'group' || (await people.find(person_id))?.role !== 'godfather'
    },
  }
}

const minuteOfDay = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}
