/** The usage log in the whole app: settings, analyses, recommendations, reports, and what is forgotten. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { scheduleOf } from '../../src/app/schedule.ts'
import { entryOf, openUseOf, type BegunUsage } from '../../src/budget/usage/usage-entry.ts'
import { startSchedule } from '../../src/interfaces/cron/schedule.ts'
import { ScheduleHealth } from '../../src/interfaces/cron/schedule-health.ts'
import type { OperationInput, OperationName } from '../../src/operations/list.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { noRuns } from '../support/no-runs.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { until } from '../support/until.ts'
import { residueIn } from '../support/residue.ts'
import { openStores } from '../support/stores.ts'

const DBT = 'specialists/dbt-expert'
const SECRET = 'Quetzal9'
const OPERATOR = { transport: 'cli', level: 'operator' } as const

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start({ time_zone: 'Asia/Jerusalem', ...config })
}

const run = async <N extends OperationName>(name: N, input: OperationInput<N>, confirmed = false) =>
  await denidin.app.runner.run(name, input, { caller: OPERATOR, confirmed })

const lineOf = (more: Partial<BegunUsage>, at: number, mark: 'live' | 'demo' = 'live'): string => {
  const use = openUseOf(begunUsage(more), { id: `use-${String(at)}`, at, run: mark })
  return JSON.stringify(entryOf(use, { success: true }, 1))
}

/** Adds lines to the log, as an earlier run left them. */
const leave = (lines: readonly string[], name = 'budget-usage.jsonl'): void => {
  mkdirSync(denidin.data('usage'), { recursive: true })
  writeFileSync(denidin.data('usage', name), lines.map(line => `${line}\n`).join(''), { flag: 'a' })
}

/** Loads of an agent, each with a demand in percent of its budget. */
const leaveLoads = (shares: readonly number[], more: Partial<BegunUsage> = {}, days_ago = 0): void => {
  leave(
    shares.map((share, at) => {
      const demand_tokens = share * 200
      const load = { kind: 'load', agent: DBT, complexity: 'medium', budget_allocated: 20_000, demand_tokens } as const
      return lineOf({ ...load, person_id: undefined, ...more }, denidin.clock.now() - days_ago * DAY_MS - at)
    }),
  )
}

const profilesFile = (): string => join(denidin.folder, 'config', 'budget-profiles.json')

const writeProfiles = (text: string): void => {
  mkdirSync(join(denidin.folder, 'config'), { recursive: true })
  writeFileSync(profilesFile(), text)
}

test('the usage log is kept, marked and rotated as the settings say', async () => {
  await start()
  const write = async (config: Json, count: number): Promise<void> => {
    await denidin.restart(config)
    const settings = denidin.settings()
    await denidin.close()
    using stores = openStores(settings, surroundings(settings, denidin.log, { clock: denidin.clock }))
    for (let at = 0; at < count; at++) {
      const id = stores.budgetUsage.begin(begunUsage({ task: 'tea' }))
      await stores.budgetUsage.finish(id, { success: true })
      await stores.usageFile.close()
    }
  }
  const path = denidin.data('usage', 'budget-usage.jsonl')
  await write({ budget: { usage: { log: false } } }, 1)
  expect(existsSync(path)).toBe(false)
  await write({ budget: { usage: { run: 'test' } } }, 1)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ run: 'test', task: 'tea' })
  await write({ budget: { usage: { file_megabytes: 0.001, kept_files: 2 } } }, 8)
  const names = readdirSync(denidin.data('usage')).filter(name => name.startsWith('budget-usage-'))
  expect(names).toHaveLength(2)
  await write({ feature_flags: { enable_memory_system: false }, budget: { usage: { log: true } } }, 1)
  expect(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)).toContain('"task":null')
})

