/** `memory.export`: writes everything that is stored about a person into a file. */
import { z } from 'zod'
import { describePerson } from '../../messages/describe-scope.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'
import { refuseInGroup } from './direct-chat.ts'

/** An export of at most this many characters fits into a chat. */
const SHORT_CHARACTERS = 3000

export const memoryExport = operation({
  summary: 'Write everything that is stored about a person into a file',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: [...SUBJECT_FIELDS, 'privacy.exporter'],
  input: z.strictObject(subjectInput),
  output: z.object({
    who: z.string(),
    file: z.string().describe('path below the data folder'),
    records: z.int().min(0),
    text: z.string().nullable().describe('content of the file if it is short, else null'),
  }),
  subject: async (context, input, caller) => {
    refuseInGroup(caller)
    return await resolveSubject(context, input, caller)
  },
  run: async ({ privacy }, _input, { subject: { person, scope } }) => {
    const exported = await privacy.exporter.export(person.person_id)
    const { file, records, characters } = exported
    const text = characters <= SHORT_CHARACTERS ? await privacy.exporter.read(exported) : null
    return {
      output: { who: describePerson(person), file, records, text },
      touched: [{ whose: scope, counts: { records } }],
    }
  },
})
