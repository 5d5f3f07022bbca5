/** What people want of DeniDin. */
import { describePerson } from '../../messages/describe-scope.ts'
import { z } from 'zod'
import { LANGUAGES } from '../../people/preferences.ts'
import { operation } from '../operation.ts'
import { subjectOf, whoseInput } from '../subject.ts'

export const peoplePrivacy = operation({
  summary: 'Say whether anything that a person says may be learned, or show what holds',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    learning: z.enum(['on', 'off']).optional().describe('off: nothing they say is remembered beyond the conversation'),
    ...whoseInput,
  }),
  output: z.object({ who: z.string(), learning: z.enum(['on', 'off']) }),
  run: async (deps, { learning, ...reference }, { caller }) => {
    const { person, scope, by } = await subjectOf(deps, reference, caller)
    const { person_id } = person
    if (learning !== undefined) {
      await deps.yours.preferences.set(person_id, { learn: learning === 'on' })
      deps.yours.audit.write({ operation: `people.privacy ${learning}`, by, whose: scope })
    }
    const { learn } = await deps.yours.preferences.of(person_id)
    return { who: describePerson(person), learning: learn ? ('on' as const) : ('off' as const) }
  },
})

export const peopleLanguage = operation({
  summary: "Fix the language of DeniDin's own sentences for a person",
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({ language: z.enum(LANGUAGES).describe('the language'), ...whoseInput }),
  output: z.object({ who: z.string(), language: z.enum(LANGUAGES) }),
  run: async (deps, { language, ...reference }, { caller }) => {
    const { person } = await subjectOf(deps, reference, caller)
    await deps.yours.preferences.set(person.person_id, { language })
    return { who: describePerson(person), language }
  },
})
