/** Budgets through the operations of the whole app: the worked examples, the operator's file, and manual budgets. */
import { afterEach, expect, test } from '@jest/globals'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationInput } from '../../src/operations/list.ts'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OPERATOR = { transport: 'cli', level: 'operator' } as const

const calculate = (input: OperationInput<'budget.calculate'>) =>
  denidin.app.runner.run('budget.calculate', input, { caller: OPERATOR })

const DBT = { agent_name: 'dbt-expert', agent_type: 'specialists', task: 'Analyze dbt model performance' } as const
const ARCHITECT = {
  agent_name: 'data-architect-role',
  agent_type: 'roles',
  task: 'Design end-to-end data architecture for new platform',
} as const

const writeProfiles = (name: string, text: string): void => {
  mkdirSync(join(denidin.folder, 'config'), { recursive: true })
  writeFileSync(join(denidin.folder, 'config', name), text)
}

test('the worked examples', async () => {
  denidin = await TestDenidin.start()
  expect(await calculate(DBT)).toMatchObject({
    agent: 'specialists/dbt-expert',
    profile: 'specialist-narrow',
    complexity: 'complex',
    calculated_budget: 30_000,
  })
  expect(await calculate(ARCHITECT)).toMatchObject({
    profile: 'role-architect',
    complexity: 'multi-system',
    calculated_budget: 150_000,
  })
  expect(await calculate({ ...ARCHITECT, task: 'look it up', complexity: 'complex' })).toMatchObject({
    complexity: 'complex',
    calculated_budget: 112_500,
  })
})

test('with use_profiles off every task has manual_tokens', async () => {
  denidin = await TestDenidin.start({ budget: { use_profiles: false, manual_tokens: 12_345 } })
  expect(await calculate(DBT)).toEqual({
    profile: 'manual',
    complexity: 'complex',
    confidence: 0.7,
    calculated_budget: 12_345,
  })
  await denidin.restart({ budget: { use_profiles: true } })
  expect(await calculate({ ...DBT, profiles: false, max_tokens: 50_000 })).toMatchObject({
    profile: 'manual',
    calculated_budget: 50_000,
  })
  expect(await calculate({ max_tokens: 7000 })).toMatchObject({ profile: 'manual', calculated_budget: 7000 })
  expect(await calculate({ ...DBT, max_tokens: 7000 })).toMatchObject({
    profile: 'specialist-narrow',
    calculated_budget: 7000,
    capped: true,
  })
})

test('profiles of the configured file hold, and a change of it holds at once', async () => {
  denidin = await TestDenidin.start({ budget: { profiles_file: 'config/mine.json' } })
  expect(await calculate(DBT)).toMatchObject({ calculated_budget: 30_000 })
  writeProfiles('mine.json', `{ "profiles": { "specialist-narrow": { "base_budget": 10000 } } }`)
  expect(await calculate(DBT)).toMatchObject({ calculated_budget: 15_000 })
  writeProfiles('mine.json', `{ "profiles": { "specialist-narrow": { "base_budget": 12000 } } }`)
  expect(await calculate(DBT)).toMatchObject({ calculated_budget: 18_000 })
  rmSync(join(denidin.folder, 'config', 'mine.json'))
  expect(await calculate(DBT)).toMatchObject({ calculated_budget: 30_000 })
})

test('a file that is broken while the bot runs changes nothing, and the log says why once', async () => {
  denidin = await TestDenidin.start()
  writeProfiles('budget-profiles.json', `{ "profiles": { "specialist-narrow": { "base_budget": 10000 } } }`)
  expect(await calculate(DBT)).toMatchObject({ calculated_budget: 15_000 })
  writeProfiles('budget-profiles.json', `{ "profiles": { "specialist-narrow": { "base_budget": -1 } } }`)
  expect(await calculate(DBT)).toMatchObject({
    calculated_budget: 15_000,
    fallback: expect.stringContaining('base_budget'),
  })
  await calculate(DBT)
  expect(denidin.log.lines.filter(({ component }) => component === 'budget')).toHaveLength(1)
  writeProfiles('budget-profiles.json', '{}')
  expect(await calculate(DBT)).not.toHaveProperty('fallback')
})

test('an agent without a profile has the manual budget, and is named', async () => {
  denidin = await TestDenidin.start()
  expect(await calculate({ agent_name: 'nobody', complexity: 'complex' })).toMatchObject({
    profile: 'manual',
    calculated_budget: 20_000,
    fallback: expect.stringContaining('there is no profile for the agent "specialists/nobody"'),
  })
})
