/** `chat.say`: sends a message through the full pipeline without WhatsApp. */
import { z } from 'zod'
import { scopeOfPerson } from '../../messages/scope.ts'
import { DenidinError } from '../../platform/errors.ts'
import { phoneDigits } from '../../platform/phone.ts'
import { operation } from '../operation.ts'
import { referenceField, terminalPhone } from '../references.ts'

/** Only the beginning of a longer message is read, and its writer is told so; this is the limit of the socket. */
const MESSAGE_CHARACTERS = 250_000
const NAME_CHARACTERS = 100

export const chatSay = operation({
  summary: 'Send a message to DeniDin through the same pipeline as a WhatsApp message',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: ['instance.godfather_phone', 'people.directory', 'chats.console'],
  input: z.strictObject({
    message: z.string().trim().min(1).max(MESSAGE_CHARACTERS).describe('text of the message'),
    as: referenceField.optional().describe("phone number to speak as (default: the godfather's)"),
    name: z.string().min(1).max(NAME_CHARACTERS).optional().describe('display name of the speaker'),
  }),
  output: z.object({ phone: z.string().describe('number that the message was sent as'), replies: z.array(z.string()) }),
  run: async (context, { message, as, name }, { signal }) => {
    const phone = as === undefined ? terminalPhone(context) : phoneDigits(as)
    if (phone === undefined) {
      throw new DenidinError(
        'invalid_input',
        `chat.say: as must be a phone number with its country code, not ${JSON.stringify(as)}`,
      )
    }
    const { chats, people } = context
    const replies = await chats.console.say({ phone, text: message, signal, ...(name === undefined ? {} : { name }) })
    const speaker = await people.directory.lookUp(phone)
    return {
      output: { phone, replies: [...replies] },
      touched:
        speaker === undefined ? [] : [{ whose: scopeOfPerson(speaker.person_id), counts: { replies: replies.length } }],
    }
  },
})
