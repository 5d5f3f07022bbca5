/** `chat.restart`: closes the connection to WhatsApp and opens it again. */
import { z } from 'zod'
import { operation } from '../operation.ts'

export const chatRestart = operation({
  summary: 'Restart the connection to WhatsApp and its browser; the login and everything else stay',
  access: 'godfather',
  effect: 'write',
  needs: 'bot',
  audit: 'none',
  uses: ['chats.restart'],
  input: z.strictObject({}),
  output: z.object({ name: z.string().describe('of the channel') }),
  confirm: () => true,
  run: async ({ chats }) => ({ name: await chats.restart() }),
})
