// The guides of a rollout: their commands exist, and a terminal shows them as a checklist.
import { expect, test } from '@jest/globals'
import { cliMenu } from '../../src/interfaces/cli/menu.ts'
import { planReport } from '../../src/interfaces/cli/rollout/plan-report.ts'
import { successReport } from '../../src/interfaces/cli/rollout/success-report.ts'
import { operations } from '../../src/operations/list.ts'
import type { OperationOutput } from '../../src/operations/list.ts'
import { parseStage } from '../../src/rollout/stage.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'

const plan = async (): Promise<OperationOutput<'rollout.plan'>> =>
  (await new OperationRig()
    .runner()
    .run('rollout.plan', {}, { caller: { transport: 'cli', level: 'operator' } })) as OperationOutput<'rollout.plan'>

test('every command of the guides exists', async () => {
  const { seven_days, three_phases, rollback } = await plan()
  const commands = [...seven_days, ...three_phases, ...rollback].flatMap(({ command }) => command ?? [])
  expect(commands.length).toBeGreaterThan(10)
  for (const command of commands) {
    const words = command.replace(/^denidin /, '')
    expect(Object.keys(cliMenu).filter(name => words === name || words.startsWith(`${name} `))).not.toEqual([])
    const [, feature = '', stage = ''] = /^rollout set (\S+) (\S+)$/.exec(words) ?? []
    if (feature === '') continue
    expect(operations['rollout.set'].input.safeParse({ feature, stage }).error).toBeUndefined()
    expect(parseStage(stage)).toBeDefined()
  }
})

test('a terminal shows a checklist, and a pipe one step per line', async () => {
  const output = await plan()
  const { out } = planReport(output, {}, { terminal: true })
  expect(out).toMatch(/^The guide of seven days\n {2}day 1–2\n {4}\[.\] Make a backup\n {8}denidin backup create\n/)
  expect(out).toMatch(/\[\?\] Run it once by hand/)
  expect(planReport(output, {}, { terminal: false }).out.split('\n')[0]).toMatch(
    /^day 1–2\t\w+\tMake a backup\tdenidin backup create$/,
  )
})

test('the report names units and targets in words for a person, and stays a table for programs', () => {
  const at = { week: 2, from_day: '2026-11-08' }
  const output = {
    since: '2026-11-01',
    since_because: 'everybody got memory',
    notes: 'The current week is not over. Errors: messages that no model answered.',
    rows: [
      { ...at, metric: 'active sessions', value: 12, target: 10, verdict: 'met', counted: '12 sessions; 8 in week 1' },
      { ...at, metric: 'errors', value: 0.4, target: 0.5, verdict: 'met', counted: '1 of 250 messages' },
      { ...at, metric: 'response time', value: null, target: 450, verdict: 'too few', counted: '0 answers' },
      { ...at, metric: 'thumbs', value: 75, target: null, verdict: 'no target', counted: '3 👍, 1 👎' },
    ],
  }
  const { out } = successReport(output, {}, { terminal: true })
  expect(out).toMatch(/^Week 1 begins on 2026-11-01: everybody got memory\.\n\nWeek 2, from 2026-11-08\n/)
  expect(out).toMatch(/active sessions +12 +at least 10 +met/)
  expect(out).toMatch(/errors +0\.4 % +at most 0\.5 % +met/)
  expect(out).toMatch(/response time +– +at most 450 ms +too few to judge/)
  expect(out).toMatch(/thumbs +75 % 👍 +– +no target/)
  expect(out).toMatch(/not over\.\nErrors:/)
  expect(successReport(output, {}, { terminal: false }).out).toContain('2\t2026-11-08\terrors\t0.400\t0.500\tmet')
})
