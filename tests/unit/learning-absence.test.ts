import { expect, test } from '@jest/globals'
import { ProviderChain, type ExtractionProvider } from '../../src/learning/extraction/provider-chain.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { memoryLog } from '../support/memory-log.ts'

const NOT_THERE = new DenidinError('unavailable', '127.0.0.1 could not be reached', { retryable: true })
const SAID = JSON.stringify({ facts: [], reflection: 'Nothing.' })

/** Two providers: the first refuses for good; the second answers, or fails with `failure`. */
const rig = (optional: boolean) => {
  const clock = new FakeClock()
  const log = memoryLog()
  const asked: string[] = []
  const second: { failure: Error | undefined } = { failure: NOT_THERE }
  const provider = (name: string, answer: () => string): ExtractionProvider => ({
    name,
    optional,
    model: {
      provider: name,
      model: name,
      complete: async () => {
        asked.push(name)
        return { text: answer(), usage: { input_tokens: 1, output_tokens: 1 } }
      },
    },
  })
  const refuses = provider('first', () => {
    throw new DenidinError('rejected', 'no')
  })
  const comes = provider('second', () => {
    if (second.failure !== undefined) throw second.failure
    return SAID
  })
  const chain = new ProviderChain({
    providers: [refuses, comes],
    retries: 0,
    zoneOf: async () => UTC,
    clock,
    ids: fakeIds(),
    logger: log,
    tokens: createTokenCounter(),
    metrics: createMetrics(),
  })
  const extract = async (patient = false): Promise<string> => {
    const input = { messages: [], sources: new Set<string>(), known: [], so_far: undefined }
    return (await chain.extract(input, { patient, call: { chat_id: 'c' } })).provider
  }
  const warnings = (): number =>
    log.lines.filter(each => each.level === 'warn' && each.fields['provider'] === 'second').length
  return { clock, asked, second, extract, warnings, times: () => asked.filter(each => each === 'second').length }
}

test('one that is not there is left alone, and asked again now and then without another warning', async () => {
  const { clock, extract, times, warnings } = rig(true)
  for (let n = 0; n < 5; n++) expect(await extract()).toBe('pattern')
  expect([times(), warnings()]).toEqual([1, 1])
  await clock.advance(2 * MINUTE_MS)
  for (let n = 0; n < 5; n++) await extract()
  expect([times(), warnings()]).toEqual([2, 1])
  // The next wait is longer.
  await clock.advance(2 * MINUTE_MS)
  await extract()
  expect(times()).toBe(2)
  await clock.advance(60 * MINUTE_MS)
  await extract()
  expect([times(), warnings()]).toEqual([3, 1])
})

test('who waits patiently does not wait for one that is known not to be there', async () => {
  const { extract } = rig(true)
  await expect(extract(true)).rejects.toMatchObject({ code: 'unavailable' })
  expect(await extract(true)).toBe('pattern')
})

test('one that came is asked at once, and missed anew', async () => {
  const { clock, extract, second, times, warnings } = rig(true)
  await extract()
  second.failure = undefined
  await clock.advance(2 * MINUTE_MS)
  expect([await extract(), await extract()]).toEqual(['second', 'second'])
  second.failure = NOT_THERE
  await extract()
  expect([times(), warnings()]).toEqual([4, 2])
})

test('one that is there and refuses is asked each time', async () => {
  const { extract, second, times, warnings } = rig(true)
  second.failure = new DenidinError('rejected', 'it does not know the model')
  for (let n = 0; n < 3; n++) await extract()
  expect([times(), warnings()]).toEqual([3, 3])
})

test('a service that has to be there is asked each time', async () => {
  const { extract, times } = rig(false)
  for (let n = 0; n < 3; n++) await extract()
  expect(times()).toBe(3)
})
