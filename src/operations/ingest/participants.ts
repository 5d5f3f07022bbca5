/** `ingest.participants`: who writes in an exported chat, and with whom each sender is matched. */
import { z } from 'zod'
import { nameOrPhone, type Person } from '../../people/person.ts'
import { operation } from '../operation.ts'
import { bindingInput, bindingOf } from './binding.ts'
import { isNewcomer } from './ingest-people.ts'
import { refuseSeveralTargets } from './ingest-options.ts'
import { matchExport } from './senders.ts'
import { readingInput } from './reading.ts'
import type { Speaker } from '../../ingest/binding/participants.ts'

interface ShownPerson {
  /** `null` for someone who has never written. */
  readonly person_id: string | null
  readonly name: string | null
}

const shownPerson = (person: Person): ShownPerson => ({
  person_id: isNewcomer(person) ? null : person.person_id,
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
        candidates: z.array(z.object({ person_id: z.string().nullable(), name: z.string().nullable() })),
      }),
    ),
  }),
  run: async (context, input, { signal }) => {
    refuseSeveralTargets(input)
    const target = (await bindingOf(context, input)) ?? { person: undefined }
    const { participants } = await matchExport(context, input, target, signal)
    return {
      participants: participants.map(({ name, messages, speaker, candidates }) => ({
        name,
        messages,
        is: isOf(speaker),
        person_id: speaker?.is === 'person' ? shownPerson(speaker.person).person_id : null,
        candidates: candidates.map(shownPerson),
      })),
    }
  },
})
