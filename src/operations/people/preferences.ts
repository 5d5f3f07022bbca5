/** `people.privacy` and `people.language`: what a person decided about learning and about DeniDin's language. */
import { z } from 'zod'
import { describePerson } from '../../messages/describe-scope.ts'
import { LANGUAGES } from '../../people/preferences.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'

export const peoplePrivacy = operation({
  summary: 'Set or show whether DeniDin learns from what a person says',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [...SUBJECT_FIELDS, 'people.preferences'],
  input: z.strictObject({
    learning: z
      .enum(['on', 'off'])
      .optional()
      .describe(
        'off: nothing the person says from now on is remembered beyond the conversation; default: show the setting',
      ),
    ...subjectInput,
  }),
  output: z.object({ who: z.string(), learning: z.enum(['on', 'off']) }),
  subject: resolveSubject,
  run: async ({ people: { preferences } }, { learning }, { subject: { person, scope } }) => {
    const { person_id } = person
    if (learning !== undefined) await preferences.set(person_id, { learn: learning === 'on' })
    const { learn } = await preferences.of(person_id)
    return {
      output: { who: describePerson(person), learning: learn ? ('on' as const) : ('off' as const) },
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