describe('budget usage', () => {
  test('an empty log says that there is nothing', async () => {
    await start()
    expect(await run('budget.usage', {})).toMatchObject({
      executions: 0,
      agents: [],
      notice: 'There are no entries.',
    })
    expect(await run('budget.usage', { days: 7, agent: 'dbt' })).toMatchObject({
      notice: 'There are no entries of agents with "dbt" in their name in the last 7 days.',
    })
    expect(await run('budget.recommend', {})).toMatchObject({ recommendations: [], executions: 0 })
  })

  test('shows agents and the whole, former files too, without demo runs and bad lines', async () => {
    await start()
    leave([lineOf({ agent: 'client', demand_tokens: 2000 }, 0)], 'budget-usage-20200101T000000000Z.jsonl')
    leaveLoads([90, 98.1])
    leave(['{"broken', lineOf({}, denidin.clock.now(), 'demo')])
    expect(await run('budget.usage', {})).toEqual({
      executions: 3,
      avg_pct: 79.4,
      median_pct: expect.any(Number),
      p95_pct: 98.1,
      min_pct: 50,
      max_pct: 98.1,
      exceeded: 0,
      exceeded_pct: 0,
      failed: 0,
      unfinished: 0,
      bad_lines: 1,
      left_out: 1,
      notice: 'Lines that cannot be read were left out (1). Entries of demo and test runs were left out (1).',
      agents: [
        expect.objectContaining({ agent: DBT, execs: 2, avg_pct: 94.1, max_pct: 98.1, exceed: 0 }),
        expect.objectContaining({ agent: 'client', execs: 1, avg_pct: 50, max_pct: 50, exceed: 0 }),
      ],
    })
    expect(await run('budget.usage', { agent: 'DBT', days: 1, recommendations: true })).toMatchObject({
      executions: 2,
      agents: [{ agent: DBT }],
      recommendations: [],
    })
  })

  test('days are those of the operator', async () => {
    await start()
    leaveLoads([50], {}, 0)
    leaveLoads([60], {}, 6)
    leaveLoads([70], {}, 7)
    expect(await run('budget.usage', { days: 7 })).toMatchObject({ executions: 2 })
    expect(await run('budget.usage', { days: 8 })).toMatchObject({ executions: 3 })
  })

  test.each([
    [{ days: 0 }],
    [{ days: -1 }],
    [{ days: 1.5 }],
    [{ days: 4000 }],
    [{ days: Number.NaN }],
    [{ agent: '' }],
    [{ agent: 'x'.repeat(201) }],
  ])('wrong input is one clear sentence: %j', async input => {
    await start()
    await expect(run('budget.usage', input)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('a folder in the place of the file is named, and nothing else fails', async () => {
    await start()
    mkdirSync(denidin.data('usage', 'budget-usage.jsonl'), { recursive: true })
    await expect(run('budget.usage', {})).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/budget-usage\.jsonl is a folder; a file is expected there/),
    })
    expect(await denidin.say('hello')).not.toBe('')
    await rmdir(denidin.data('usage', 'budget-usage.jsonl'))
    expect(await run('budget.usage', {})).toMatchObject({ bad_lines: 0 })
  })
})

describe('budget recommend', () => {
  test('demand above the budget leads to an upgrade, which is applied once, and the file before is kept', async () => {
    await start()
    writeProfiles('{\n  // mine\n  "profiles": { "client": { "base_budget": 3000 } }\n}\n')
    leaveLoads([...Array<number>(7).fill(95), ...Array<number>(5).fill(130)])
    const recommended = [
      {
        agent: DBT,
        recommendation: 'upgrade',
        profile: 'specialist-narrow',
        target_profile: 'specialist-broad',
        base_budget: 35_000,
        max_budget: 75_000,
        scope_weights: { 'agent-specific': 0.5, recent: 0.25, global: 0.25 },
        samples: 12,
        confidence: 0.92,
        reason: '5 of 12 uses needed more than the budget',
      },
    ]
    expect(await run('budget.usage', { recommendations: true })).toMatchObject({ recommendations: recommended })
    expect(await run('budget.recommend', {})).toMatchObject({ recommendations: recommended })
    await expect(run('budget.recommend', { apply: true })).rejects.toMatchObject({ code: 'confirmation_needed' })
    const applied = await run('budget.recommend', { apply: true }, true)
    expect(applied).toMatchObject({
      applied: 1,
      previous: expect.stringMatching(/budget-profiles\..+Z\.backup\.json$/),
    })
    expect(readFileSync(profilesFile(), 'utf8')).toContain('// mine')
    expect(readFileSync(String(applied['previous']), 'utf8')).not.toContain('dbt-expert')
    // It holds at once, and is not recommended again.
    expect(await run('budget.calculate', { agent_name: 'dbt-expert', complexity: 'medium' })).toMatchObject({
      profile: 'specialist-broad',
      calculated_budget: 35_000,
    })
    expect(await run('budget.recommend', { apply: true }, true)).toMatchObject({
      recommendations: [],
      notice: 'There was nothing to apply.',
    })
  })

  test('a file that is not there is made', async () => {
    await start()
    leaveLoads(Array<number>(10).fill(20))
    const applied = await run('budget.recommend', { apply: true }, true)
    expect(applied).toMatchObject({ applied: 1, recommendations: [{ target_profile: 'dbt-expert-small' }] })
    expect(applied).not.toHaveProperty('previous')
    expect(await run('budget.calculate', { agent_name: 'dbt-expert', complexity: 'medium' })).toMatchObject({
      calculated_budget: 4500,
    })
  })

  test('a broken profile file is refused and stays as it is', async () => {
    await start()
    leaveLoads(Array<number>(10).fill(150))
    writeProfiles('{ "profiles": ')
    await expect(run('budget.recommend', { apply: true }, true)).rejects.toMatchObject({ code: 'invalid_config' })
    expect(readFileSync(profilesFile(), 'utf8')).toBe('{ "profiles": ')
  })

  test('too few uses are not enough to recommend anything, and that is said', async () => {
    await start()
    leaveLoads(Array<number>(9).fill(150))
    expect(await run('budget.recommend', {})).toMatchObject({
      recommendations: [],
      notice: 'Agents with fewer than 10 uses were left out (1).',
    })
  })

  test('single people get their own suggestion, by name', async () => {
    await start()
    await denidin.say('hello', { name: 'Dana' })
    const person = await denidin.app.people.lookUp('15550001111')
    const turn = { agent: 'client', person_id: person?.person_id ?? '', budget_allocated: 4000, demand_tokens: 6000 }
    leave(Array.from({ length: 12 }, (_, at) => lineOf({ ...turn, complexity: 'medium' }, denidin.clock.now() - at)))
    const { people } = await run('budget.recommend', {})
    expect(people).toMatchObject([{ name: 'Dana', recommendation: 'upgrade', profile: 'client' }])
  })
})

