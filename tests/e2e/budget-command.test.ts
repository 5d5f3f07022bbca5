// Budgets through the real `denidin` command: the worked examples, to the token and the word.
import { expect, test } from '@jest/globals'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePattern, writeWorkedExamples } from '../support/budget/pattern-files.ts'
import { ScriptHome, type Run } from '../support/script-run.ts'

const TIMEOUT_MS = 180_000

interface Calculated {
  readonly profile: string
  readonly complexity: string
  readonly calculated_budget: number
  readonly fallback?: string
}

const DBT = ['--agent-name', 'dbt-expert', '--agent-type', 'specialists']
const ARCHITECT = ['--agent-name', 'data-architect-role', '--agent-type', 'roles']

/** A DeniDin whose patterns, profiles and prices are in its own folder. */
const homeOf = (): ScriptHome => {
  const home = new ScriptHome()
  home.configure({
    budget: {
      patterns_dir: home.path('patterns'),
      profiles_file: home.path('profiles.json'),
      prices_file: home.path('prices.json'),
    },
  })
  return home
}

const budget = (home: ScriptHome, command: string, ...options: readonly string[]): Promise<Run> =>
  home.run('denidin', ['budget', command, ...options])

const calculate = async (home: ScriptHome, ...options: readonly string[]): Promise<Calculated> =>
  JSON.parse((await home.done('denidin', ['budget', 'calculate', ...options, '--json'])).stdout) as Calculated

/** The twelve example tasks, their complexity, and the budget that they give a narrow specialist. */
const TASKS = [
  ['List tables', 'simple', 10_000],
  ['Show status', 'simple', 10_000],
  ['Get config', 'simple', 10_000],
  ['Analyze query', 'medium', 20_000],
  ['Review model', 'medium', 20_000],
  ['Investigate issue', 'medium', 20_000],
  ['Optimize performance', 'complex', 30_000],
  ['Troubleshoot failure', 'complex', 30_000],
  ['Comprehensive audit', 'complex', 30_000],
  ['Cross-system freshness', 'multi-system', 40_000],
  ['End-to-end architecture', 'multi-system', 40_000],
  ['Platform migration', 'multi-system', 40_000],
] as const

test(
  'calculate: the twelve tasks and the two worked examples, while the bot runs',
  async () => {
    await using home = homeOf()
    await home.done('run_denidin.sh')
    for (const [task, complexity, calculated_budget] of TASKS) {
      expect(await calculate(home, ...DBT, '--task', task)).toMatchObject({ complexity, calculated_budget })
    }
    expect(await calculate(home, ...DBT, '--task', 'Analyze dbt model performance')).toMatchObject({
      profile: 'specialist-narrow',
      complexity: 'complex',
      calculated_budget: 30_000,
    })
    const task = 'Design end-to-end data architecture for new platform'
    expect(await calculate(home, ...ARCHITECT, '--task', task)).toMatchObject({
      profile: 'role-architect',
      complexity: 'multi-system',
      calculated_budget: 150_000,
    })
  },
  TIMEOUT_MS,
)

test(
  'calculate: wrong numbers, a manual budget, an unknown agent, a broken file',
  async () => {
    await using home = homeOf()
    for (const wrong of ['-5', '0', '1.5', 'many', '99999999999']) {
      const { code, stdout, stderr } = await budget(home, 'calculate', ...DBT, '--max-tokens', wrong)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^denidin: budget calculate: max-tokens must be .*\n$/)
      expect(stderr).toContain(wrong)
    }
    expect(await calculate(home, '--max-tokens', '7000')).toMatchObject({ profile: 'manual', calculated_budget: 7000 })
    expect(await calculate(home, ...DBT, '--max-tokens', '50000', '--no-profiles')).toMatchObject({
      profile: 'manual',
      calculated_budget: 50_000,
    })
    const unknown = await calculate(home, '--agent-name', 'nobody')
    expect(unknown).toMatchObject({ profile: 'manual', calculated_budget: 20_000 })
    expect(unknown.fallback).toContain('nobody')
    writeFileSync(home.path('profiles.json'), '{\n  "profiles": {\n    "client": { "base_budget": -1 }\n  }\n}')
    const broken = await calculate(home, ...DBT)
    expect(broken).toMatchObject({ profile: 'manual', calculated_budget: 20_000 })
    expect(broken.fallback).toContain('profiles.json, line 3: profiles.client.base_budget must be a whole number')
  },
  TIMEOUT_MS,
)

