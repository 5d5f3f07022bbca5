// What the bot repeated of a deleted text is found in another spelling of its words too.
import { expect, test } from '@jest/globals'
import type { MessageRecord } from '../../src/messages/message.ts'
import { botRepetitionsOf } from '../../src/privacy/bot-repetitions.ts'

const message = (message_id: string, role: MessageRecord['role'], text: string): MessageRecord => ({
  message_id,
  chat_id: '1@c.us',
  chat_kind: 'direct',
  scope: 'person:p',
  person_id: 'p',
  role,
  kind: 'chat',
  sender_name: 'Dana',
  text,
  tokens: 1,
  sent_at: 0,
  session_id: 's',
  learning_opt_out: false,
})

const repetitions = async (told: string, answers: readonly string[]): Promise<readonly string[]> => {
  const all = [
    message('told', 'user', told),
    message('other', 'user', 'the garden needs water'),
    ...answers.map((text, at) => message(`answer ${String(at)}`, 'assistant', text)),
  ]
  const messages = {
    ofScope: async function* () {
      yield all
    },
  }
  const targets = { scope: 'person:p' as const, texts: [told], message_ids: new Set(['told']) }
  return (await botRepetitionsOf(messages, targets)).map(({ text }) => text)
}

test.each([
  ['my number is 050-123-4567', 'Your number is 0501234567.'],
  ['הסיסמה בNetflix היא banana77', 'The Netflix password: banana77'],
  ['my wi-fi is called Marlin', 'Your wifi is Marlin.'],
  ['José owes me 1,500', 'Jose: 1500'],
  ['我的狗怕打雷', '你的狗怕打雷。'],
])('“%s” is repeated by “%s”', async (told, answer) => {
  expect(await repetitions(told, [answer, 'The garden is dry.'])).toEqual([answer])
})
