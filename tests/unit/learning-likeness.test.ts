// Similar embeddings make two facts one, but only when their words are similar too.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { FactConsolidator } from '../../src/learning/consolidation/fact-consolidator.ts'
import { createEmbeddingSimilarity } from '../../src/learning/consolidation/embedding-similarity.ts'
import type { ExtractedFact } from '../../src/learning/extraction/extraction.ts'
import type { Embedder } from '../../src/models/embedder.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { LearningRig } from '../support/learning-rig.ts'

let rig: LearningRig
let embedded: (readonly string[])[]
let vectorsOf: (texts: readonly string[]) => Promise<readonly Float32Array[]>

const embedder: Embedder = {
  provider: 'test',
  model: 'text-embedding-3-small',
  space: 'test',
  embed: async texts => {
    embedded.push(texts)
    return { vectors: await vectorsOf(texts), input_tokens: 1 }
  },
}

beforeEach(async () => {
  rig = await LearningRig.start()
  embedded = []
  vectorsOf = texts => Promise.resolve(texts.map(() => Float32Array.of(1, 0)))
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const fact = (text: string): ExtractedFact => ({
  text,
  quote: text,
  category: 'facts',
  importance: 0.5,
  entities: [],
  relations: [],
  valid_from: undefined,
  valid_to: undefined,
  same_as: undefined,
  replaces: [],
  source: {
    message_id: text,
    chat_id: 'c',
    chat_kind: 'direct',
    scope: 'person:p1',
    person_id: 'p1',
    role: 'user',
    kind: 'chat',
    learning_opt_out: false,
    sender_name: 'Dana',
    text,
    tokens: 5,
    sent_at: rig.clock.now(),
    session_id: 's',
  },
})

/** How many memories two facts become. */
const memoriesOf = async (first: string, second: string): Promise<number> => {
  const { memories } = rig.stores
  const consolidator = new FactConsolidator({
    memories,
    memory: { store: memory => memories.add(memory) },
    clock: rig.clock,
    ids: systemIds,
    similarity: createEmbeddingSimilarity(embedder),
  })
  const known = await consolidator.open(rig.scope)
  for (const text of [first, second]) await known.consolidate(fact(text), 's', {})
  return (await rig.facts()).length
}

const BEFORE = 'Dana waters the plants on the balcony every evening after work'

test('what shares most words and means the same becomes one', async () => {
  expect(await memoriesOf(BEFORE, 'Each evening Dana waters her balcony plants carefully')).toBe(1)
  expect(embedded).toEqual([['Each evening Dana waters her balcony plants carefully', BEFORE]])
})

test('what means something else stays two', async () => {
  vectorsOf = ([, ...rest]) => Promise.resolve([Float32Array.of(1, 0), ...rest.map(() => Float32Array.of(0.7, 0.714))])
  expect(await memoriesOf(BEFORE, 'Each evening Dana waters her balcony plants carefully')).toBe(2)
})

test('when the words differ, the embedder is not asked', async () => {
  expect(await memoriesOf(BEFORE, 'Dana paid 300 shekels for shoes')).toBe(2)
  expect(embedded).toEqual([])
})

test('when the embedder cannot be asked, both are kept', async () => {
  vectorsOf = () => Promise.reject(new DenidinError('unavailable', 'busy'))
  expect(await memoriesOf(BEFORE, 'Each evening Dana waters her balcony plants carefully')).toBe(2)
})

test('a restated fact that was forgotten meanwhile is stored again', async () => {
  const { memories } = rig.stores
  const consolidator = new FactConsolidator({
    memories,
    memory: { store: memory => memories.add(memory) },
    clock: rig.clock,
    ids: systemIds,
    similarity: createEmbeddingSimilarity(embedder),
  })
  const { memory_id } = await (await consolidator.open(rig.scope)).consolidate(fact('Dana lives in Haifa'), 's', {})
  const known = await consolidator.open(rig.scope)
  await memories.remove(rig.scope, [memory_id])
  expect(await known.consolidate(fact('Dana resides in Haifa'), 's', {})).toMatchObject({ outcome: 'new', ended: [] })
  expect(await rig.facts()).toMatchObject([{ text: 'Dana resides in Haifa' }])
})
