/** Limits of spending: their periods, what they allow, and that parallel calls cannot overrun them. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Database } from '../../src/database/sqlite/database.ts'
import { CallRefused } from '../../src/models/call-refused.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import { meteredLanguageModel } from '../../src/models/metered.ts'
import type { PlannedCall } from '../../src/models/meter.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { timeZone, UTC } from '../../src/platform/time-zone.ts'
import { StoredLimitWarnings } from '../../src/usage/limits/limit-warnings.ts'
import { LimitsHealth, PersonalLimitsHealth } from '../../src/usage/limits/limits-health.ts'
import { periodOf, spendingLimitsOf, type SpendingLimitSettings } from '../../src/usage/limits/spending-limits.ts'
import { amountOf } from '../../src/usage/prices/amount.ts'
import { FilePriceBook } from '../../src/usage/prices/price-book.ts'
import { SqliteCosts } from '../../src/usage/sqlite/sqlite-costs.ts'
import { usageMigrations } from '../../src/usage/sqlite/usage-migrations.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { meteringOf, type Metering } from '../support/meter-of.ts'
import { MemoryFile } from '../support/no-file.ts'

const NONE: SpendingLimitSettings = {
  cost_per_person_per_day: undefined,
  cost_per_day: undefined,
  cost_per_month: undefined,
  tokens_per_person_per_day: undefined,
  tokens_per_day: undefined,
  tokens_per_month: undefined,
}

/** A token of a request costs 0.001, one of an answer 0.002. */
const PRICES =
  '{ "currency": "EUR", "models": { "m": { "input": 1000, "output": 2000 }, "small": { "input": 100, "output": 200 } } }'

const priceBook = () => new FilePriceBook({ file: new MemoryFile('prices.json', PRICES), logger: silentLogger })

const set = (
  settings: Partial<SpendingLimitSettings>,
  more: Parameters<typeof meteringOf>[3] = {},
  clock = new FakeClock(),
): Metering & { readonly database: Database; readonly clock: FakeClock } => {
  const database = new Database(':memory:', usageMigrations)
  const limits = spendingLimitsOf({ ...NONE, ...settings })
  return { ...meteringOf(database, clock, priceBook(), { limits, ...more }), database, clock }
}

/** Costs 0.01 + 0.02 at most. */
const call: PlannedCall = {
  kind: 'completion',
  provider: 'openai',
  model: 'm',
  purpose: 'reply',
  person_id: 'ana',
  chat_id: 'c',
  estimated_tokens: 20,
  estimated_answer_tokens: 10,
}

const reasonOf = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act
  } catch (error) {
    return error instanceof CallRefused ? error.reason : String(error)
  }
  return 'allowed'
}

