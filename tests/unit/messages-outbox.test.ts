// The rules of the outbox and of own messages, without a database.
import { describe, expect, test } from '@jest/globals'
import { originOf, partWrittenAt, type OriginRows, type UnidentifiedPart } from '../../src/messages/message-origin.ts'
import { settlementOf, takeoverOf } from '../../src/messages/outbox-rules.ts'
import type { PartState, Reply } from '../../src/messages/outbox-store.ts'
import { RecordedOutbox } from '../../src/messages/recorded-outbox.ts'
import { MemoryOutboxRows } from '../support/memory-outbox-rows.ts'

const NOW = 1_000_000

describe('how a reply ends', () => {
  test.each([
    [['waiting'], undefined],
    [['sent', 'begun'], undefined],
    [['failed', 'waiting'], undefined],
    [['sent'], { reply: 'sent', answered: 'answered' }],
    [['sent', 'sent'], { reply: 'sent', answered: 'answered' }],
    [['sent', 'unconfirmed'], { reply: 'unconfirmed', answered: 'unconfirmed' }],
    [['unconfirmed'], { reply: 'unconfirmed', answered: 'unconfirmed' }],
    [['lost', 'lost'], { reply: 'unconfirmed', answered: 'unanswerable' }],
    [['sent', 'lost'], { reply: 'unconfirmed', answered: 'unconfirmed' }],
    [['sent', 'failed'], { reply: 'failed', answered: 'failed' }],
    [['unconfirmed', 'failed'], { reply: 'failed', answered: 'failed' }],
  ] as const satisfies readonly (readonly [readonly PartState[], unknown])[])(
    'with parts %j it is %j',
    (parts, end) => {
      expect(settlementOf(parts)).toEqual(end)
    },
  )

  test.each([
    ['nothing', [['sent', undefined]]],
    ['nothing', []],
    ['hold', [['waiting', 'text']]],
    [
      'hold',
      [
        ['sent', undefined],
        ['waiting', 'text'],
      ],
    ],
    [
      'answer_again',
      [
        ['waiting', undefined],
        ['waiting', undefined],
      ],
    ],
    [
      'give_up',
      [
        ['unconfirmed', undefined],
        ['waiting', undefined],
      ],
    ],
  ] as const)('the next process takes it over: %s', (takeover, parts) => {
    expect(takeoverOf(parts.map(([state, text]) => ({ state, text })))).toBe(takeover)
  })
})

describe('the outbox over rows', () => {
  const reply: Reply = {
    outbox_id: 'o1',
    chat_id: '1@c.us',
    chat_kind: 'direct',
    scope: 'person:ana',
    person_id: 'ana',
    answers: ['m1', 'm2'],
    text: 'one two',
    tokens: 2,
    session_id: 's1',
    keep: true,
    created_at: NOW,
  }

  const rig = () => {
    const rows = new MemoryOutboxRows()
    return { rows, outbox: new RecordedOutbox(rows) }
  }

  test('a reply is kept once, with its first part, and settled with its last', async () => {
    const { rows, outbox } = rig()
    await outbox.intend(reply, ['one', 'two'])
    await outbox.begin('o1', 0, NOW)
    expect(rows.statesOf('o1')).toEqual({ reply: 'intended', parts: ['begun', 'waiting'] })
    await outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
    expect(rows.stored).toMatchObject([{ message_id: 'wa-1', text: 'one two', kind: 'chat', role: 'assistant' }])
    expect(rows.settled).toEqual([])
    await outbox.begin('o1', 1, NOW)
    await outbox.conclude(reply, 1, { state: 'sent', message_id: 'wa-2', at: NOW })
    expect(rows.stored).toHaveLength(1)
    expect(rows.statesOf('o1')).toEqual({ reply: 'sent', parts: ['sent', 'sent'] })
    expect(rows.settled).toEqual(['m1 answered', 'm2 answered'])
  })

  test('a reply without a session is a notice; one to a message that is not learned from is not learned from either', async () => {
    const { rows, outbox } = rig()
    rows.opted_out.add('m2')
    const notice = { ...reply, session_id: undefined }
    await outbox.intend(notice, ['one'])
    await outbox.conclude(notice, 0, { state: 'unconfirmed', message_id: undefined, at: NOW })
    expect(rows.stored).toMatchObject([{ message_id: 'reply:o1', kind: 'notice', learning_opt_out: true }])
  })

  test('a part that was concluded cannot begin again', async () => {
    const { rows, outbox } = rig()
    await outbox.intend(reply, ['one', 'two'])
    await outbox.conclude(reply, 0, { state: 'unconfirmed', message_id: undefined, at: NOW })
    await outbox.begin('o1', 0, NOW)
    expect(rows.statesOf('o1').parts).toEqual(['unconfirmed', 'waiting'])
  })

  test('a write that fails in the middle leaves everything as it was', async () => {
    const { rows, outbox } = rig()
    await outbox.intend(reply, ['one'])
    await outbox.begin('o1', 0, NOW)
    for (let writes = 0; writes < 4; writes++) {
      let left = writes
      rows.before = () => {
        if (left-- === 0) throw new Error('the disk is full')
      }
      await expect(outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })).rejects.toThrow('full')
      expect(rows.statesOf('o1')).toEqual({ reply: 'intended', parts: ['begun'] })
      expect(rows.stored).toEqual([])
      expect(rows.settled).toEqual([])
    }
    rows.before = () => undefined
    await outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
    expect(rows.settled).toEqual(['m1 answered', 'm2 answered'])
  })
})

describe('a message that our own account wrote', () => {
  const part = (begun_at: number, outbox_id = 'o1'): UnidentifiedPart => ({ outbox_id, part: 0, begun_at })

  test.each([
    ['as its sending began', NOW, true],
    ['a minute after its sending began', NOW + 60_000, true],
    ['later', NOW + 60_001, false],
    ['two seconds before, because times are whole seconds', NOW - 2000, true],
    ['earlier', NOW - 2001, false],
  ])('is a part of a reply when it was written %s', (_when, sent_at, ours) => {
    expect(partWrittenAt([part(NOW)], sent_at)).toEqual(ours ? part(NOW) : undefined)
  })

  test('is the latest of the parts that it may be', () => {
    expect(partWrittenAt([part(NOW + 5), part(NOW + 1, 'o2'), part(NOW - 90_000, 'o0')], NOW)).toEqual(part(NOW + 5))
    expect(partWrittenAt([], NOW)).toBeUndefined()
  })

  test('is ours, known or new; a part is given away once', () => {
    const unidentified = [part(NOW)]
    const parts = new Set(['wa-0'])
    let open = 0
    const rows: OriginRows = {
      transaction: work => {
        open++
        return work()
      },
      originOfKnown: message_id => (parts.has(message_id) ? 'ours' : message_id === 'own-1' ? 'received' : undefined),
      unidentifiedParts: () => [...unidentified],
      identify: (_part, message_id) => {
        unidentified.pop()
        parts.add(message_id)
      },
    }
    const origin = (message_id: string) => originOf(rows, { message_id, chat_id: '1@c.us', sent_at: NOW })
    expect(origin('wa-0')).toBe('ours')
    expect(origin('own-1')).toBe('known')
    expect(open).toBe(0)
    expect(origin('wa-1')).toBe('ours')
    expect(origin('wa-1')).toBe('ours')
    expect(origin('wa-2')).toBe('new')
    expect(open).toBe(2)
  })
})
