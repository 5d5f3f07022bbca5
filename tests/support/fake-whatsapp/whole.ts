import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect } from '@jest/globals'
import { readWindowFile } from '../../../src/sessions/window-file.ts'
import type { AppRun, Caller } from './app-run.ts'
import type { WireMessage } from './protocol.ts'

interface Rows {
  readonly inbox: readonly { message_id: string; chat_id: string; state: string }[]
  readonly replies: readonly { outbox_id: string; chat_id: string; state: string; text: string }[]
  readonly answers: readonly { outbox_id: string; message_id: string }[]
  readonly parts: readonly { outbox_id: string; state: string; message_id: string | null }[]
  readonly sessions: readonly { session_id: string; chat_id: string }[]
}

const readRows = (path: string): Rows => {
  using database = new DatabaseSync(path, { readOnly: true })
  const all = <T>(sql: string): T[] => database.prepare(sql).all() as T[]
  return {
    inbox: all('select message_id, chat_id, state from inbox order by rowid'),
    replies: all('select outbox_id, chat_id, state, text from outbox order by rowid'),
    answers: all('select outbox_id, message_id from outbox_answers'),
    parts: all('select outbox_id, state, message_id from outbox_parts'),
    sessions: all(`select session_id, chat_id from sessions where state = 'active'`),
  }
}

/** Id of a message as we keep it. */
const keyOf = ({ id, chat, from_me }: WireMessage): string => `${String(from_me)}_${chat}_${id}`

/** What stands in a chat on the phone, oldest first; the parts of one reply as the one text that they are. */
const asSaid = (rows: Rows, chat: readonly WireMessage[]): readonly string[] => {
  const replyOf = (message: WireMessage): string | undefined => {
    const part = rows.parts.find(({ message_id }) => message_id === keyOf(message))
    return rows.replies.find(({ outbox_id }) => outbox_id === part?.outbox_id)?.text
  }
  const texts = chat.map(message => replyOf(message) ?? message.body ?? '')
  return texts.filter((text, index) => text !== texts[index - 1])
}

/**
 * What is wrong between both sides, in sentences; nothing when the talk is whole. In direct chats, where every message is
 * to be answered: each has one row in the inbox and one reply, which is `sent` and was seen by the phone once, or
 * `unconfirmed` and seen once at most; the phone saw nothing else; and the session, in memory and on disk, says what the
 * phone says, in its order, and nobody else's words.
 */