describe('periods', () => {
  test.each([
    ['2026-11-29T23:59:59Z', 'UTC', '2026-11-29', '2026-11-30T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['2026-11-29T23:59:59Z', 'Asia/Jerusalem', '2026-11-30', '2026-11-30T22:00:00.000Z', '2026-11-30T22:00:00.000Z'],
    // The night in which the clocks go forward, and the one in which they go back.
    ['2027-03-25T22:30:00Z', 'Asia/Jerusalem', '2027-03-26', '2027-03-26T21:00:00.000Z', '2027-03-31T21:00:00.000Z'],
    ['2027-10-30T21:30:00Z', 'Asia/Jerusalem', '2027-10-31', '2027-10-31T22:00:00.000Z', '2027-10-31T22:00:00.000Z'],
    // A month that ends in another year, and a day that begins an hour late.
    ['2026-12-31T12:00:00Z', 'America/New_York', '2026-12-31', '2027-01-01T05:00:00.000Z', '2027-01-01T05:00:00.000Z'],
    [
      '2027-02-28T12:00:00Z',
      'Pacific/Kiritimati',
      '2027-03-01',
      '2027-03-01T10:00:00.000Z',
      '2027-03-31T10:00:00.000Z',
    ],
  ])('%s in %s', (at, zone, day, dayEnds, monthEnds) => {
    const today = Date.parse(day) / DAY_MS
    const now = Date.parse(at)
    expect(periodOf('day', now, timeZone(zone))).toEqual({ first: today, last: today, ends: Date.parse(dayEnds) })
    expect(periodOf('person_day', now, timeZone(zone))).toEqual(periodOf('day', now, timeZone(zone)))
    const month = periodOf('month', now, timeZone(zone))
    expect(month).toEqual({
      first: Date.parse(`${day.slice(0, 8)}01`) / DAY_MS,
      last: today,
      ends: Date.parse(monthEnds),
    })
  })

  test('every instant lies in the period that is said to be under way, in every zone', () => {
    const zones = ['UTC', 'Asia/Jerusalem', 'America/New_York', 'Pacific/Apia', 'Africa/Cairo', 'Australia/Lord_Howe']
    fc.assert(
      fc.property(
        fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2030-01-01') }),
        fc.constantFrom(...zones),
        fc.constantFrom('day' as const, 'month' as const),
        (at, name, limit) => {
          const zone = timeZone(name)
          const { first, last, ends } = periodOf(limit, at, zone)
          expect(zone.beginOf(first)).toBeLessThanOrEqual(at)
          expect(ends).toBeGreaterThan(at)
          expect(zone.dayOf(ends - 1)).toBeGreaterThanOrEqual(last)
          expect(periodOf(limit, ends, zone).first).toBeGreaterThan(first)
        },
      ),
    )
  })
})

describe('a call', () => {
  test.each([
    ['cost_per_person_per_day', 0.06, 'person_day'],
    ['cost_per_day', 0.06, 'day'],
    ['cost_per_month', 0.06, 'month'],
    ['tokens_per_person_per_day', 40, 'person_day'],
    ['tokens_per_day', 40, 'day'],
    ['tokens_per_month', 40, 'month'],
  ] as const)('with %s of %d is allowed twice', async (key, most, reason) => {
    const { meter } = set({ [key]: most })
    const first = await meter.reserve(call)
    await meter.reserve(call)
    expect(await reasonOf(meter.reserve(call))).toBe(reason)
    // What one did not need, another may.
    await meter.commit(first, { input_tokens: 0, output_tokens: 0, duration_ms: 1 })
    expect(await reasonOf(meter.reserve(call))).toBe('allowed')
    expect(await reasonOf(meter.reserve(call))).toBe(reason)
  })

  test('of another person has a limit of its own, and one for everyone has it in common', async () => {
    const { meter } = set({ cost_per_person_per_day: 0.03, cost_per_day: 0.06 })
    await meter.reserve(call)
    expect(await reasonOf(meter.reserve(call))).toBe('person_day')
    await meter.reserve({ ...call, person_id: 'ben' })
    expect(await reasonOf(meter.reserve({ ...call, person_id: 'carl' }))).toBe('day')
    const { person_id: _, ...ofNoOne } = call
    expect(await reasonOf(meter.reserve(ofNoOne))).toBe('day')
  })

  test('that is refused leaves nothing behind, and says until when', async () => {
    const { meter, database, clock } = set({ cost_per_day: 0.01 })
    await expect(meter.reserve(call)).rejects.toMatchObject({
      code: 'limit_reached',
      retryable: true,
      until: Date.parse('2026-11-21T00:00:00Z'),
      message: 'the limit of a day leaves too little for a call: 0 of 0.01 are used',
    })
    expect(database.all('select * from usage')).toEqual([])
    expect(clock.now()).toBeLessThan(Date.parse('2026-11-21T00:00:00Z'))
  })

  test('a limit of 0 allows nothing that costs anything, and what is free', async () => {
    const { meter } = set({ cost_per_day: 0 })
    expect(await reasonOf(meter.reserve(call))).toBe('day')
    expect(await reasonOf(meter.reserve({ ...call, provider: 'offline', model: 'offline-extractive-1' }))).toBe(
      'allowed',
    )
  })

  test('of the built-in models is neither limited nor counted', async () => {
    const { meter, guard } = set({ tokens_per_day: 30 })
    const offline = { ...call, provider: 'offline', model: 'offline-extractive-1' }
    for (let at = 0; at < 5; at++) {
      await meter.commit(await meter.reserve(offline), { input_tokens: 99, output_tokens: 99, duration_ms: 1 })
    }
    expect(guard.levels()).toMatchObject([{ spent: 0n }])
  })

  test('of a model without a price is free for limits of cost, or refused, and its tokens count', async () => {
    const unpriced = { ...call, model: 'unknown' }
    const free = set({ cost_per_day: 0.001, tokens_per_day: 40 })
    await free.meter.reserve(unpriced)
    await free.meter.reserve(unpriced)
    expect(await reasonOf(free.meter.reserve(unpriced))).toBe('day')
    const refused = set({ cost_per_day: 1 }, { unpriced_models: 'refuse' })
    expect(await reasonOf(refused.meter.reserve(unpriced))).toBe('no_price')
    expect(await reasonOf(refused.meter.reserve(call))).toBe('allowed')
  })

  test('without any limit nothing is refused, a model without a price neither', async () => {
    const { meter } = set({}, { unpriced_models: 'refuse' })
    for (const model of ['m', 'unknown']) expect(await reasonOf(meter.reserve({ ...call, model }))).toBe('allowed')
  })

  test('of one who is exempt has no limit of its own, and the limits of everyone', async () => {
    const { meter, guard } = set(
      { cost_per_person_per_day: 0.03, cost_per_day: 0.09 },
      { isExempt: id => id === 'ana' },
    )
    for (let at = 0; at < 3; at++) await meter.reserve(call)
    expect(await reasonOf(meter.reserve(call))).toBe('day')
    expect(guard.levels('ana').map(({ name }) => name)).toEqual(['day'])
  })

  test('leaves the last fifth of a limit to the smaller model', async () => {
    const { meter } = set({ cost_per_day: 0.1 }, { smaller_model: 'small' })
    await meter.reserve(call)
    await meter.reserve(call)
    expect(await reasonOf(meter.reserve(call))).toBe('day')
    // 0.003 each: thirteen of them fit into what is left.
    const small = { ...call, model: 'small' }
    for (let at = 0; at < 13; at++) await meter.reserve(small)
    expect(await reasonOf(meter.reserve(small))).toBe('day')
  })

  test('that takes more than was estimated counts in full', async () => {
    const { meter, guard } = set({ cost_per_day: 0.1 })
    await meter.commit(await meter.reserve(call), { input_tokens: 50, output_tokens: 20, duration_ms: 1 })
    expect(guard.levels()).toMatchObject([{ spent: amountOf(0.09) }])
    expect(await reasonOf(meter.reserve(call))).toBe('day')
  })

  test('begins anew at midnight where the operator is, and a month on its first day', async () => {
    const zone = timeZone('Asia/Jerusalem')
    const night = Date.parse('2027-10-31T21:59:00Z')
    const clock = new FakeClock(night, zone)
    const { meter } = set({ cost_per_day: 0.03, cost_per_month: 0.03 }, {}, clock)
    // 23:59 on 31 October, the day of 25 hours on which the clocks went back.
    expect(zone.isoDay(night)).toBe('2027-10-31')
    const late = await meter.reserve(call)
    expect(await reasonOf(meter.reserve(call))).toBe('day')
    await clock.advance(2 * MINUTE_MS)
    // It is of the day on which it began, whenever it ends.
    await meter.commit(late, { input_tokens: 10, output_tokens: 10, duration_ms: 1 })
    expect(await reasonOf(meter.reserve(call))).toBe('allowed')
    expect(await reasonOf(meter.reserve(call))).toBe('day')
  })

  test('a day of 23 hours and one of 25 count once each', async () => {
    const zone = timeZone('Asia/Jerusalem')
    for (const [day, hours] of [
      ['2027-03-26', 23],
      ['2027-10-31', 25],
    ] as const) {
      const clock = new FakeClock(zone.beginOf(Date.parse(day) / DAY_MS), zone)
      const { meter } = set({ tokens_per_day: 20 }, {}, clock)
      const allowed: number[] = []
      for (let hour = 0; hour < 50; hour++) {
        if ((await reasonOf(meter.reserve(call))) === 'allowed') allowed.push(hour)
        await clock.advance(HOUR_MS)
      }
      expect(allowed).toEqual([0, hours, hours + 24])
    }
  })
})

describe('reservations', () => {
  test('are released at the start when a process ended in the middle of its calls', async () => {
    const clock = new FakeClock()
    const { meter, guard, database } = set({ cost_per_day: 0.06 }, {}, clock)
    await meter.commit(await meter.reserve(call), { input_tokens: 5, output_tokens: 5, duration_ms: 1 })
    await meter.reserve(call)
    expect(await reasonOf(meter.reserve(call))).toBe('day')
    const next = meteringOf(database, clock, priceBook(), { limits: guard.limits })
    expect(await next.meter.releaseInterrupted()).toBe(1)
    expect(next.guard.levels()).toMatchObject([{ spent: amountOf(0.015) }])
    expect(await reasonOf(next.meter.reserve(call))).toBe('allowed')
  })

  test('never overrun a limit under 50 parallel turns with failures, cancellations and crashes, and sums are exact', async () => {
    const turn = fc.record({
      person: fc.constantFrom('ana', 'ben', 'carl'),
      input: fc.integer({ min: 1, max: 40 }),
      answer: fc.integer({ min: 1, max: 40 }),
      /** Shares of what was estimated that are really taken. */
      taken: fc.double({ min: 0, max: 1, noNaN: true }),
      end: fc.constantFrom('ok', 'ok', 'fails', 'cancelled', 'crash'),
      pause: fc.nat(5),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(turn, { minLength: 50, maxLength: 50 }),
        fc.integer({ min: 0, max: 60 }),
        async (turns, cents) => {
          const clock = new FakeClock()
          const database = new Database(':memory:', usageMigrations)
          const settings = { cost_per_person_per_day: cents / 200, cost_per_day: cents / 100, tokens_per_month: 600 }
          const limits = spendingLimitsOf({ ...NONE, ...settings })
          const { meter, guard } = meteringOf(database, clock, priceBook(), { limits })
          const within = (): void => {
            for (const person of ['ana', 'ben', 'carl']) {
              for (const { spent, most } of guard.levels(person)) expect(spent).toBeLessThanOrEqual(most)
            }
          }
          await Promise.all(
            turns.map(async ({ person, input, answer, taken, end, pause }) => {
              const model: LanguageModel = {
                provider: 'openai',
                model: 'm',
                complete: async () => {
                  for (let at = 0; at < pause; at++) await Promise.resolve()
                  within()
                  if (end === 'crash') return await new Promise(() => undefined)
                  if (end === 'fails') throw new DenidinError('unavailable', 'down')
                  if (end === 'cancelled') throw new DOMException('no answer is wanted', 'AbortError')
                  const [input_tokens, output_tokens] = [input, answer].map(most => Math.floor(most * taken))
                  return { text: 'yes', usage: { input_tokens: input_tokens ?? 0, output_tokens: output_tokens ?? 0 } }
                },
              }
              const metered = meteredLanguageModel(model, meter, clock, silentLogger)
              const request = { messages: [], input_tokens: input, max_tokens: answer, temperature: 0 }
              const work = metered.complete(request, { purpose: 'reply', person_id: person }).catch(() => undefined)
              // A crashed call never comes back.
              if (end !== 'crash') await work
              within()
            }),
          )
          within()
          const [rows] = database.all<{ nano: number; tokens: number }>(
            `select coalesce(sum(coalesce(cost_nano, 0) + reserved_nano), 0) as nano,
             coalesce(sum(input_tokens + output_tokens + reserved_tokens), 0) as tokens from usage`,
          )
          const today = clock.zone.dayOf(clock.now())
          const { spending } = meteringOf(database, clock, priceBook())
          expect(spending.spent({ first: today, last: today }, undefined, 'EUR')).toEqual({
            cost: BigInt(rows?.nano ?? -1),
            tokens: BigInt(rows?.tokens ?? -1),
          })
          // The next start releases what crashed: what is left is what was taken.
          await meteringOf(database, clock, priceBook(), { limits }).meter.releaseInterrupted()
          const costs = await new SqliteCosts(database, clock).costs({ first: today, last: today }, 'person')
          const spent = spending.spent({ first: today, last: today }, undefined, 'EUR')
          expect(costs.reduce((sum, { cost }) => sum + cost, 0n)).toBe(spent.cost)
          for (const { key, cost } of costs) {
            expect(spending.spent({ first: today, last: today }, key, 'EUR').cost).toBe(cost)
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('sums of a person', () => {
  const usage = { input_tokens: 10, output_tokens: 10, duration_ms: 1 }

  test('are those of both when two are one, also of calls that are under way', async () => {
    const { meter, guard, spending } = set({ cost_per_person_per_day: 1 })
    await meter.commit(await meter.reserve(call), usage)
    await meter.commit(await meter.reserve({ ...call, person_id: 'ben' }), usage)
    const [under_way, between] = [
      await meter.reserve({ ...call, person_id: 'ben' }),
      await meter.reserve({ ...call, person_id: 'ben' }),
    ]
    await meter.reassign('ben', 'ana')
    // A call that ends in the middle of the merge.
    await meter.commit(between, usage)
    await spending.reassign('ben', 'ana')
    for (const store of [meter, spending]) await store.reassign('ben', 'ana')
    await meter.commit(under_way, usage)
    expect(guard.levels('ana')).toMatchObject([{ spent: amountOf(0.12) }])
    expect(guard.levels('ben')).toMatchObject([{ spent: 0n }])
  })

  test('are erased on disk, and still limit them until midnight: who forgets everything does not begin anew', async () => {
    const { meter, guard, spending, database, clock } = set({ cost_per_person_per_day: 0.05, cost_per_day: 1 })
    await meter.commit(await meter.reserve(call), usage)
    for (const store of [meter, spending, meter, spending]) await store.erase('ana')
    expect(await spending.count('ana')).toBe(0)
    expect(database.all(`select * from spending where person_id <> ''`)).toEqual([])
    expect(await reasonOf(meter.reserve(call))).toBe('person_day')
    expect(guard.levels('ben')).toMatchObject([{ spent: 0n }, { spent: amountOf(0.03) }])
    await clock.advance(DAY_MS)
    expect(await reasonOf(meter.reserve(call))).toBe('allowed')
  })

  test('a call that ends after its person was forgotten counts for everyone', async () => {
    const { meter, guard, spending } = set({ cost_per_day: 1 })
    const reservation = await meter.reserve(call)
    for (const store of [meter, spending]) await store.erase('ana')
    await meter.commit(reservation, usage)
    expect(guard.levels()).toMatchObject([{ spent: amountOf(0.03) }])
    expect(await spending.count('ana')).toBe(0)
  })
})

test('a call that costs nothing is allowed whatever was spent, and counts for limits of tokens', async () => {
  const prices = new FilePriceBook({
    file: new MemoryFile(
      'prices.json',
      '{ "currency": "EUR", "models": { "m": { "input": 1000, "output": 2000 }, "local": { "input": 0, "output": 0 } } }',
    ),
    logger: silentLogger,
  })
  const clock = new FakeClock()
  const settings = { cost_per_day: 0.03, tokens_per_day: 200 }
  const limits = spendingLimitsOf({ ...NONE, ...settings })
  const database = new Database(':memory:', usageMigrations)
  const { meter } = meteringOf(database, clock, prices, { limits, smaller_model: 'small' })
  // It takes more than was reserved, so that the limit is exceeded.
  const small = { ...call, estimated_tokens: 2, estimated_answer_tokens: 1 }
  await meter.commit(await meter.reserve(small), { input_tokens: 20, output_tokens: 20, duration_ms: 1 })
  expect(await reasonOf(meter.reserve(small))).toBe('day')
  for (const model of ['local', 'unpriced']) {
    expect(await reasonOf(meter.reserve({ ...call, model, estimated_tokens: 40 }))).toBe('allowed')
  }
  expect(await reasonOf(meter.reserve({ ...call, model: 'local', estimated_tokens: 100 }))).toBe('day')
})

test('the reservation is at the higher price where tokens from a cache cost more than others', async () => {
  const prices = new FilePriceBook({
    file: new MemoryFile(
      'prices.json',
      '{ "currency": "EUR", "models": { "m": { "input": 1000, "cached_input": 1500, "output": 2000 } } }',
    ),
    logger: silentLogger,
  })
  const limits = spendingLimitsOf({ ...NONE, cost_per_day: 0.035 })
  const { meter, guard } = meteringOf(new Database(':memory:', usageMigrations), new FakeClock(), prices, { limits })
  const reserved = await meter.reserve(call)
  expect(guard.levels()).toMatchObject([{ spent: amountOf(0.035) }])
  await meter.commit(reserved, { input_tokens: 10, cached_tokens: 10, output_tokens: 10, duration_ms: 1 })
  expect(guard.levels()).toMatchObject([{ spent: amountOf(0.035) }])
})

describe('warnings', () => {
  test.each([
    ['ana', 'ben'],
    ['ben', 'ana'],
  ])('a merge of %s into %s repeats no warning of the same day', async (from, to) => {
    const { spending } = set({})
    for (const [person_id, day] of [
      ['ana', 5],
      ['ben', 9],
    ] as const) {
      expect(spending.firstWarning({ person_id, limit: 'person_day cost', day })).toBe(true)
    }
    for (let times = 0; times < 2; times++) await spending.reassign(from, to)
    expect(spending.firstWarning({ person_id: to, limit: 'person_day cost', day: 9 })).toBe(false)
    expect(spending.firstWarning({ person_id: to, limit: 'person_day cost', day: 10 })).toBe(true)
    expect(await spending.count(from)).toBe(0)
  })

  test('come once for each limit and period, from 80 % on', async () => {
    const { meter, guard, spending, clock } = set({ cost_per_person_per_day: 0.1, cost_per_day: 0.1 })
    const warnings = () => new StoredLimitWarnings({ guard, store: spending })
    const spend = async (output_tokens: number): Promise<void> => {
      const small = { ...call, estimated_tokens: output_tokens, estimated_answer_tokens: output_tokens }
      await meter.commit(await meter.reserve(small), { input_tokens: 0, output_tokens, duration_ms: 1 })
    }
    await spend(39)
    expect(warnings().take('ana', false)).toBeUndefined()
    await spend(1)
    expect(warnings().take('ana', false)).toMatchObject({ name: 'person_day', spent: amountOf(0.08) })
    // Also over a restart, and for the limits of everyone, which are the administrator's.
    expect(warnings().take('ana', false)).toBeUndefined()
    expect(warnings().take('ben', false)).toBeUndefined()
    expect(warnings().take('boss', true)).toMatchObject({ name: 'day' })
    expect(warnings().take('boss', true)).toBeUndefined()
    await clock.advance(DAY_MS)
    expect(warnings().take('ana', false)).toBeUndefined()
    await spend(40)
    expect(warnings().take('ana', false)).toMatchObject({ name: 'person_day' })
  })
})

describe('the health of the limits', () => {
  const healthOf = (metering: Metering) => new LimitsHealth({ guard: metering.guard, prices: priceBook() }).health()

  test('is off without limits, and unknown until a call was checked', async () => {
    expect(await healthOf(set({}))).toMatchObject({ state: 'off' })
    expect(await healthOf(set({ cost_per_day: 1 }))).toMatchObject({ state: 'unknown' })
  })

  test('says what is used, and is degraded from the first refusal to the end of the period', async () => {
    const metering = set({ cost_per_day: 0.05, cost_per_person_per_day: 1 })
    await metering.meter.reserve(call)
    expect(await healthOf(metering)).toEqual({ state: 'ok', detail: 'Used: 0.03 of 0.05 EUR for the day.' })
    await reasonOf(metering.meter.reserve(call))
    expect(await healthOf(metering)).toEqual({
      state: 'degraded',
      detail: 'The limit of cost for the day is reached.',
    })
    await metering.clock.advance(DAY_MS)
    expect(await healthOf(metering)).toMatchObject({ state: 'ok' })
  })

  test('of each person counts people and names none, and is apart from that of everyone', async () => {
    const metering = set({ cost_per_person_per_day: 0.01, cost_per_day: 0.05 })
    const personal = () => new PersonalLimitsHealth(metering).health()
    expect(await personal()).toMatchObject({ state: 'unknown' })
    await reasonOf(metering.meter.reserve({ ...call, estimated_tokens: 1, estimated_answer_tokens: 0 }))
    expect(await personal()).toMatchObject({ state: 'ok' })
    for (const person_id of ['ana', 'ben', 'ana']) await reasonOf(metering.meter.reserve({ ...call, person_id }))
    expect(await personal()).toEqual({ state: 'degraded', detail: '2 people have reached their limit of the day.' })
    expect(await healthOf(metering)).toMatchObject({ state: 'ok' })
    const { person_id: _, ...of_no_one } = call
    expect(await reasonOf(metering.meter.reserve({ ...of_no_one, estimated_tokens: 60 }))).toBe('day')
    expect(await healthOf(metering)).toMatchObject({ state: 'degraded' })
    await metering.clock.advance(DAY_MS)
    expect(await personal()).toMatchObject({ state: 'ok' })
    expect(await new PersonalLimitsHealth(set({ cost_per_day: 1 })).health()).toMatchObject({ state: 'off' })
  })

  test('says that limits of cost without any price limit nothing', async () => {
    const clock = new FakeClock()
    const prices = new FilePriceBook({ file: new MemoryFile('prices.json'), logger: silentLogger })
    const limits = spendingLimitsOf({ ...NONE, cost_per_day: 1 })
    const { guard } = meteringOf(new Database(':memory:', usageMigrations), clock, prices, { limits })
    expect(await new LimitsHealth({ guard, prices }).health()).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining('no model has a price'),
    })
    expect(clock.zone).toBe(UTC)
  })
})
