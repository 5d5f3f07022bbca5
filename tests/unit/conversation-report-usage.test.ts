// A turn reports its budget while the model thinks: what it counts and writes must not delay the request.
import { expect, test } from '@jest/globals'
import { noBudgetUsage } from '../../src/budget/usage/budget-usage-log.ts'
import type { PackedContext } from '../../src/conversation/packing/context-packer.ts'
import { withUsage } from '../../src/conversation/steps/report-usage.ts'
import type { TurnContext } from '../../src/conversation/turn-context.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { whileWaiting, withUrgentTrace } from '../../src/platform/trace.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import { FakeClock } from '../support/fake-clock.ts'

const clock = new FakeClock()
const deps = { usage: noBudgetUsage, clock, logger: silentLogger }
const turn = { since: 0 } as TurnContext
const answer = { from: 'model' } as const

/** A turn that prepares its request in some steps, waits for the model, and reports. @returns what it did, in order */
const run = async (steps: number, waits: boolean): Promise<readonly string[]> => {
  const done: string[] = []
  const model = Promise.withResolvers<void>()
  const packed = {
    record: {},
    ahead: async () => {
      done.push('prepared ahead')
      model.resolve()
    },
  } as unknown as PackedContext
  const work = async (): Promise<typeof answer> => {
    for (let step = 0; step < steps; step++) await yieldToEventLoop()
    done.push('asked')
    if (waits) await whileWaiting(clock, () => model.promise)
    done.push('answered')
    return answer
  }
  await withUrgentTrace('turn', () => withUsage(deps, turn, packed, { work, report: () => done.push('reported') }))
  return done
}

test('a turn reports when its request waits for the model, and then prepares the next turn', async () => {
  expect(await run(50, true)).toEqual(['asked', 'reported', 'prepared ahead', 'answered'])
})

test('a turn whose answer is there at once reports after it', async () => {
  expect(await run(3, false)).toEqual(['asked', 'answered', 'reported', 'prepared ahead'])
})
