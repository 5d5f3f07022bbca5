// The promises of tests/integration/identity-property.test.ts over the real library in a real page, with a few sequences.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { PageWorld } from '../support/identity/page-world.ts'
import { steps, Talk } from '../support/identity/talk.ts'
import { BROWSER_INSTALL_MS } from '../support/fake-whatsapp/test-browser.ts'

/** Sequences that are tried: `IDENTITY_RUNS`, 2 by default. `IDENTITY_SEED` repeats a run. */
const RUNS = Number(process.env['IDENTITY_RUNS'] ?? 2)
const SEED = process.env['IDENTITY_SEED']
const RUN_MS = 60_000

let world: PageWorld

beforeAll(async () => {
  world = await PageWorld.start()
}, BROWSER_INSTALL_MS)

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

test(
  'a few sequences of talk, commands, erasures, restarts, reloads and moves keep every promise',
  async () => {
    const property = fc.asyncProperty(steps, async taken => {
      expect(await new Talk(world).take(taken)).toEqual([])
    })
    // A browser is too slow for many tries: the sequence that failed is told as it is.
    const seed = SEED === undefined ? {} : { seed: Number(SEED) }
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true, ...seed })
  },
  60_000 + RUNS * RUN_MS,
)
