/** What a connection does with messages that come while it reads what was missed. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { ChatHistory } from '../../src/channels/whatsapp/engine.ts'
import { Backfill } from '../../src/channels/whatsapp/backfill.ts'
import { GapTracker } from '../../src/channels/whatsapp/gap-tracker.ts'
import { LoginRecord } from '../../src/channels/whatsapp/login-record.ts'
import type { WhatsAppMessage } from '../../src/channels/whatsapp/whatsapp-message.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeAccount } from '../support/fake-engine.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ANA = '15551230001@c.us'
const BOB = '15551230002@c.us'

let account: FakeAccount
let clock: FakeClock
/** What the pipeline gets, in order: texts, and those that come as one turn in one list. */
let taken: (string | readonly string[])[]
let backfill: Backfill
let cleanup: AsyncDisposableStack

beforeEach(async () => {
  cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await temporaryFolder())
  account = new FakeAccount()
  clock = new FakeClock()
  taken = []
  const login = new LoginRecord(folder.path)
  await login.setLinkedAt(clock.now() - 1000)
  backfill = new Backfill({
    login,
    gaps: new GapTracker(),
    recordedUntil: async () => new Map(),
    inbound: {
      take: ({ text }) => taken.push(text),
      takeHistory: async ({ messages }) => {
        taken.push(messages.map(({ text }) => text))
        return true
      },
    },
    clock,
    logger: silentLogger,
  })
  backfill.begin()
})

afterEach(async () => {
  await cleanup.disposeAsync()
})

const write = (text: string, chat_id = ANA): WhatsAppMessage => account.write({ chat_id, text, sent_at: clock.now() })

/** A person writes: the message is in the chat, and comes as an event. */
const comes = (text: string, chat_id = ANA): void => {
  const message = write(text, chat_id)
  if (!backfill.holds(message)) taken.push(message.text)
}

test('what comes while its chat is read does not overtake what was missed there, and no other chat waits', async () => {
  write('missed 1')
  write('missed 2')
  const reads = Promise.withResolvers<undefined>()
  const read = Promise.withResolvers<undefined>()
  const source = {
    chats: async () => [{ chat_id: ANA, newest: clock.now(), unread: 2 }],
    history: async (chat_id: string): Promise<ChatHistory> => {
      const messages = account.chat(chat_id)
      reads.resolve(undefined)
      await read.promise
      return { messages, changes: [], cut: false }
    },
  }
  const over = new AbortController().signal
  const done = backfill.run({ source, self: account.self, newly_linked: false, over })
  await reads.promise
  comes('while it is read')
  comes('elsewhere', BOB)
  expect(taken).toEqual(['elsewhere'])
  read.resolve(undefined)
  await done
  comes('afterwards')
  expect(taken).toEqual(['elsewhere', ['missed 1', 'missed 2', 'while it is read'], 'afterwards'])
})