test.each([
  [
    'prices.json',
    '{\n  "currency": "USD",\n  "models": {\n    "gpt-4o": { "input": -2.5, "output": 10 }\n  }\n}',
    'prices.json, line 4: models.gpt-4o.input must be a number from 0 to 1,000,000',
  ],
  ['prices.json', '{\n  "currency": "USD",\n  "models": {\n', 'prices.json, line '],
  [
    'prices.json',
    '{ "models": { "gpt-4o": { "input": 2.5, "output": 10 } } }',
    'prices.json, line 1: models needs "currency"',
  ],
  [
    'profiles.json',
    '{\n  "profiles": {\n    "client": { "base_budget": -1 }\n  }\n}',
    'profiles.json, line 3: profiles.client.base_budget must be a whole number',
  ],
])(
  'start: with a broken %s the bot does not start, and one line names the file, the line and the reason (%#)',
  async (name, text, reason) => {
    await using home = homeOf()
    writeFileSync(home.path(name), text)
    const refused = await home.run('run_denidin.sh')
    expect(refused.code).not.toBe(0)
    expect(home.pid()).toBeUndefined()
    const lines = `${refused.stdout}${refused.stderr}`.split('\n').filter(line => line.includes(name))
    expect(lines).toEqual([expect.stringContaining(reason)])
    writeFileSync(home.path(name), '{}')
    await home.done('run_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'load: the two worked examples print their profile, alerts, scopes and best patterns',
  async () => {
    await using home = homeOf()
    writeWorkedExamples(home.path('patterns'), Date.now())
    const task = 'Design end-to-end data architecture for new platform'
    const role = await home.done('denidin', ['budget', 'load', ...ARCHITECT, '--task', task, '--detailed'])
    expect(role.stdout).toContain(
      'Budget Profile: role-architect | Complexity: multi-system | Budget: 150,000 tokens\n' +
        'Patterns loaded: 24 (44.5% agent-specific, 55.5% global), 61,410 tokens (40.9%), 0 skipped\n',
    )
    expect(role.stdout).toMatch(/Alerts +none/)

    rmSync(home.path('patterns/patterns'), { recursive: true })
    const specialist = await home.done('denidin', [
      'budget',
      'load',
      ...DBT,
      '--task',
      'Analyze dbt model performance',
      '--detailed',
    ])
    // After two seconds, a command says that it is working.
    expect(specialist.stderr.replace('budget load: working …\n', '')).toBe('')
    expect(specialist.stdout.split('\n').slice(0, 4)).toEqual([
      'Budget Profile: specialist-narrow | Complexity: complex | Budget: 30,000 tokens',
      expect.stringMatching(/^INFO: Budget 75% consumed \(23,752\/30,000 tokens\): /),
      expect.stringMatching(/^WARNING: Budget 90% consumed \(27,249\/30,000 tokens\): /),
      'Patterns loaded: 9 (100% agent-specific), 29,436 tokens (98.1%), 0 skipped',
    ])
    for (const line of [
      /^Max tokens +30,000$/m,
      /^Used tokens +29,436$/m,
      /^Utilisation +98\.1%$/m,
      /^Patterns +9 loaded, 0 skipped$/m,
      /^Scope efficiency +100% agent-specific$/m,
      /^agent-specific +50% +29,436 +9 +29,436 +100% +0$/m,
      /^Top 9 patterns$/m,
      /^1 +1\.00 +4,200 +agent-specific +specialists\/dbt-expert\/patterns\/lesson-0\.md$/m,
    ]) {
      expect(specialist.stdout).toMatch(line)
    }
  },
  TIMEOUT_MS,
)

test(
  'load: what agents read, what goes wrong, and a forced or manual budget',
  async () => {
    await using home = homeOf()
    const none = await budget(home, 'load', ...DBT)
    expect(none).toMatchObject({ code: 0 })
    expect(none.stdout).toContain('Warning: there is no folder')

    const root = home.path('patterns')
    for (const at of [1, 2, 3]) writePattern(root, `specialists/dbt-expert/patterns/p${String(at)}`, 18_000)
    mkdirSync(join(root, 'patterns'))
    writeFileSync(join(root, 'patterns/a.md'), '# Shared\n\nAlways test.\n')
    writeFileSync(join(root, 'patterns/a.metadata.json'), '{"use_count": -1}')

    const exceeded = await budget(home, 'load', ...DBT, '--complexity', 'multi-system')
    expect(exceeded.stdout).toContain('Budget: 40,000 tokens')
    expect(exceeded.stdout).toMatch(/^CRITICAL: Budget 100% exceeded \(54,00\d\/40,000 tokens\): /m)
    expect(exceeded.stdout).toContain(
      'Warning: patterns/a.metadata.json: use_count must be a whole number from 0, not -1\n',
    )

    const manual = await budget(home, 'load', ...DBT, '--max-tokens', '50000', '--no-profiles')
    expect(manual.stdout).toContain('Budget Profile: manual | Complexity: medium | Budget: 50,000 tokens')

    const raised = await budget(home, 'load', ...DBT, '--complexity', 'medium')
    expect(raised.stdout).toContain('Budget raised one tier, from medium (20,000 tokens) to complex: 54,00')

    const text = await budget(home, 'load', '--text')
    expect(text.stdout).toBe('# Shared\n\nAlways test.\n')
    expect(text.stderr).toContain('Budget Profile: manual')

    const hostile = await budget(home, 'load', '--agent-name', '../../etc')
    expect(hostile).toMatchObject({ code: 2, stdout: '' })
    expect(hostile.stderr).toContain('agent-name must be a name such as dbt-expert')
  },
  TIMEOUT_MS,
)
