/** Loading patterns through the operations of the whole app: what is packed, raised, transferred, logged and warned of. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationInput, OperationOutput } from '../../src/operations/list.ts'
import { textOf, write, writePattern, writeWorkedExamples } from '../support/budget/pattern-files.ts'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OPERATOR = { transport: 'cli', level: 'operator' } as const
const DBT = { agent_name: 'dbt-expert', agent_type: 'specialists' } as const
const TASK = 'Analyze dbt model performance'

const root = (): string => join(denidin.folder, 'patterns')
const pattern = (path: string, tokens: number, metadata?: unknown): void => {
  writePattern(root(), path, tokens, metadata)
}
const load = async (input: OperationInput<'budget.load'>): Promise<OperationOutput<'budget.load'>> =>
  (await denidin.app.runner.run('budget.load', input, { caller: OPERATOR })) as OperationOutput<'budget.load'>
const finish = (input: OperationInput<'budget.finish'>) =>
  denidin.app.runner.run('budget.finish', input, { caller: OPERATOR })
const names = ({ patterns }: OperationOutput<'budget.load'>): readonly string[] =>
  patterns.map(({ path }) => path.replace(/^.*\/|\.md$/g, ''))

describe('the worked examples', () => {
  beforeEach(() => {
    writeWorkedExamples(root(), denidin.clock.now())
  })

  test('a specialist fills 98.1 % of 30,000 tokens with nine patterns of its own', async () => {
    rmSync(join(root(), 'patterns'), { recursive: true })
    expect(await load({ ...DBT, task: TASK })).toMatchObject({
      agent: 'specialists/dbt-expert',
      profile: 'specialist-narrow',
      complexity: 'complex',
      budget: 30_000,
      tokens_loaded: 29_436,
      loaded_pct: 98.1,
      demand_tokens: 29_436,
      exceeded_budget: false,
      loaded: 9,
      skipped: 0,
      alerts: [
        { level: 'info', message: 'Budget 75% consumed (23,752/30,000 tokens)' },
        { level: 'warning', message: 'Budget 90% consumed (27,249/30,000 tokens)' },
      ],
      scopes: [{ scope: 'agent-specific', share_pct: 100, tokens: 29_436 }, {}, {}],
      warnings: [],
    })
  })

  test('an architect uses 40.9 % of 150,000 tokens for 24 patterns, without an alert', async () => {
    const task = 'Design end-to-end data architecture for new platform'
    expect(await load({ agent_name: 'data-architect-role', agent_type: 'roles', task })).toMatchObject({
      profile: 'role-architect',
      complexity: 'multi-system',
      budget: 150_000,
      tokens_loaded: 61_410,
      loaded_pct: 40.9,
      loaded: 24,
      alerts: [],
      scopes: [
        { scope: 'agent-specific', share_pct: 44.5, loaded: 11 },
        { scope: 'recent', loaded: 0 },
        { scope: 'global', share_pct: 55.5, loaded: 13 },
      ],
    })
  })
})

test('patterns come from patterns_dir', async () => {
  writePattern(join(denidin.folder, 'elsewhere'), 'patterns/there', 100)
  pattern('patterns/here', 100)
  expect(names(await load(DBT))).toEqual(['here'])
  await denidin.restart({ budget: { patterns_dir: 'elsewhere' } })
  expect(names(await load(DBT))).toEqual(['there'])
})

test('without patterns the load is empty, and says what to set', async () => {
  expect(await load(DBT)).toMatchObject({
    loaded: 0,
    tokens_loaded: 0,
    alerts: [],
    warnings: [expect.stringContaining('budget.patterns_dir')],
  })
})

describe('the budget', () => {
  test('is raised one tier when the need is shown, and the cap allows it', async () => {
    for (const at of [1, 2, 3, 4, 5, 6, 7]) pattern(`specialists/dbt-expert/patterns/p${String(at)}`, 5000)
    expect(await load({ ...DBT, task: TASK })).toMatchObject({
      complexity: 'multi-system',
      budget: 40_000,
      raised_from: { complexity: 'complex', budget: 30_000 },
      tokens_loaded: 35_000,
      exceeded_budget: false,
      alerts: [{ level: 'info' }],
    })
    const capped = await load({ ...DBT, task: TASK, max_tokens: 30_000 })
    expect(capped).toMatchObject({
      budget: 30_000,
      tokens_loaded: 30_000,
      demand_tokens: 35_000,
      exceeded_budget: true,
      alerts: [
        { level: 'info' },
        { level: 'warning' },
        { level: 'critical', message: 'Budget 100% exceeded (35,000/30,000 tokens)', usage_pct: 116.7 },
      ],
    })
    expect(capped).not.toHaveProperty('raised_from')
  })

  test('given by hand means the number given', async () => {
    for (const at of [1, 2, 3]) pattern(`specialists/dbt-expert/patterns/p${String(at)}`, 20_000)
    expect(await load({ ...DBT, task: TASK, max_tokens: 50_000, profiles: false })).toMatchObject({
      profile: 'manual',
      budget: 50_000,
      loaded: 2,
      exceeded_budget: true,
    })
  })

  test('of an unknown agent is the manual one, and its own folder is found all the same', async () => {
    pattern('roles/stranger/patterns/own', 100)
    pattern('patterns/shared', 100)
    expect(await load({ agent_name: 'stranger' })).toMatchObject({
      agent: 'roles/stranger',
      profile: 'manual',
      budget: 20_000,
      fallback: expect.stringContaining('there is no profile for the agent "specialists/stranger"'),
      loaded: 2,
      warnings: [],
    })
    const absent = await load({ agent_name: 'nobody' })
    expect(names(absent)).toEqual(['shared'])
    expect(absent.warnings).toEqual([
      'specialists/nobody or roles/nobody: there is no such folder, so only patterns of all agents are loaded',
    ])
  })

  test('of a load that names no agent goes to the patterns of all agents', async () => {
    pattern('patterns/shared', 100)
    expect(await load({})).toMatchObject({ agent: 'none', profile: 'manual', loaded: 1, warnings: [] })
  })

  test.each(['../../etc', '..', 'specialists/../../etc', 'a//b', '/etc', 'a\\b', 'a\0b', 'specialists/'])(
    'an agent cannot be called %j',
    async agent_name => {
      await expect(load({ agent_name })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('agent_name must be a name such as dbt-expert or specialists/dbt-expert'),
      })
      await expect(load({ agent_name: 'x', agent_type: agent_name })).rejects.toMatchObject({ code: 'invalid_input' })
    },
  )

  test.each(['constructor', '__proto__', 'toString'])(
    'an agent called %s is unknown like any other',
    async agent_name => {
      expect(await load({ agent_name })).toMatchObject({
        profile: 'manual',
        fallback: expect.stringContaining(`there is no profile for the agent "specialists/${agent_name}"`),
      })
    },
  )
})

describe('what is packed', () => {
  test('the shares of the scopes hold; what does not fit is left, and smaller ones are tried', async () => {
    pattern('specialists/dbt-expert/patterns/large', 9000)
    pattern('specialists/dbt-expert/patterns/medium', 6000)
    pattern('specialists/dbt-expert/patterns/small', 1000)
    pattern('specialists/dbt-expert/recent/fresh', 6000)
    pattern('patterns/shared', 4000)
    const packed = await load({ ...DBT, complexity: 'medium', max_tokens: 20_000 })
    expect([...names(packed)].sort()).toEqual(['fresh', 'large', 'shared', 'small'])
    expect(packed.left).toMatchObject([{ path: expect.stringContaining('medium'), reason: 'no_room' }])
    expect(packed).toMatchObject({ tokens_loaded: 20_000, demand_tokens: 26_000, exceeded_budget: true })
  })

  test('by relevance; the score that is shown is capped, the order is not', async () => {
    const day = (days: number): string => new Date(denidin.clock.now() - days * 86_400_000).toISOString()
    pattern('specialists/dbt-expert/patterns/b', 10, { use_count: 100, last_used: day(1) })
    pattern('specialists/dbt-expert/patterns/a', 10, { use_count: 100, last_used: day(5) })
    pattern('specialists/dbt-expert/patterns/c', 10, { use_count: 100, last_used: day(0) })
    const { patterns } = await load(DBT)
    expect(patterns.map(({ path, score }) => [path.slice(-4), score])).toEqual([
      ['c.md', 1],
      ['b.md', 1],
      ['a.md', 1],
    ])
    expect(patterns[0]?.relevance).toBeGreaterThan(1)
  })

  test('texts come along when they are asked for', async () => {
    pattern('patterns/a', 20)
    expect((await load({})).patterns[0]).not.toHaveProperty('text')
    expect((await load({ text: true })).patterns).toMatchObject([{ path: 'patterns/a.md', text: textOf(20) }])
  })

  test('a binary file costs a warning, and no place', async () => {
    write(root(), 'patterns/picture.md', Buffer.from([0, 1, 2, 255]))
    write(root(), 'patterns/stated.md', Buffer.from([0, 1, 2, 255]))
    write(root(), 'patterns/stated.metadata.json', '{ "token_count": 5 }')
    pattern('patterns/text', 10)
    expect(await load({ text: true })).toMatchObject({
      loaded: 1,
      skipped: 0,
      warnings: ['patterns/picture.md: is not a text in UTF-8', 'patterns/stated.md: is not a text in UTF-8'],
    })
  })
})

describe('token counts', () => {
  test('a metadata file that states too few is not believed', async () => {
    pattern('specialists/dbt-expert/patterns/liar', 9000, { token_count: 10, use_count: 100 })
    pattern('specialists/dbt-expert/patterns/honest', 9000, { token_count: 9000 })
    const packed = await load({ ...DBT, profiles: false, max_tokens: 10_000 })
    expect(packed).toMatchObject({ loaded: 1, tokens_loaded: 9000 })
    expect(packed.warnings).toEqual([
      'specialists/dbt-expert/patterns/liar.md: token_count is 10, but the text has 9,000 tokens',
    ])
  })

  test('the count of another tokeniser is taken as it is', async () => {
    pattern('patterns/a', 1000, { token_count: 950 })
    pattern('patterns/b', 1000, { token_count: 1800 })
    expect(await load({})).toMatchObject({ tokens_loaded: 2750, warnings: [] })
  })

  test('are kept, and made anew when the text changes', async () => {
    pattern('patterns/a', 300)
    expect(await load({})).toMatchObject({ tokens_loaded: 300 })
    const kept = (): unknown => JSON.parse(readFileSync(denidin.data('pattern-tokens.json'), 'utf8'))
    expect(kept()).toMatchObject({
      counts: { 'patterns/a.md': [expect.any(Number), expect.any(Number), expect.any(String), 300] },
    })
    pattern('patterns/a', 500)
    utimesSync(join(root(), 'patterns/a.md'), 1, 1)
    expect(await load({})).toMatchObject({ tokens_loaded: 500 })
    await denidin.close()
    writeFileSync(denidin.data('pattern-tokens.json'), '{ broken')
    await denidin.open()
    expect(await load({})).toMatchObject({ tokens_loaded: 500 })
  })
})

describe('a task of several agents', () => {
  test('what a finished load left raises a later one, up to the maximum of its profile', async () => {
    pattern('specialists/small/patterns/a', 4000)
    for (const at of [1, 2, 3]) pattern(`specialists/large/patterns/p${String(at)}`, 9000)
    const small = { agent_name: 'specialists/small', complexity: 'medium', task_id: 'move' } as const
    const large = { agent_name: 'specialists/large', complexity: 'medium', task_id: 'move' } as const
    expect(await load({ ...small, keep_open: true })).toMatchObject({ budget: 20_000, tokens_loaded: 4000 })
    expect(await load(small)).toMatchObject({ transferred_tokens: 0 })
    expect(await load(large)).toMatchObject({
      budget: 27_000,
      transferred_tokens: 7000,
      complexity: 'medium',
      loaded: 3,
      task_id: 'move',
    })
    expect(await load({ ...large, task_id: 'another' })).toMatchObject({ transferred_tokens: 0, complexity: 'complex' })
  })
})

describe('the usage log', () => {
  const entries = (): readonly Record<string, unknown>[] =>
    readFileSync(denidin.data('usage', 'budget-usage.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
  const usage = () => denidin.app.runner.run('budget.usage', {}, { caller: OPERATOR })

  test('a load is one entry, finished at once', async () => {
    for (const at of [1, 2, 3]) pattern(`specialists/dbt-expert/patterns/p${String(at)}`, 18_000)
    const packed = await load({ ...DBT, task: TASK, complexity: 'multi-system' })
    expect(packed).not.toHaveProperty('usage_id')
    await usage()
    expect(entries()).toMatchObject([
      {
        kind: 'load',
        agent: 'specialists/dbt-expert',
        profile: 'specialist-narrow',
        complexity: 'multi-system',
        budget_allocated: 40_000,
        tokens_loaded: 36_000,
        demand_tokens: 54_000,
        usage_pct: 135,
        exceeded_budget: true,
        scope_breakdown: { 'agent-specific': { count: 2, tokens: 36_000, demand_tokens: 54_000 } },
        warnings_count: 3,
        success: true,
        error: null,
      },
    ])
  })

  test('need beyond the budget leads to the recommendation of a larger profile', async () => {
    for (const at of [1, 2, 3]) pattern(`specialists/dbt-expert/patterns/p${String(at)}`, 18_000)
    for (let at = 0; at < 10; at++) await load({ ...DBT, complexity: 'multi-system' })
    expect(await denidin.app.runner.run('budget.recommend', {}, { caller: OPERATOR })).toMatchObject({
      recommendations: [{ agent: 'specialists/dbt-expert', samples: 10 }],
    })
  })

  test('a load that is kept open is visible until it is finished, by another process too', async () => {
    pattern('specialists/dbt-expert/patterns/a', 4000)
    const { usage_id = '' } = await load({ ...DBT, keep_open: true, task_id: 'move' })
    expect(await usage()).toMatchObject({
      executions: 0,
      open_loads: [{ id: usage_id, agent: 'specialists/dbt-expert' }],
    })
    await denidin.restart()
    expect(await finish({ usage_id, error: 'the model refused' })).toEqual({ usage_id, success: false })
    expect(await usage()).toMatchObject({ executions: 1, failed: 1 })
    expect(entries()).toMatchObject([{ id: usage_id, success: false, error: 'the model refused' }])
    await expect(finish({ usage_id })).rejects.toMatchObject({
      code: 'not_found',
      message: `there is no open load "${usage_id}"; it may have been finished already`,
    })
    for (const at of [1, 2, 3]) pattern(`specialists/large/patterns/p${String(at)}`, 9000)
    const later = { agent_name: 'specialists/large', complexity: 'medium', task_id: 'move' } as const
    expect(await load(later)).toMatchObject({ transferred_tokens: 7000 })
  })

  test('a load whose end could not be noted for its task is finished again, and leaves its tokens to others', async () => {
    pattern('specialists/dbt-expert/patterns/a', 4000)
    const { usage_id = '' } = await load({ ...DBT, keep_open: true, task_id: 'move' })
    const pools = denidin.data('budget-tasks.json')
    renameSync(pools, `${pools}.kept`)
    mkdirSync(pools)
    await finish({ usage_id }).catch(() => undefined)
    rmSync(pools, { recursive: true })
    renameSync(`${pools}.kept`, pools)
    await finish({ usage_id }).catch(() => undefined)
    for (const at of [1, 2, 3]) pattern(`specialists/large/patterns/p${String(at)}`, 9000)
    const later = { agent_name: 'specialists/large', complexity: 'medium', task_id: 'move' } as const
    expect(await load(later)).toMatchObject({ transferred_tokens: 7000 })
  })

  test('while it is off, a load that is to be kept open ends at once', async () => {
    await denidin.restart({ budget: { usage: { log: false } } })
    pattern('specialists/dbt-expert/patterns/a', 4000)
    expect(await load({ ...DBT, keep_open: true })).not.toHaveProperty('usage_id')
  })
})

test('a folder that no one may read is one clear sentence', async () => {
  mkdirSync(join(denidin.folder, 'patterns'), { recursive: true })
  rmSync(root(), { recursive: true })
  writeFileSync(root(), 'a file')
  await expect(load(DBT)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('not a folder'),
  })
})
