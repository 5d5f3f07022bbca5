/** `people.privacy`, `people.language` and `people.timezone`: a person's choices about learning, language and time. */
import { z } from 'zod'
import { describePerson } from '../../messages/describe-scope.ts'
import { LANGUAGES } from '../../people/preferences.ts'
import { DenidinError } from '../../platform/errors.ts'
import { timeZone } from '../../platform/time-zone.ts'
import { timeOfDay } from '../../text/strings/written-day.ts'
import { readTimeZone } from '../../text/time-zone-name.ts'
import { hasMemorySystem, MEMORY_SYSTEM_FIELDS } from '../memory/memory-system.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'

export const peoplePrivacy = operation({
  summary: 'Set or show whether DeniDin learns from what a person says',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [...SUBJECT_FIELDS, 'people.preferences', 'memory.facts', ...MEMORY_SYSTEM_FIELDS],
  input: z.strictObject({
    learning: z
      .enum(['on', 'off'])
      .optional()
      .describe(
        'off: nothing the person says from now on is remembered beyond the conversation; default: show the setting',
      ),
    ...subjectInput,
  }),
  output: z.object({
    who: z.string(),
    learning: z.enum(['on', 'off']),
    lasting: z.boolean().describe('whether there is a long-term memory for what is learned'),
    history: z.boolean().describe('whether messages are kept for the rest of the conversation'),
  }),
  subject: resolveSubject,
  run: async (context, { learning }, { subject: { person, scope } }) => {
    const { people, memory } = context
    const { preferences } = people
    const { person_id } = person
    if (learning !== undefined) await preferences.set(person_id, { learn: learning === 'on' })
    const { learn } = await preferences.of(person_id)
    const history = await hasMemorySystem(context, scope)
    const lasting = history && (await memory.facts.stats()).enabled
    return {
      output: { who: describePerson(person), learning: learn ? ('on' as const) : ('off' as const), lasting, history },
      touched: learning === undefined ? [] : [{ whose: scope, detail: learning }],
    }
  },
})

export const peopleLanguage = operation({
  summary: "Set the language of DeniDin's own messages to a person",
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: [...SUBJECT_FIELDS, 'people.preferences'],
  input: z.strictObject({ language: z.enum(LANGUAGES).describe('language'), ...subjectInput }),
  output: z.object({ who: z.string(), language: z.enum(LANGUAGES) }),
  subject: resolveSubject,
  run: async ({ people }, { language }, { subject: { person } }) => {
    await people.preferences.set(person.person_id, { language })
    return { who: describePerson(person), language }
  },
})

export const peopleTimezone = operation({
  summary: 'Set or show the time zone of a person',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: [...SUBJECT_FIELDS, 'people.preferences', 'system.clock'],
  input: z.strictObject({
    zone: z
      .string()
      .max(100)
      .optional()
      .describe('a city or zone such as Berlin or Asia/Jerusalem, or a distance from UTC such as +2; default: show it'),
    ...subjectInput,
  }),
  output: z.object({ who: z.string(), zone: z.string(), local_time: z.string(), own: z.boolean() }),
  subject: resolveSubject,
  run: async ({ people: { preferences }, system: { clock } }, { zone }, { subject: { person } }) => {
    const { person_id } = person
    if (zone !== undefined) {
      const time_zone = readTimeZone(zone)
      if (time_zone === undefined) {
        throw new DenidinError(
          'invalid_input',
          `zone: "${zone}" is no time zone; name a city or zone such as Berlin, Asia/Jerusalem or UTC+2`,
        )
      }
      await preferences.set(person_id, { time_zone })
    }
    const { time_zone } = await preferences.of(person_id)
    const current = time_zone === undefined ? clock.zone : timeZone(time_zone)
    const local_time = timeOfDay(current.wallClock(clock.now()))
    return { who: describePerson(person), zone: current.name, local_time, own: time_zone !== undefined }
  },
})
