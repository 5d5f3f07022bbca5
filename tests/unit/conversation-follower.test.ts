// The archive's copy of the conversations, step by step: what forgetting waits for while the copy is filled.
import { expect, test } from '@jest/globals'
import type { ConversationCopy, CopyProgress } from '../../src/archive/conversation-copy.ts'
import { ConversationFollower } from '../../src/archive/conversation-follower.ts'
import type { MessageId, MessageRecord } from '../../src/messages/message.ts'

/** Messages m1, m2 and so on; those that are forgotten leave it. */
const messagesOf = (count: number) => {
  const all = new Map<MessageId, { readonly seq: number; readonly message: MessageRecord }>()
  for (let seq = 1; seq <= count; seq++) {
    const message_id = `m${String(seq)}`
    const message = { message_id, kind: 'chat', text: `words ${String(seq)}`, session_id: 's1' } as MessageRecord
    all.set(message_id, { seq, message })
  }
  return all
}

/** A follower over messages in memory, with a copy that keeps ids and hears in which order it was called. */
const follower = (count: number) => {
  const messages = messagesOf(count)
  const copied = new Set<MessageId>()
  const heard: string[] = []
  let progress: CopyProgress | undefined
  let filling = Promise.withResolvers<undefined>()
  const copy: ConversationCopy = {
    progress: async () => progress,
    apply: async (states, reached) => {
      for (const { message_id, now } of states) {
        if (now === undefined) copied.delete(message_id)
        else copied.add(message_id)
      }
      progress = reached
      heard.push('apply')
      if (states.length > 0) {
        filling.resolve(undefined)
        filling = Promise.withResolvers<undefined>()
      }
    },
    copied: async () => ({ message_ids: [...copied], next: undefined }),
    forget: async ids => {
      heard.push('forget')
      for (const id of ids) copied.delete(id)
    },
    count: async () => 0,
    erase: async () => {
      heard.push('erase')
      return 0
    },
    reassign: async () => {
      heard.push('reassign')
    },
  }
  const following = new ConversationFollower({
    copy,
    feed: {
      inOrder: async (after, limit) => [...messages.values()].filter(({ seq }) => seq > after).slice(0, limit),
    },
    messages: { get: async ids => ids.flatMap(id => messages.get(id)?.message ?? []) },
    changeLog: {
      changes: async () => [],
      advance: async () => undefined,
      register: async () => undefined,
      reached: async () => 0,
      latest: async () => 0,
    },
    isThere: async () => true,
    enabled: true,
    background: () => undefined,
  })
  return { following, messages, copied, heard, nextStep: () => filling.promise }
}

test.each([
  ['forget', 'forget'],
  ['erase', 'erase'],
  ['merge', 'reassign'],
] as const)('to %s waits for one step of a first fill, not for the rest', async (act, call) => {
  const { following, messages, heard, nextStep } = follower(10_000)
  const filled = following.sync()
  await nextStep()
  messages.delete('m1')
  const before = heard.length
  if (act === 'forget') await following.forget(['m1'])
  else if (act === 'erase') await following.personal.erase('p1', {})
  else await following.personal.reassign('p1', 'p2')
  // The step that ran, and no other.
  expect(heard.slice(before).indexOf(call)).toBeLessThanOrEqual(1)
  await filled
  expect(heard.filter(each => each === 'apply').length).toBeGreaterThan(40)
})

test('what is forgotten while the copy is filled is not in it at the end, wherever the fill was', async () => {
  const { following, messages, copied, nextStep } = follower(2000)
  const filled = following.sync()
  for (const id of ['m1', 'm500', 'm1999', 'm2000']) {
    await nextStep()
    messages.delete(id)
    await following.forget([id])
    expect(copied.has(id)).toBe(false)
  }
  await filled
  expect(copied.size).toBe(1996)
})

test('two requests that need the copy fill it once', async () => {
  const { following, heard } = follower(1000)
  await Promise.all([following.sync(), following.sync()])
  expect(heard.filter(each => each === 'apply').length).toBeLessThan(10)
})