const flawsOf = async (run: AppRun): Promise<readonly string[]> => {
  const rows = readRows(run.denidin.data('denidin.db'))
  const { said } = run.fake
  const flaws: string[] = []
  const flaw = (holds: boolean, sentence: string): void => {
    if (!holds) flaws.push(sentence)
  }

  for (const message of said.filter(each => !each.from_me)) {
    const key = keyOf(message)
    const text = `"${message.body ?? ''}"`
    const kept = rows.inbox.filter(({ message_id }) => message_id === key)
    flaw(kept.length === 1, `${text} stands in the inbox ${String(kept.length)} times`)
    const answers = rows.answers.filter(({ message_id }) => message_id === key)
    flaw(answers.length === 1, `${text} has ${String(answers.length)} replies`)
    const reply = rows.replies.find(({ outbox_id }) => outbox_id === answers[0]?.outbox_id)
    const states = `${kept[0]?.state ?? '-'}, ${reply?.state ?? '-'}`
    flaw(['answered, sent', 'unconfirmed, unconfirmed'].includes(states), `${text} is ${states}`)
  }
  flaw(
    rows.inbox.length === said.filter(each => !each.from_me).length,
    `the inbox holds ${String(rows.inbox.length)} messages`,
  )

  for (const reply of rows.replies) {
    const parts = rows.parts.filter(({ outbox_id }) => outbox_id === reply.outbox_id)
    const seen = said.filter(
      each =>
        each.from_me &&
        each.chat === reply.chat_id &&
        (parts.some(part => part.message_id === keyOf(each)) || reply.text.includes(each.body ?? '')),
    )
    const sent = parts.filter(part => part.state === 'sent')
    const known = sent.every(part => seen.some(each => keyOf(each) === part.message_id))
    flaw(known, `of "${reply.text}" something is sent that the phone did not see`)
    flaw(seen.length <= parts.length, `"${reply.text}" was seen ${String(seen.length)} times`)
    if (reply.state === 'sent') flaw(sent.length === parts.length, `"${reply.text}" is sent, and parts of it are not`)
  }
  for (const message of said.filter(each => each.from_me)) {
    const replies = rows.replies.filter(
      reply =>
        rows.parts.some(part => part.outbox_id === reply.outbox_id && part.message_id === keyOf(message)) ||
        (reply.chat_id === message.chat && reply.state === 'unconfirmed' && reply.text.includes(message.body ?? '')),
    )
    flaw(
      replies.length === 1,
      `the phone saw "${message.body ?? ''}", for which there are ${String(replies.length)} replies`,
    )
  }

  const chats = new Set(said.map(each => each.chat))
  for (const chat of chats) {
    const here = rows.sessions.filter(each => each.chat_id === chat)
    flaw(here.length === 1, `${chat} has ${String(here.length)} sessions`)
    const session_id = here[0]?.session_id ?? 'none'
    const file = readWindowFile(readFileSync(run.denidin.data('sessions', session_id, 'session.json'), 'utf8'))
    const phone = asSaid(
      rows,
      said.filter(each => each.chat === chat),
    )
    const unseen = rows.replies.filter(
      reply => reply.chat_id === chat && reply.state === 'unconfirmed' && !phone.includes(reply.text),
    )
    const written = file.window.map(each => each.content)
    const expected = JSON.stringify(phone)
    const told = JSON.stringify(written.filter(text => !unseen.some(reply => reply.text === text)))
    flaw(told === expected, `session.json of ${chat} says ${told}, the phone ${expected}`)
    const twice = written.filter((text, index) => written.indexOf(text) !== index)
    flaw(twice.length === 0, `session.json of ${chat} says twice: ${JSON.stringify(twice)}`)
    const shown = await run.denidin.app.runner.run('session.show', { session_id }, { caller: OPERATOR })
    const { window } = shown as { window: { content: string }[] }
    flaw(
      JSON.stringify(window.map(each => each.content)) === JSON.stringify(written),
      `the window of ${chat} differs from its file`,
    )
  }
  return flaws
}

const OPERATOR = { transport: 'cli', level: 'operator' } as const

/**
 * Both sides agree about everything that was ever said, and nothing is open. `unconfirmed`: what these people said and
 * had an answer of which it cannot be known whether it was seen; of `perhaps` it may be so; of all else it is certain.
 */
export const whole = async (
  run: AppRun,
  callers: readonly Caller[],
  {
    unconfirmed = [],
    perhaps = [],
  }: { readonly unconfirmed?: readonly string[]; readonly perhaps?: readonly string[] } = {},
): Promise<void> => {
  await run.settled(...callers)
  expect(await flawsOf(run)).toEqual([])
  const { inbox } = readRows(run.denidin.data('denidin.db'))
  const doubtful = inbox.filter(({ state }) => state === 'unconfirmed')
  const here = callers.map(each => each.chat_id)
  const texts = doubtful
    .filter(({ chat_id }) => here.includes(chat_id))
    .map(({ message_id }) => run.fake.said.find(each => keyOf(each) === message_id)?.body ?? message_id)
  expect(texts.filter(text => !perhaps.includes(text))).toEqual(unconfirmed)
  expect(await run.status()).toMatchObject({
    inbox_waiting: 0,
    outbox_waiting: 0,
    outbox_unconfirmed: doubtful.length,
    parts: expect.arrayContaining([
      expect.objectContaining({ name: 'whatsapp', state: 'ok' }),
      expect.objectContaining({ name: 'delivery', state: 'ok' }),
    ]),
  })
  expect(await run.browsers()).toHaveLength(1)
}
