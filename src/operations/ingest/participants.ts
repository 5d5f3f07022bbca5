/** `ingest.participants`: the senders of an exported chat, and the person that each is matched with. */
import { z } from 'zod'
import { nameOrPhone, type Person } from '../../people/person.ts'
import { operation } from '../operation.ts'
import { bindingInput, bindingOf, matchExport } from './binding.ts'
import { readingInput } from './reading.ts'
import type { Speaker } from '../../ingest/binding/participants.ts'

const shownPerson = (person: Person): { person_id: string; name: string | null } => ({
  person_id: person.person_id,
  name: nameOrPhone(person) ?? null,
})

const isOf = (speaker: Speaker | undefined): 'bot' | 'person' | 'skipped' | 'uncertain' => speaker?.is ?? 'uncertain'

export const ingestParticipants = operation({
  summary: 'Show who writes in an exported chat, and who of them is known',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory', 'messages.imports', 'system.clock'],
  input: z.strictObject({
    file: z.string().trim().min(1).max(4096).describe('exported chat'),
    ...readingInput,
    person: bindingInput.person,
    chat: bindingInput.chat,
    me: bindingInput.me,
    participant: bindingInput.participant,
  }),
  output: z.object({
    participants: z.array(
      z.object({
        name: z.string(),
        messages: z.int().min(0),
        is: z.enum(['bot', 'person', 'skipped', 'uncertain']),
        person_id: z.string().nullable(),
        candidates: z.array(z.object({ person_id: z.string(), name: z.string().nullable() })),
      }),
    ),
  }),
  run: async (context, input, { signal }) => {
    const target = (await bindingOf(context, input)) ?? { person: undefined }
    const { participants } = await matchExport(context, input, target, signal)
    return {
      participants: participants.map(({ name, messages, speaker, candidates }) => ({
        name,
        messages,
        is: isOf(speaker),
        person_id: speaker?.is === 'person' ? speaker.person.person_id : null,
        candidates: candidates.map(shownPerson),
      })),
    }
  },
})
