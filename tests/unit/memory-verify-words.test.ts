import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { verifyFullTextIndex } from '../../src/retrieval/full-text/verify-full-text-index.ts'
import type { VerifyRun } from '../../src/vectors/maintenance/vector-maintenance.ts'
import { RecallRig } from '../support/recall-rig.ts'

let rig: RecallRig

beforeEach(() => {
  rig = new RecallRig()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const verify = async (options: Partial<VerifyRun> = {}) =>
  await verifyFullTextIndex(rig).verify({
    every_vector: false,
    repair: false,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...options,
  })

const counts = async (options: Partial<VerifyRun> = {}): Promise<Record<string, number>> =>
  Object.fromEntries((await verify(options)).findings.map(({ what, count }) => [what, count]))

const talk = async (): Promise<void> => {
  await rig.talk(
    'person:ann',
    0,
    Array.from({ length: 230 }, (_, n) => `Ann: boat number${String(n)} lies in harbour${String(n % 9)}`),
  )
  await rig.talk('person:bea', 0, ['Bea: my horse is called Pilot', 'Bea: /reset', 'Bea: he eats oats'])
}

test('a full-text index that follows its messages is in order, also right after they came', async () => {
  await talk()
  const told: number[] = []
  expect(await verify({ every_vector: true, progress: done => told.push(done) })).toEqual({
    looked_at: 233,
    findings: [],
  })
  expect(told).toEqual([100, 200, 233])
})

test('what is missing, foreign, under another scope, or stands there with other words is counted, and put right on request', async () => {
  await talk()
  await verify()
  const before = rig.everything()
  const ghost = { message_id: 'ghost', person_id: 'bea', role: 'user', sender_name: 'Bea', sent_at: 0, day: 0 } as const
  await rig.index.apply(
    [
      { message_id: 'm3', now: undefined },
      { message_id: 'ghost', now: { scope: 'person:bea', message: { ...ghost, text: 'boo' } } },
      { message_id: 'm231', now: { scope: 'person:ann', message: { ...ghost, message_id: 'm231', text: 'horse' } } },
      { message_id: 'm7', now: { scope: 'person:ann', message: { ...ghost, message_id: 'm7', text: 'other words' } } },
    ],
    {},
  )
  const found = { missing: 1, foreign: 1, misplaced: 1, altered: 1 }
  expect(await counts()).toEqual(found)
  expect(await counts({ repair: true })).toEqual(found)
  expect(await counts({ every_vector: true })).toEqual({})
  expect(rig.everything()).not.toContain('boo')
  expect(before).not.toContain('boo')
  expect((await rig.ask('person:bea', 'what is the horse called?'))[0]?.text).toBe('my horse is called Pilot')
})

test('a word that leads nowhere any more is found when every word is looked for', async () => {
  await talk()
  await verify()
  rig.index_database.run(`delete from postings where stem like 'number55%'`)
  expect(await counts()).toEqual({})
  expect(await counts({ every_vector: true, repair: true })).toEqual({ altered: 1 })
  expect(await counts({ every_vector: true })).toEqual({})
})

test('called off, it stops', async () => {
  await talk()
  await expect(verify({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})
