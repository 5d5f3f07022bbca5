/** Talking to DeniDin without WhatsApp. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { phoneDigits } from '../../platform/phone.ts'
import { operation } from '../operation.ts'
import { terminalPhone } from '../references.ts'

const MESSAGE_CHARACTERS = 100_000
const NAME_CHARACTERS = 100

export const chatSay = operation({
  summary: 'Say something to DeniDin, through everything that a WhatsApp message goes through',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    message: z.string().trim().min(1).max(MESSAGE_CHARACTERS).describe('what to say'),
    as: z.string().min(1).optional().describe('phone number to speak as; by default that of the godfather'),
    name: z.string().min(1).max(NAME_CHARACTERS).optional().describe('name to be known by'),
  }),
  output: z.object({ phone: z.string().describe('who spoke'), replies: z.array(z.string()) }),
  run: async (deps, { message, as, name }, { signal }) => {
    const phone = as === undefined ? terminalPhone(deps) : phoneDigits(as)
    if (phone === undefined) {
      throw new DenidinError('invalid_input', `chat.say: as must be a phone number, not ${JSON.stringify(as)}`)
    }
    const replies = await deps.console.say({ phone, text: message, signal, ...(name === undefined ? {} : { name }) })
    return { phone, replies: [...replies] }
  },
})
