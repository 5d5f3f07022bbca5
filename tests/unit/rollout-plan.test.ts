// The guides of a rollout: their commands exist, and a terminal shows them as a checklist.
import { expect, test } from '@jest/globals'
import { cliMenu } from '../../src/interfaces/cli/menu.ts'
import { planReport } from '../../src/interfaces/cli/rollout/plan-report.ts'
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
