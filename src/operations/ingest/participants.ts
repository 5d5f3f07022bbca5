/** `ingest.participants`: the senders of an exported chat, and the person that each is matched with. */
import { z } from 'zod'
import { nameOrPhone, phoneOf, type Person } from '../../people/person.ts'
import { operation } from '../operation.ts'
import { bindingInput, bindingOf } from './binding.ts'
import { everyone, isNewcomer } from './ingest-people.ts'
import { refuseSeveralTargets } from './ingest-options.ts'
import { matchExport, type OpenContext } from './senders.ts'
import { readingInput } from './reading.ts'
import { closestPeople } from '../../ingest/binding/closest-people.ts'
import { numberOf, type BindingTarget, type Participant, type Speaker } from '../../ingest/binding/participants.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'

interface ShownPerson {
  /** `null` for someone who has never written. */
  readonly person_id: string | null
  readonly name: string | null
  /** Digits. */
  readonly phone: string | null
}

const shownPerson = (person: Person): ShownPerson => ({
  person_id: isNewcomer(person) ? null : person.person_id,
  name: nameOrPhone(person) ?? null,
  phone: phoneOf(person.identities) ?? null,
})

const isOf = (speaker: Speaker | undefined): 'bot' | 'person' | 'skipped' | 'uncertain' => speaker?.is ?? 'uncertain'

const participant = z.object({
  name: z.string(),
  messages: z.int().min(0),
  is: z.enum(['bot', 'person', 'skipped', 'uncertain']),
  person_id: z.string().nullable().describe('null: not a person yet, or none'),
  candidates: z
    .array(z.object({ person_id: z.string().nullable(), name: z.string().nullable(), phone: z.string().nullable() }))
    .describe('of an uncertain sender: people with this name, or with one that is close to it'),
})

type Shown = z.output<typeof participant>

/** Senders for whom people of close names are looked for: a person who is asked about more has stopped reading. */
const MOST_LOOKED_FOR = 50

/** Who an uncertain sender may be: the person of a direct chat, people of this name, or those of the closest names. */
const candidateFinder = async (
  { people: { directory } }: OpenContext,
  { person }: BindingTarget,
): Promise<(participant: Participant) => Promise<readonly Person[]>> => {
  if (person !== undefined) return async () => [person]
  const known = await everyone(directory)
  let looked_for = 0
  return async ({ name, candidates }) => {
    if (candidates.length > 0 || ++looked_for > MOST_LOOKED_FOR) return candidates
    await yieldToEventLoop()
    return closestPeople(name, known)
  }
}

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
    participants: z.array(participant),
  }),
  run: async (context, input, { signal }) => {
    refuseSeveralTargets(input)
    const target = (await bindingOf(context, input)) ?? { person: undefined }
    const { participants } = await matchExport(context, input, target, signal)
    const candidatesOf = await candidateFinder(context, target)
    const shown: Shown[] = []
    for (const participant of participants) {
      const { name, messages, speaker } = participant
      // A sender by number becomes a person of that number.
      const is = numberOf(participant, target) === undefined ? isOf(speaker) : (speaker?.is ?? 'person')
      const person_id = speaker?.is === 'person' ? shownPerson(speaker.person).person_id : null
      const candidates = is === 'uncertain' ? await candidatesOf(participant) : []
      shown.push({ name, messages, is, person_id, candidates: candidates.map(shownPerson) })
    }
    return { participants: shown }
  },
})
