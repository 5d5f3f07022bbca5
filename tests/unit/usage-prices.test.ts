/** Prices of models: the operator's file, which price applies to a name, and what a call costs. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '../../src/platform/logger.ts'
import { amountOf, unitsOf } from '../../src/usage/prices/amount.ts'
import { costOf, FREE, tariffOf, writtenTariff } from '../../src/usage/prices/call-cost.ts'
import { FilePriceBook } from '../../src/usage/prices/price-book.ts'
import { readPriceList } from '../../src/usage/prices/read-prices.ts'
import { memoryLog } from '../support/memory-log.ts'
import { MemoryFile } from '../support/no-file.ts'

const SOURCE = 'config/prices.json'
const read = (text: string) => readPriceList(text, SOURCE)
const problemOf = (text: string): string => {
  try {
    read(text)
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}
const withModel = (price: string, name = 'gpt-4o'): string =>
  `{ "currency": "USD", "models": {\n "${name}": ${price} } }`

describe('the file', () => {
  test('nothing in it: no prices and no currency', () => {
    for (const text of ['', '{}', '// none yet\n{}', '{ "models": {} }']) {
      expect(read(text)).toMatchObject({ currency: undefined, isEmpty: true })
    }
  })

  test('the example that comes with DeniDin can be read, and names its day', () => {
    const text = readFileSync(join(import.meta.dirname, '../../config/prices.example.json'), 'utf8')
    expect(read(text)).toMatchObject({ currency: 'USD', as_of: '2026-11-29', isEmpty: false })
  })

  test.each([
    ['{\n "models": {\n', 'config/prices.json, line 3: is not valid JSON: invalid end of input'],
    ['{ "models": { "a": { "input": 0,15 } } }', 'is not valid JSON'],
    ['[]', 'config/prices.json, line 1: must be an object'],
    ['"free"', 'must be an object'],
    [withModel('{ "input": 1, "output": 1,\n "input": 2 }'), 'line 3: models.gpt-4o.input is given twice'],
    ['{ "prices": {} }', 'line 1: prices is not a known key; allowed are currency, as_of, models'],
    [
      withModel('{ "inputs": 1 }'),
      'line 2: models.gpt-4o.inputs is not a known key; allowed are input, cached_input, output, embedding, request, image, audio_minute',
    ],
    [withModel('{ "input": -0.15, "output": 1 }'), 'line 2: models.gpt-4o.input must be a number from 0 to 1,000,000'],
    [withModel('{ "input": NaN, "output": 1 }'), 'models.gpt-4o.input must be a number from 0 to 1,000,000'],
    [withModel('{ "input": Infinity, "output": 1 }'), 'models.gpt-4o.input must be a number from 0 to 1,000,000'],
    [withModel('{ "input": 1e300, "output": 1 }'), 'models.gpt-4o.input must be a number from 0 to 1,000,000'],
    [withModel('{ "input": 1, "output": "0.60" }'), 'models.gpt-4o.output must be a number from 0 to 1,000,000'],
    [withModel('{ "input": 1, "output": "$0.60" }'), 'models.gpt-4o.output must be a number'],
    [withModel('{ "input": null, "output": 1 }'), 'models.gpt-4o.input must be a number'],
    [withModel('0.15'), 'models.gpt-4o must be an object'],
    [withModel('{}'), 'models.gpt-4o has no price; a free model has the price 0'],
    [withModel('{ "output": 0.6 }'), 'models.gpt-4o has a price for output and needs one for input'],
    [withModel('{ "cached_input": 0.6 }'), 'models.gpt-4o has a price for cached_input and needs one for input'],
    [withModel('{ "input": 1 }', ' gpt-4o'), 'must be the name of a model, without spaces around it'],
    [withModel('{ "input": 1 }', ''), 'must be the name of a model'],
    ['{ "currency": "USD", "models": { "A": { "input": 1 }, "a": { "input": 2 } } }', 'models.a is there twice'],
    ['{ "models": { "a": { "input": 1 } } }', 'models needs "currency" beside it, such as "USD"'],
    ['{ "currency": "$" }', 'currency must be the code of a currency, such as "USD"'],
    ['{ "currency": 5 }', 'currency must be the code of a currency'],
    ['{ "as_of": "yesterday" }', 'as_of must be a day, such as "2026-11-29"'],
    ['{ "models": [] }', 'models must be an object'],
  ])('%s', (text, problem) => {
    expect(problemOf(text)).toContain(problem)
  })
})

describe('the price that applies', () => {
  const list = read(`{ "currency": "usd", "models": {
    "gpt-4o-mini": { "input": 1, "output": 1 },
    "gpt-4o": { "input": 2, "output": 2 },
    "gpt-4o-2024-05-13": { "input": 3, "output": 3 },
    "gpt-4.1*": { "input": 4, "output": 4 },
    "gpt-4.1-nano*": { "input": 5, "output": 5 },
    "ollama/*": { "input": 0, "output": 0 },
    "anthropic/claude-3-5-sonnet": { "input": 6, "output": 6 },
    "mistral-large": { "input": 7, "output": 7 },
    "a.b": { "input": 8, "output": 8 },
  } }`)
  const inputOf = (model: string, provider = 'openai') => list.priceOf({ provider, model })?.input

  test.each([
    ['gpt-4o-mini', 1],
    ['gpt-4o-mini-2024-07-18', 1],
    ['GPT-4o-Mini', 1],
    ['gpt-4o', 2],
    ['gpt-4o-2024-08-06', 2],
    ['gpt-4o-2024-05-13', 3],
    ['gpt-4.1', 4],
    ['gpt-4.1-2025-04-14', 4],
    ['gpt-4.1-nano-2025-04-14', 5],
    ['mistral-large-2411', 7],
    ['mistral-large-latest', 7],
    ['a.b', 8],
  ])('%s has that of %d', (model, units) => {
    expect(inputOf(model)).toBe(amountOf(units))
    // Found again as quickly as the first time, and the same.
    expect(inputOf(model)).toBe(amountOf(units))
  })

  test.each([
    ['llama3.1:8b', 'ollama', 0],
    ['claude-3-5-sonnet-20241022', 'anthropic', 6],
    ['anthropic/claude-3-5-sonnet', 'openai', 6],
  ])('%s of %s has that of its provider', (model, provider, units) => {
    expect(inputOf(model, provider)).toBe(amountOf(units))
  })

  test.each([
    ['gpt-4o-audio-preview'],
    ['gpt-4o-mini-realtime'],
    ['gpt-4'],
    ['gpt-4o-32768'],
    ['gpt-4o-mini-8192'],
    ['gpt-4o-1399'],
    ['axb'],
    ['llama3.1:8b'],
    ['claude-3-5-sonnet'],
    [''],
    ['*'],
  ])('%s has none', model => {
    expect(inputOf(model)).toBeUndefined()
  })

  test('names with many stars are searched in linear time', () => {
    const stars = read(withModel('{ "input": 1 }', `${'a*'.repeat(30)}b`))
    expect(stars.priceOf({ provider: 'openai', model: 'a'.repeat(200) })).toBeUndefined()
  })
})

describe('the tariff of a call', () => {
  const priceOf = (text: string) => read(withModel(text)).priceOf({ provider: 'openai', model: 'gpt-4o' }) ?? {}

  test('cached input costs as much as other input where no price says otherwise', () => {
    expect(tariffOf(priceOf('{ "input": 2, "output": 8 }'), 'completion')).toMatchObject({ cached_input: amountOf(2) })
    expect(tariffOf(priceOf('{ "input": 2, "cached_input": 0, "output": 8 }'), 'completion')).toMatchObject({
      cached_input: 0n,
    })
  })

  test.each([
    ['{ "embedding": 0.02 }', 'completion'],
    ['{ "input": 0.02 }', 'completion'],
    ['{ "embedding": 0.02 }', 'rerank'],
    ['{ "image": 1 }', 'embedding'],
  ] as const)('%s does not say what a call of the kind %s costs', (text, kind) => {
    expect(tariffOf(priceOf(text), kind)).toBeUndefined()
  })

  test.each([
    ['{ "embedding": 0.02 }', 'embedding', { input_tokens: 1_000_000, output_tokens: 0 }, 0.02],
    ['{ "input": 0.02 }', 'embedding', { input_tokens: 500_000, output_tokens: 0 }, 0.01],
    ['{ "input": 0.15, "output": 0.6 }', 'completion', { input_tokens: 1000, output_tokens: 500 }, 0.00045],
    [
      '{ "input": 0.15, "cached_input": 0.075, "output": 0.6 }',
      'completion',
      { input_tokens: 1000, cached_tokens: 800, output_tokens: 0 },
      0.00009,
    ],
    // A provider that counts more cached tokens than tokens.
    [
      '{ "input": 1, "cached_input": 0.5, "output": 1 }',
      'completion',
      { input_tokens: 10, cached_tokens: 99, output_tokens: 0 },
      0.000005,
    ],
    ['{ "request": 0.002 }', 'rerank', { input_tokens: 0, output_tokens: 0 }, 0.002],
    ['{ "request": 0.002, "input": 1 }', 'rerank', { input_tokens: 1_000_000, output_tokens: 0 }, 1.002],
    ['{ "input": 0, "output": 0 }', 'completion', { input_tokens: 5_000_000, output_tokens: 5_000_000 }, 0],
    [
      '{ "input": 1, "output": 1, "image": 0.01 }',
      'completion',
      { input_tokens: 0, output_tokens: 0, images: 3 },
      0.03,
    ],
    [
      '{ "input": 1, "output": 1, "audio_minute": 0.006 }',
      'completion',
      { input_tokens: 0, output_tokens: 0, audio_seconds: 90 },
      0.009,
    ],
    // The smallest amounts are rounded up, never to nothing.
    ['{ "input": 0.000001, "output": 0 }', 'completion', { input_tokens: 1, output_tokens: 0 }, 0.000000001],
  ] as const)('%s, %s', (text, kind, taken, units) => {
    const tariff = tariffOf(priceOf(text), kind) ?? FREE
    expect(unitsOf(costOf(tariff, taken))).toBe(units)
  })

  test('a huge price and a huge count give a number that can still be read exactly', () => {
    const tariff = tariffOf(priceOf('{ "input": 1000000, "output": 1000000 }'), 'completion') ?? FREE
    const cost = costOf(tariff, { input_tokens: 1_000_000_000, output_tokens: 1_000_000_000 })
    expect(Number.isSafeInteger(Number(cost))).toBe(true)
    expect(cost).toBe(BigInt(Number.MAX_SAFE_INTEGER))
  })

  test('sums of costs are exact, in any order', () => {
    const tariff = tariffOf(priceOf('{ "input": 0.1, "cached_input": 0.03, "output": 0.7 }'), 'completion') ?? FREE
    const call = fc.record({
      input_tokens: fc.nat(2_000_000),
      cached_tokens: fc.nat(1000),
      output_tokens: fc.nat(100_000),
    })
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), calls => {
        const sum = (some: typeof calls) => some.reduce((total, each) => total + costOf(tariff, each), 0n)
        expect(sum(calls)).toBe(sum(calls.toReversed()))
        // 0.1, 0.03 and 0.7 of a unit per million are whole billionths per ten tokens: nothing is lost but the rounding.
        const exact = calls.reduce((total, { input_tokens, cached_tokens, output_tokens }) => {
          const cached = Math.min(cached_tokens, input_tokens)
          return total + BigInt(input_tokens - cached) * 100n + BigInt(cached) * 30n + BigInt(output_tokens) * 700n
        }, 0n)
        expect(sum(calls)).toBe(exact)
      }),
    )
  })

  test('is written down in units of the currency, without what is free', () => {
    const tariff = tariffOf(priceOf('{ "input": 0.15, "output": 0.6 }'), 'completion') ?? FREE
    expect(JSON.parse(writtenTariff(tariff))).toEqual({ input: 0.15, cached_input: 0.15, output: 0.6 })
    expect(writtenTariff(FREE)).toBe('{}')
  })
})

test('amounts come back as they were given', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), millionths => {
      const units = millionths / 1_000_000
      expect(unitsOf(amountOf(units))).toBeCloseTo(units, 9)
      expect(amountOf(units)).toBe(BigInt(millionths) * 1000n)
    }),
  )
})

describe('the price book of a file', () => {
  const REPLY = { kind: 'completion', provider: 'openai', model: 'gpt-4o' } as const

  test('reads the file again when it changes, and only then', () => {
    const file = new MemoryFile(SOURCE, withModel('{ "input": 1, "output": 1 }'))
    const book = new FilePriceBook({ file, logger: silentLogger })
    for (let at = 0; at < 10; at++) expect(book.priceOf(REPLY)?.tariff.input).toBe(amountOf(1))
    expect(file.reads).toBe(1)
    file.content = withModel('{ "input": 2, "output": 1 }')
    expect(book.priceOf(REPLY)).toMatchObject({ currency: 'USD', tariff: { input: amountOf(2) } })
    file.content = undefined
    expect(book.priceOf(REPLY)).toBeUndefined()
    expect(book.status()).toEqual({ currency: undefined, as_of: undefined, problem: undefined })
  })

  test('keeps the last good prices while the file is broken, and says so once', () => {
    const log = memoryLog()
    const file = new MemoryFile(SOURCE, withModel('{ "input": 1, "output": 1 }'))
    const book = new FilePriceBook({ file, logger: log })
    book.priceOf(REPLY)
    file.content = '{ "currency": "USD", "models": { "gpt-4o": { "input": -1 } } }'
    for (let at = 0; at < 3; at++) expect(book.priceOf(REPLY)?.tariff.input).toBe(amountOf(1))
    expect(book.status().problem).toContain('models.gpt-4o.input must be a number')
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'The prices are broken; the last good ones stay' }])
    file.content = withModel('{ "input": 3, "output": 1 }')
    expect(book.priceOf(REPLY)?.tariff.input).toBe(amountOf(3))
    expect(book.status().problem).toBeUndefined()
  })

  test('an emptied file does not make calls free: the last good prices stay until it has content or is deleted', () => {
    const file = new MemoryFile(SOURCE, withModel('{ "input": 1, "output": 1 }'))
    const book = new FilePriceBook({ file, logger: silentLogger })
    book.priceOf(REPLY)
    file.content = ' \n'
    expect(book.priceOf(REPLY)?.tariff.input).toBe(amountOf(1))
    expect(book.status().problem).toContain(`${SOURCE} is empty; delete it, or write {} into it`)
    file.content = '{}'
    expect(book.priceOf(REPLY)).toBeUndefined()
    expect(book.status().problem).toBeUndefined()
  })

  test('a model whose name JavaScript would lose is refused', () => {
    expect(() => readPriceList(withModel('{ "input": 1 }', '__proto__'), SOURCE)).toThrow(
      /models\.__proto__ is not allowed: no name may be __proto__/,
    )
  })

  test('the models of DeniDin itself are free without any file', () => {
    const book = new FilePriceBook({ file: new MemoryFile(SOURCE), logger: silentLogger })
    expect(book.priceOf({ kind: 'embedding', provider: 'offline', model: 'offline-1' })).toEqual({
      tariff: FREE,
      currency: undefined,
    })
  })

  test('says once of each model that it has no price; nothing while there are no prices at all', () => {
    const log = memoryLog()
    const file = new MemoryFile(SOURCE)
    const book = new FilePriceBook({ file, logger: log })
    book.priceOf(REPLY)
    expect(log.lines).toEqual([])
    file.content = withModel('{ "input": 1, "output": 1 }', 'other')
    for (let at = 0; at < 3; at++) book.priceOf(REPLY)
    book.priceOf({ ...REPLY, model: 'gpt-5' })
    expect(log.lines).toMatchObject([
      { level: 'warn', fields: { model: 'gpt-4o' } },
      { level: 'warn', fields: { model: 'gpt-5' } },
    ])
  })

  test('a broken file is an error where it is checked at the start', () => {
    const file = new MemoryFile(SOURCE, '{ "currency": 1 }')
    const book = new FilePriceBook({ file, logger: silentLogger })
    expect(() => {
      book.check()
    }).toThrow('config/prices.json, line 1: currency must be the code of a currency')
  })
})
