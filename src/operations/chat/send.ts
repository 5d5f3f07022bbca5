/** `chat.send`: sends a message in the name of the bot to a person who wrote to it before. */
import { z } from 'zod'
import { describePerson } from '../../messages/describe-scope.ts'
import { scopeOfPerson } from '../../messages/scope.ts'
import { DenidinError } from '../../platform/errors.ts'
import { operation } from '../operation.ts'
import { findPerson, personField } from '../references.ts'

const TEXT_CHARACTERS = 4000

export const chatSend = operation({
  summary: 'Send a message in the name of the bot to a person who wrote to it before',
  access: 'operator',
  effect: 'write',
  needs: 'bot',
  audit: 'changes',
  uses: ['people.directory', 'chats.sending'],
  input: z.strictObject({
    person: personField,
    text: z.string().trim().min(1).max(TEXT_CHARACTERS).describe('what to send'),
  }),
  output: z.object({
    who: z.string(),
    chat_id: z.string(),
    state: z.enum(['sent', 'held']).describe('held: it is sent as soon as it can be'),
  }),
  subject: async ({ people, chats }, { person }) => {
    if (chats.sending === undefined) {
      throw new DenidinError('disabled', 'sending is switched off: set mcp.send_messages to true')
    }
    return await findPerson(people.directory, person)
  },
  exclusiveScope: ({ person_id }) => scopeOfPerson(person_id),
  run: async ({ chats }, { text }, { subject: person }) => {
    const who = describePerson(person)
    if (person.role === 'blocked') throw new DenidinError('forbidden', `${who} is blocked`)
    const sent = await chats.sending?.send(person, text)
    if (sent === undefined) {
      throw new DenidinError(
        'forbidden',
        `${who} never wrote to the bot in a direct chat; only people who did may be written to`,
      )
    }
    const { chat_id, message_id } = sent
    return {
      output: { who, chat_id, state: message_id === undefined ? ('held' as const) : ('sent' as const) },
      touched: [{ whose: scopeOfPerson(person.person_id), counts: { messages: 1 } }],
    }
  },
})