describe('reports', () => {
  const reportFiles = (): readonly string[] =>
    readdirSync(denidin.data('reports', 'budget'))
      .filter(name => name.endsWith('.md'))
      .sort()

  test('the reports are written at the times of their settings', async () => {
    const budget = { reports: { weekly_cron: '1 2 * * 3', monthly_cron: '2 3 4 * *', health_cron: '3 4 * * *' } }
    await start({ budget })
    const rung: Record<string, () => Promise<void>> = {}
    const expressions: Record<string, string> = {}
    await using _schedule = startSchedule({
      ...noRuns,

      settings: scheduleOf(denidin.settings()),
      runner: denidin.app.runner,
      clock: denidin.clock,
      logger: denidin.log,
      health: new ScheduleHealth(denidin.clock),
      scheduler: (expression, key, act) => {
        expressions[key] = expression
        rung[key] = act
        return { [Symbol.asyncDispose]: async () => undefined }
      },
    })
    expect(expressions).toMatchObject(budget.reports)
    for (const key of ['weekly_cron', 'monthly_cron', 'health_cron']) await rung[key]?.()
    expect(reportFiles().map(name => name.slice('2026-11-20-'.length))).toEqual([
      'health.md',
      'monthly.md',
      'weekly.md',
    ])
    const { jobs } = await run('jobs.list', {})
    expect(jobs).toContainEqual(expect.objectContaining({ name: 'budget-weekly', cron: '1 2 * * 3' }))
  })

  test('a report holds the days before today, and the monthly one recommendations', async () => {
    await start()
    leaveLoads(Array<number>(12).fill(150), {}, 2)
    leaveLoads([10], {}, 0)
    const [weekly, monthly] = [
      await run('budget.report', { report: 'weekly' }),
      await run('budget.report', { report: 'monthly' }),
    ]
    const text = readFileSync(String(weekly['file']), 'utf8')
    expect(text).toContain('12 uses of budgets, 150.0% on average')
    expect(text).toContain(`| ${DBT} | 12 | 150.0% | 150.0% | 12 |`)
    expect(text).not.toContain('## Recommendations')
    expect(readFileSync(String(monthly['file']), 'utf8')).toContain(
      `- upgrade of ${DBT}: from \`specialist-narrow\` to \`specialist-broad\``,
    )
    expect(weekly).toMatchObject({ told: false })
  })

  test('reports older than kept_days are deleted', async () => {
    await start({ budget: { reports: { kept_days: 10 } } })
    await run('jobs.run', { job: 'budget-health' })
    const [first] = reportFiles()
    denidin.clock.forward(9 * DAY_MS)
    await run('jobs.run', { job: 'budget-health' })
    expect(reportFiles()).toContain(first)
    denidin.clock.forward(2 * DAY_MS)
    await run('jobs.run', { job: 'budget-health' })
    expect(reportFiles()).not.toContain(first)
  })

  test('with tell_godfather the godfather gets one line about a report', async () => {
    await start({ budget: { reports: { tell_godfather: true } } })
    leaveLoads(Array<number>(12).fill(150), {}, 2)
    const told = (): readonly string[] =>
      denidin.channel.sent.filter(({ chat_id }) => chat_id === `${GODFATHER}@c.us`).map(({ text }) => text)
    expect(await run('budget.report', { report: 'monthly' })).toMatchObject({ told: true })
    expect(told()).toEqual([
      '📊 Budgets in the last 30 days: 12 uses, 150.0% on average, 12 exceeded. 1 recommendation: denidin budget recommend',
    ])
    // There is room, and no growth to speak of.
    expect(await run('budget.report', { report: 'health' })).toMatchObject({ told: false })
    await denidin.say('/lang he', { phone: GODFATHER })
    await run('budget.report', { report: 'weekly' })
    expect(told().at(-1)).toBe('📊 תקציבים ב-7 הימים האחרונים: 12 שימושים, 150.0% בממוצע, 12 חריגות.')
  })

  test('a job that does not exist is answered with those that do', async () => {
    await start()
    await expect(run('jobs.run', { job: 'budget-weakly' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/did you mean "budget-weekly"\?.*expiry, cleanup, budget-weekly/),
    })
    expect(await run('jobs.run', { job: 'cleanup' })).toMatchObject({ job: 'cleanup', operation: 'session.purge' })
  })
})

