// Whatever is said, forgotten, restarted, reloaded and moved to other addresses: no message of ours is taken for the
// owner's, no command runs twice, nothing that was erased returns, and no one waits without an answer.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { EngineWorld } from '../support/identity/engine-world.ts'
import { steps, Talk } from '../support/identity/talk.ts'

/** Sequences that are tried: `IDENTITY_RUNS`, 20 by default. `IDENTITY_SEED` repeats a run. */
const RUNS = Number(process.env['IDENTITY_RUNS'] ?? 20)
const SEED = process.env['IDENTITY_SEED']
const RUN_MS = 20_000

let world: EngineWorld

beforeAll(async () => {
  world = await EngineWorld.start()
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

test(
  'any sequence of talk, commands, erasures, restarts, reloads and moves keeps every promise',
  async () => {
    const property = fc.asyncProperty(steps, async taken => {
      const faults = await new Talk(world).take(taken)
      if (faults.length > 0) {
        // What it left behind would be found again by the shorter sequences that are tried now.
        await world[Symbol.asyncDispose]()
        world = await EngineWorld.start()
      }
      expect(faults).toEqual([])
    })
    // A failure names its seed, and the shortest sequence that shows it.
    await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) })
  },
  60_000 + RUNS * RUN_MS,
)
