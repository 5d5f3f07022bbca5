import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Embedder } from '../../src/models/embedder.ts'
import { createOfflineEmbedder } from '../../src/models/offline/offline-embedder.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiEmbedder } from '../../src/models/openai/openai-embedder.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { ScriptedModelServer } from '../support/model-server.ts'

const tokens = createTokenCounter()
const call = { purpose: 'memory' } as const

let server: ScriptedModelServer

beforeEach(async () => {
  server = await ScriptedModelServer.start()
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const implementations: readonly (readonly [string, () => Embedder])[] = [
  ['offline', () => createOfflineEmbedder(tokens)],
  [
    'openai',
    () => {
      const parts = { clock: new FakeClock(), ids: fakeIds(), logger: silentLogger }
      const client = new OpenAiClient(
        { api_key: 'key', base_url: server.base_url, timeout_seconds: 30, retries: 0 },
        parts,
      )
      const knowledge = forgetfulKnowledge(parts)
      return createOpenAiEmbedder({ client, model: 'some-embedder', dimensions: undefined, tokens, knowledge })
    },
  ],
]

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe.each(implementations)('the %s embedder', (name, create) => {
  test('says who it is, and names its space', () => {
    expect(create().provider).toBe(name)
    expect(create().space).toContain(create().model)
  })

  test('gives one vector of unit length a text, all equally long', async () => {
    const { vectors } = await create().embed(['one', 'two words', 'and three more words'], call)
    expect(vectors).toHaveLength(3)
    for (const vector of vectors) {
      expect(vector).toBeInstanceOf(Float32Array)
      expect(vector).toHaveLength(vectors[0]!.length)
      expect(cosine(vector, vector)).toBeCloseTo(1, 4)
    }
  })

  test('gives a text the same vector alone and among others', async () => {
    const embedder = create()
    const alone = await embedder.embed(['my dog Rex'], call)
    const among = await embedder.embed(['rain', 'my dog Rex', 'snow'], call)
    expect(cosine(alone.vectors[0]!, among.vectors[1]!)).toBeCloseTo(1, 4)
  })

  test('puts related texts nearer than unrelated ones', async () => {
    const { vectors } = await create().embed(['thunder frightens Rex', 'Rex and thunder', 'lemon cake'], call)
    expect(cosine(vectors[0]!, vectors[1]!)).toBeGreaterThan(cosine(vectors[0]!, vectors[2]!) + 0.3)
  })

  test('takes more texts than one request holds', async () => {
    const texts = Array.from({ length: 130 }, (_, i) => `subject ${String(i)}`)
    const { vectors } = await create().embed(texts, call)
    const [last] = (await create().embed(['subject 129'], call)).vectors
    expect(vectors).toHaveLength(130)
    expect(cosine(vectors[129]!, last!)).toBeCloseTo(1, 4)
  })

  test('tells the tokens of all texts together', async () => {
    const embedder = create()
    const one = await embedder.embed(['my dog Rex'], call)
    const two = await embedder.embed(['my dog Rex', 'my dog Rex'], call)
    expect(one.input_tokens).toBeGreaterThan(0)
    expect(two.input_tokens).toBe(2 * one.input_tokens)
  })

  test('stops when it is called off', async () => {
    const signal = AbortSignal.abort(new Error('not needed any more'))
    await expect(create().embed(['one'], { ...call, signal })).rejects.toThrow('not needed any more')
  })
})
