import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { MemoryLog, ReplyBudget } from '../../src/memory/memory-log.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryLog } from '../../src/memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { memoryOf } from '../support/memory-rig.ts'

const sqlite = (): { log: MemoryLog & PersonalData; memories: MemoryStore } => {
  const database = new Database(':memory:', memoryMigrations)
  return { log: createSqliteMemoryLog(database), memories: createSqliteMemoryStore(database) }
}

describe.each([['SQLite', sqlite]])('the log of the memories in %s', (_, open) => {
  let log: MemoryLog & PersonalData
  let memories: MemoryStore
  const given_as = 'recall' as const
  const item = (memory_id: string, score: number) => ({
    memory_id,
    message_id: undefined,
    similarity: 0.5,
    score,
    given_as,
  })
  const quote = (message_id: string) => ({
    memory_id: undefined,
    message_id,
    similarity: undefined,
    score: 0.1,
    given_as,
  })
  const line = (memory_id: string) => ({
    memory_id,
    message_id: undefined,
    similarity: undefined,
    score: 0,
    given_as: 'profile' as const,
  })

  beforeEach(() => {
    ;({ log, memories } = open())
  })

  test('tells what the last reply of a chat was given, in its order, and of no other chat', async () => {
    const here = { scope: 'person:a', chat_id: 'a@c.us' } as const
    const items = [line('m3'), item('m2', 0.9), quote('x'), item('m1', 0.2)]
    const last = { recall_id: 'r2', ...here, at: 20, tone: 'Answer warmly.', items }
    await log.recalled({ recall_id: 'r1', ...here, at: 10, items: [item('m1', 0.4)] })
    await log.recalled(last)
    await log.recalled({ recall_id: 'r3', scope: 'person:b', chat_id: 'b@c.us', at: 30, items: [] })
    expect(await log.lastRecall('person:a', 'a@c.us')).toEqual(last)
    expect(await log.lastRecall('person:a', 'b@c.us')).toBeUndefined()
    expect(await log.lastRecall('person:b', 'a@c.us')).toBeUndefined()
  })

  test('finds what a reply was given by the reply, by what it answers and by its own id, with its budget', async () => {
    const here = { scope: 'person:a', chat_id: 'a@c.us', items: [item('m1', 0.9)] } as const
    const budget: ReplyBudget = {
      role: 'client',
      profile: 'client',
      complexity: 'medium',
      raised: true,
      detected: 'simple',
      confidence: 0.6,
      signals: [{ complexity: 'simple', weight: 1 }],
      need: 'session',
      budget: 4000,
      demand: 5000,
      scopes: { recent: { allotted: 3000, taken: 2900, count: 12, demand: 4000 } },
      alerts: ['info', 'critical'],
      left: [{ kind: 'message', reason: 'turn_budget', outcome: 'left', count: 3, tokens: 700 }],
    }
    const first = { recall_id: 'r1', ...here, at: 10, message_ids: ['asked', 'replied'], budget }
    await log.recalled(first)
    await log.recalled({ recall_id: 'r2', ...here, at: 20 })
    for (const id of ['asked', 'replied', 'r1']) expect(await log.recallOf(id)).toEqual(first)
    expect(await log.recallOf('r2')).toEqual({ recall_id: 'r2', ...here, at: 20 })
    expect(await log.recallOf('another')).toBeUndefined()
    // A message that was answered again: the newest answer.
    await log.recalled({ recall_id: 'r3', ...here, at: 30, message_ids: ['asked'] })
    expect((await log.recallOf('asked'))?.recall_id).toBe('r3')
    await log.prune(25)
    expect(await log.recallOf('replied')).toBeUndefined()
  })

  test('counts recalls, searches and shows as uses, and nothing else', async () => {
    const items = [line('m2'), item('m1', 1), quote('x')]
    await log.recalled({ recall_id: 'r', scope: 'person:a', chat_id: 'c', at: 10, items })
    await log.accessed([
      { scope: 'person:a', memory_id: 'm1', type: 'search', at: 30 },
      { scope: 'person:a', memory_id: 'm1', type: 'promote', at: 40 },
      { scope: 'person:a', memory_id: undefined, type: 'extract:openai', at: 50 },
      { scope: 'person:b', memory_id: 'm1', type: 'show', at: 60 },
    ])
    expect(await log.uses('person:a', ['m1', 'm2'])).toEqual(
      new Map([['m1', { memory_id: 'm1', count: 2, last_at: 30 }]]),
    )
  })

  test('sums up a span of time, of all or of one scope', async () => {
    await log.accessed([
      { scope: 'person:a', memory_id: 'old', type: 'recall', at: 5 },
      { scope: 'person:a', memory_id: 'm1', type: 'recall', at: 10 },
      { scope: 'person:a', memory_id: 'm1', type: 'show', at: 20 },
      { scope: 'person:b', memory_id: 'm2', type: 'recall', at: 30 },
      { scope: 'person:b', memory_id: undefined, type: 'extract:gemini', at: 40 },
    ])
    expect(await log.stats({ since: 10, most: 1 })).toEqual({
      total_accesses: 4,
      distinct_memories: 2,
      by_type: { recall: 2, show: 1, 'extract:gemini': 1 },
      top: [{ memory_id: 'm1', count: 2, last_at: 20 }],
      recent: [{ scope: 'person:b', memory_id: undefined, type: 'extract:gemini', at: 40 }],
    })
    expect(await log.stats({ since: 0, most: 10, scope: 'person:b' })).toMatchObject({ total_accesses: 2 })
  })

  test('keeps every move between tiers, and forgets it with the memory', async () => {
    const memory = memoryOf('person:a', 'x')
    await memories.add(memory)
    const move = { memory_id: memory.memory_id, score: 0.8, at: 1 } as const
    const moves = [
      { ...move, from_tier: 'long_term', to_tier: 'short_term', reason: 'often used' },
      { ...move, from_tier: 'short_term', to_tier: 'long_term', reason: 'not used' },
      { ...move, from_tier: 'long_term', to_tier: 'short_term', reason: 'often used' },
    ] as const
    for (const each of moves) await log.promoted(each)
    expect(await log.promotionsOf(memory.memory_id)).toEqual(moves)
    await memories.remove('person:a', [memory.memory_id])
    expect(await log.promotionsOf(memory.memory_id)).toEqual([])
  })

  test('keeps what hangs together once, the stronger word counts', async () => {
    const memory = memoryOf('person:a', 'x')
    await memories.add(memory)
    const relation = { memory_id: memory.memory_id, from: 'Dana', to: 'Postgres', type: 'uses', strength: 0.4 } as const
    await log.relate([relation])
    await log.relate([
      { ...relation, strength: 0.9 },
      { ...relation, strength: 0.1 },
    ])
    expect(await log.relationsOf([memory.memory_id])).toEqual([{ ...relation, strength: 0.9 }])
  })

  test('forgets what is old', async () => {
    await log.recalled({ recall_id: 'r1', scope: 'person:a', chat_id: 'c', at: 10, items: [item('m1', 1)] })
    await log.recalled({ recall_id: 'r2', scope: 'person:a', chat_id: 'c', at: 20, items: [item('m1', 1)] })
    const memory = memoryOf('person:a', 'x')
    await memories.add(memory)
    const move = {
      memory_id: memory.memory_id,
      from_tier: 'long_term',
      to_tier: 'short_term',
      reason: '',
      score: 1,
    } as const
    await log.promoted({ ...move, at: 19 })
    await log.promoted({ ...move, at: 20 })
    expect(await log.prune(20)).toBe(3)
    expect(await log.stats({ since: 0, most: 5 })).toMatchObject({ total_accesses: 1 })
    expect(await log.promotionsOf(memory.memory_id)).toEqual([{ ...move, at: 20 }])
    expect(await log.lastRecall('person:a', 'c')).toMatchObject({ recall_id: 'r2', items: [item('m1', 1)] })
    expect(await log.prune(20)).toBe(0)
  })

  test('forgets any number of them', async () => {
    for (let at = 0; at < 450; at++) {
      await log.recalled({ recall_id: `r${String(at)}`, scope: 'person:a', chat_id: 'c', at, items: [item('m1', 1)] })
    }
    expect(await log.prune(449)).toBe(2 * 449)
    expect(await log.count('a')).toBe(2)
  })

  test('follows a person who turns out to be another', async () => {
    await log.recalled({ recall_id: 'r', scope: 'person:a', chat_id: 'c', at: 10, items: [item('m1', 1)] })
    expect([await log.count('a'), await log.count('b')]).toEqual([2, 0])
    await log.reassign('a', 'b')
    expect([await log.count('a'), await log.count('b')]).toEqual([0, 2])
    expect(await log.lastRecall('person:b', 'c')).toMatchObject({ recall_id: 'r' })
  })
})
