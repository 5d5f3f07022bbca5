// One statement may end several facts: all of them are marked by it, and hold again when it is forgotten.
import { afterEach, expect, test } from '@jest/globals'
import { everyLine, LearningRig } from '../support/learning-rig.ts'
import { markEnds } from '../../src/conversation/steps/mark-ends.ts'
import type { MemoryRecord } from '../../src/memory/memory.ts'
import type { Quote } from '../../src/retrieval/quote.ts'

let rig: LearningRig

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const quotedFrom = (fact: MemoryRecord): Quote => ({
  message_id: fact.sources[0] ?? '',
  scope: fact.scope,
  person_id: 'p1',
  speaker: 'Dana',
  sent_at: fact.said_from,
  text: fact.text,
  lexical: 1,
  role: 'user',
  tokens: 5,
  score: 1,
})

const HOMES = ['I live in Tel Aviv', 'I live at 12 Dizengoff Street', 'my dog is called Rex']

const start = async (): Promise<void> => {
  rig = await LearningRig.start()
  rig.script = everyLine
}

test('a move ends every home, and each quote is marked with it', async () => {
  await start()
  await rig.learn(...HOMES.slice(0, 1))
  await rig.learn(HOMES[1]!, HOMES[2]!)
  // What had been learned before the wordings were known to be about the same thing.
  const [aviv, street] = await rig.facts()
  await rig.stores.memories.change(rig.scope, aviv!.memory_id, { valid_to: null })
  await rig.learn('I moved to Haifa')
  const facts = await rig.facts()
  const haifa = facts.at(-1)!
  expect([...haifa.supersedes].sort()).toEqual([aviv!.memory_id, street!.memory_id].sort())
  expect(await rig.holding()).toEqual(['my dog is called Rex', 'I moved to Haifa'])
  const marked = await markEnds(rig.stores.memories, facts.slice(0, 2).map(quotedFrom))
  for (const quote of marked) {
    expect(quote.held_until).toBeDefined()
    expect(quote.now).toEqual([{ id: haifa.memory_id, text: 'I moved to Haifa' }])
  }
})

test('an edited message gives back everything that only its fact had ended', async () => {
  await start()
  await rig.learn(...HOMES.slice(0, 1))
  await rig.learn('I moved to Haifa')
  const [, haifa] = await rig.facts()
  await rig.stores.memories.remove(rig.scope, [haifa!.memory_id])
  expect(await rig.holding()).toEqual(['I live in Tel Aviv'])
})

test('what is learned late and was over by then holds again when the later statement is forgotten', async () => {
  await start()
  await rig.session('early', ['I live in Tel Aviv'])
  await rig.learn('I moved to Haifa')
  await rig.learner.learn('early', { patient: true })
  expect(await rig.holding()).toEqual(['I moved to Haifa'])
  const facts = await rig.facts()
  const [haifa, aviv] = [
    facts.find(each => each.text.includes('Haifa'))!,
    facts.find(each => each.text.includes('Aviv'))!,
  ]
  expect(haifa.supersedes).toEqual([aviv.memory_id])
  await rig.stores.memories.remove(rig.scope, [haifa.memory_id])
  expect(await rig.holding()).toEqual(['I live in Tel Aviv'])
})

test.each([
  ['a wrong one', 1],
  ['an unknown one', 99],
  ['zero', 0],
  ['all', [1, 2, 3, 4, 5, 6]],
  ['words', ['K1', '[2]', 'the first']],
  ['something else', { id: 1 }],
])('a model that claims that a move replaces %s ends only the home', async (_, replaces) => {
  await start()
  await rig.learn('Noa is allergic to peanuts', 'Noa lives in Jerusalem', 'I live in Tel Aviv', 'the gate code is 4471')
  rig.script = lines => {
    const answer = JSON.parse(everyLine(lines)) as { facts: object[]; reflection: string }
    return JSON.stringify({ ...answer, facts: answer.facts.map(each => ({ ...each, replaces })) })
  }
  await rig.learn('Noa moved to Haifa')
  expect(await rig.holding()).toEqual([
    'Noa is allergic to peanuts',
    'I live in Tel Aviv',
    'the gate code is 4471',
    'Noa moved to Haifa',
  ])
})

test('a right claim ends several facts at once, and what the words alone do not show', async () => {
  await start()
  await rig.learn('Ruth works as a teacher', 'Ruth has a job in Acre', 'Ruth likes tea')
  rig.script = lines => {
    const answer = JSON.parse(everyLine(lines)) as { facts: object[]; reflection: string }
    return JSON.stringify({ ...answer, facts: answer.facts.map(each => ({ ...each, replaces: [1, 2, 3] })) })
  }
  await rig.learn('Ruth retired')
  expect(await rig.holding()).toEqual(['Ruth likes tea', 'Ruth retired'])
})
