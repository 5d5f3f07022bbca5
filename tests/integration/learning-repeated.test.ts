// Learning that is broken off, repeated, or has to be undone: each fact stands once, and only what still was said.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DAY_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { LearningRig, type ScriptedFacts } from '../support/learning-rig.ts'

let rig: LearningRig

beforeEach(async () => {
  rig = await LearningRig.start()
  rig.script = wording(text => `Dana: ${text}`)
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** Every line as one fact in some wording. */
const wording =
  (write: (text: string) => string): ScriptedFacts =>
  lines =>
    JSON.stringify({
      facts: lines.map(({ message, text }) => ({
        text: write(text),
        quote: text,
        message,
        category: 'facts',
        importance: 0.8,
      })),
      reflection: 'Dana told a few things.',
    })

const at_once = { patient: false }
const texts = async (): Promise<readonly string[]> => (await rig.facts()).map(memory => memory.text)

test('learning that breaks off before it is marked is made again, in whatever words, without a double', async () => {
  await rig.session('s1', ['the gate squeaks', 'Bruno baked bread'])
  const { processedMessages: learnt } = rig.stores
  const add = learnt.add.bind(learnt)
  learnt.add = () => Promise.reject(new DenidinError('unavailable', 'the process has ended'))
  await expect(rig.learner.learn('s1', at_once)).rejects.toThrow('ended')
  expect(await texts()).toHaveLength(2)
  learnt.add = add
  rig.script = wording(text => `It was said about Dana's life, among other news, that ${text}`)
  await rig.learner.learn('s1', at_once)
  expect(await texts()).toHaveLength(2)
  expect(await rig.stores.reflections.of('s1')).toMatchObject({ text: 'Dana told a few things.' })
  expect(await rig.learner.learn('s1', at_once)).toMatchObject({ provider: undefined, memory_ids: [] })
  expect(rig.requests).toHaveLength(2)
})

test('two who learn from a session at once ask once', async () => {
  await rig.session('s1', ['the gate squeaks'])
  await Promise.all([1, 2, 3].map(() => rig.learner.learn('s1', at_once)))
  expect(rig.requests).toHaveLength(1)
  expect(await texts()).toHaveLength(1)
})

test('a restatement is one more source and a little more importance, however often it is learned', async () => {
  await rig.session('s1', ['I live in Haifa'])
  await rig.learner.learn('s1', at_once)
  const [before] = await rig.facts()
  expect(before?.importance).toBeCloseTo(0.7 * 0.8 + 0.3 * 0.5)
  await rig.session('s2', ['my home is in Haifa'])
  await rig.learner.learn('s2', at_once)
  const [after, ...rest] = await rig.facts()
  expect(rest).toEqual([])
  expect(after?.sources).toEqual(['m1', 'm2'])
  expect(after?.importance).toBeCloseTo((before?.importance ?? 0) + 0.1 * (1 - (before?.importance ?? 0)))
})

test('a restatement renews when a fact was said, in whatever order it is learned', async () => {
  await rig.session('s1', ['I live in Haifa'])
  await rig.clock.advance(40 * DAY_MS)
  await rig.session('s2', ['my home is in Haifa'])
  await rig.clock.advance(40 * DAY_MS)
  await rig.session('s3', ['I reside in Haifa'])
  const said = (await Promise.all(['s1', 's2', 's3'].map(id => rig.messagesOf(id)))).flat().map(each => each.sent_at)
  for (const [session, said_from, said_to] of [
    ['s2', said[1], said[1]],
    ['s3', said[1], said[2]],
    ['s1', said[0], said[2]],
  ] as const) {
    await rig.learner.learn(session, at_once)
    expect(await rig.facts()).toMatchObject([{ text: 'Dana: my home is in Haifa', said_from, said_to }])
  }
})

test('what was contradicted before it was said anew is history until then', async () => {
  await rig.session('s1', ['I live in Haifa'])
  await rig.session('s2', ['I live in Oslo now'])
  await rig.session('s3', ['my home is in Haifa'])
  for (const session of ['s1', 's3', 's2']) await rig.learner.learn(session, at_once)
  const [haifa, oslo] = await rig.facts()
  expect(haifa).toMatchObject({ text: 'Dana: I live in Haifa', valid_to: undefined })
  expect(oslo).toMatchObject({ text: 'Dana: I live in Oslo now', valid_to: haifa?.said_to })
  expect(oslo?.valid_to).toBeGreaterThan(oslo?.valid_from ?? 0)
})

test('what only came from deleted words goes, what was also said elsewhere is heard there again', async () => {
  const [first = ''] = await rig.session('s1', ['I live in Haifa', 'the gate squeaks'])
  await rig.learner.learn('s1', at_once)
  await rig.stores.ledger.stored('s1', rig.clock.now())
  await rig.session('s2', ['my home is in Haifa'])
  await rig.learner.learn('s2', at_once)
  await rig.stores.ledger.stored('s2', rig.clock.now())
  await rig.stores.messages.history.remove(first, rig.clock.now())
  expect(await rig.learner.relearn('s1')).toBe(true)
  expect(await texts()).toEqual(['Dana: the gate squeaks'])
  const waiting = await rig.stores.ledger.waiting(rig.clock.now())
  expect(waiting.map(session => session.session_id).sort()).toEqual(['s1', 's2'])
  for (const { session_id } of waiting) await rig.learner.learn(session_id, at_once)
  expect(await texts()).toEqual(['Dana: the gate squeaks', 'Dana: my home is in Haifa'])
  expect(rig.requests).toHaveLength(3)
  // The words that are gone are in no reflection either.
  expect((await rig.stores.reflections.of('s1'))?.text).toMatch(/^Context: one message/)
})

test('when what ended a fact is deleted, the fact holds again', async () => {
  await rig.session('s1', ['I live in Haifa'])
  await rig.learner.learn('s1', at_once)
  const [moved = ''] = await rig.session('s2', ['I moved to Oslo'])
  await rig.learner.learn('s2', at_once)
  expect((await rig.facts()).map(memory => memory.valid_to === undefined)).toEqual([false, true])
  await rig.stores.messages.history.remove(moved, rig.clock.now())
  await rig.learner.relearn('s2')
  expect(await rig.facts()).toMatchObject([{ text: 'Dana: I live in Haifa', valid_to: undefined }])
})

test('words that are deleted while they are read are not learned', async () => {
  const [secret = ''] = await rig.session('s1', ['the code is 4711', 'the gate squeaks'])
  const usual = rig.script
  rig.script = async (lines, content) => {
    await rig.stores.messages.history.remove(secret, rig.clock.now())
    return await usual(lines, content)
  }
  await rig.learner.learn('s1', at_once)
  expect(await texts()).toEqual(['Dana: the gate squeaks'])
})

test('an older conversation that is learned from late ends nothing that was said since', async () => {
  await rig.session('s1', ['I live in Haifa'])
  await rig.session('s2', ['I live in Oslo'])
  await rig.learner.learn('s2', at_once)
  await rig.learner.learn('s1', at_once)
  const [oslo, haifa] = await rig.facts()
  expect(oslo).toMatchObject({ text: 'Dana: I live in Oslo', valid_to: undefined })
  expect(haifa).toMatchObject({ text: 'Dana: I live in Haifa', valid_to: oslo?.valid_from })
})

test('who is patient waits for the model, who is not is helped by the rules', async () => {
  await rig.session('s1', ['I prefer tea'])
  let calls = 0
  rig.script = () => {
    calls++
    throw new DenidinError('unavailable', 'busy', { retryable: true })
  }
  const waiting = rig.learner.learn('s1', { patient: true })
  const outcome = expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
  while (calls < 2) {
    await rig.clock.advance(1000)
    await new Promise(resolve => setImmediate(resolve))
  }
  await outcome
  expect(await texts()).toEqual([])
  rig.script = () => 'no facts today'
  expect(await rig.learner.learn('s1', { patient: true })).toMatchObject({ provider: 'pattern', added: 1 })
  expect(await texts()).toEqual(['I prefer tea'])
  const uses = await rig.stores.memoryLog.stats({ since: 0, most: 5 })
  expect(uses.by_type).toEqual({ 'extract:pattern': 1 })
})