test('the words of a turn are kept unless its person wants nothing learned; patterns are measured by their size', async () => {
  await start()
  await denidin.say('I like green tea')
  // What is not written yet when they turn learning off is not kept either.
  await run('budget.usage', {})
  await denidin.say('/privacy off')
  await denidin.say('I like black tea')
  await run('budget.usage', {})
  const text = readFileSync(denidin.data('usage', 'budget-usage.jsonl'), 'utf8')
  expect(text).toContain('green tea')
  expect(text).not.toContain('black tea')
  mkdirSync(join(denidin.folder, 'patterns', 'recent'), { recursive: true })
  writeFileSync(join(denidin.folder, 'patterns', 'recent', 'one.md'), 'x'.repeat(4000))
  writeFileSync(join(denidin.folder, 'patterns', 'recent', 'one.metadata.json'), '{}')
  const { file } = await run('budget.report', { report: 'health' })
  expect(readFileSync(String(file), 'utf8')).toContain('| patterns of agents | 1,000 tokens |')
})

describe('what is forgotten', () => {
  /** A message, and an entry of its turn, in the current file and in a former one. */
  const said = async (text: string): Promise<string> => {
    const { message_id, chat_id } = await denidin.channel.deliver({ text, sent_at: denidin.clock.now() })
    await denidin.app.conversation.whenIdle(chat_id)
    const person = await denidin.app.people.lookUp('15550001111')
    const entry = { person_id: person?.person_id ?? '', message_ids: [message_id], task: text }
    leave([lineOf(entry, denidin.clock.now())])
    leave([lineOf(entry, denidin.clock.now() - HOUR_MS)], 'budget-usage-20200101T000000000Z.jsonl')
    return message_id
  }

  const residue = async (): Promise<readonly string[]> => await residueIn([denidin.data('usage')], { words: [SECRET] })

  test('a message that is forgotten by its person', async () => {
    await start()
    await said(`my code is ${SECRET}`)
    // The turn itself reports its words too.
    expect((await residue()).length).toBeGreaterThanOrEqual(2)
    await denidin.say('/forget last')
    expect(await residue()).toEqual([])
    expect(await run('budget.usage', {})).toMatchObject({ executions: expect.any(Number) })
    expect(readFileSync(denidin.data('usage', 'budget-usage.jsonl'), 'utf8')).toContain('"task":null')
  })

  test('a message that is taken back, or edited', async () => {
    await start()
    const [taken, edited] = [await said(`my code is ${SECRET}`), await said(`my other code is ${SECRET}`)]
    await denidin.channel.events.deleted(taken)
    await denidin.channel.events.edited({ message_id: edited, text: 'my other code is a secret' })
    const files = ['budget-usage.jsonl', 'budget-usage-20200101T000000000Z.jsonl'].map(name =>
      denidin.data('usage', name),
    )
    await until(() => files.every(path => !readFileSync(path, 'utf8').includes(SECRET)))
    expect(await residue()).toEqual([])
  })

  test('everything about a person', async () => {
    await start()
    await said(`my code is ${SECRET}`)
    await denidin.say('/forget all')
    await denidin.say('yes')
    expect(await residue()).toEqual([])
    expect(readFileSync(denidin.data('usage', 'budget-usage-20200101T000000000Z.jsonl'), 'utf8')).toBe('')
  })

  test('what was begun before a crash is on record after it', async () => {
    await start()
    const settings = denidin.settings()
    await denidin.close()
    {
      using stores = openStores(settings, surroundings(settings, denidin.log, { clock: denidin.clock }))
      stores.budgetUsage.begin(begunUsage({ kind: 'load', agent: DBT, person_id: undefined }))
      stores.budgetUsage.begin(begunUsage())
      await stores.usageFile.close()
    }
    await denidin.open()
    expect(await run('budget.usage', {})).toMatchObject({
      unfinished: 1,
      failed: 1,
      open_loads: [{ agent: DBT }],
    })
    denidin.clock.forward(25 * HOUR_MS)
    const later = await run('budget.usage', {})
    expect(later).toMatchObject({ unfinished: 2 })
    expect(later).not.toHaveProperty('open_loads')
  })
})
