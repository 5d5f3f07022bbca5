import { afterEach, describe, expect, test } from '@jest/globals'
import { systemClock } from '../../src/platform/clock.ts'
import { whileWaiting, withUrgentTrace } from '../../src/platform/trace.ts'
import { BackgroundPatience, BackgroundSlices } from '../../src/platform/urgent-work.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** For how long a slice waits at most. */
const LONGEST_SLICE_WAIT_MS = 20

const clock = new FakeClock()
let open: (() => void)[] = []

afterEach(async () => {
  for (const end of open) end()
  open = []
  await systemClock.sleep(0)
})

/** Urgent work that goes on until `end` is called. */
const urgent = (): { readonly end: () => void; readonly wait: () => () => void } => {
  const work = Promise.withResolvers<void>()
  const waits: PromiseWithResolvers<void>[] = []
  let start: () => void = () => undefined
  void withUrgentTrace('turn', async () => {
    const next = Promise.withResolvers<void>()
    start = next.resolve
    await Promise.race([work.promise, next.promise])
    const wait = waits.at(-1)
    if (wait !== undefined) await whileWaiting(clock, () => wait.promise)
    await work.promise
  })
  open.push(work.resolve)
  return {
    end: work.resolve,
    wait: () => {
      const wait = Promise.withResolvers<void>()
      waits.push(wait)
      start()
      open.push(wait.resolve)
      return wait.resolve
    },
  }
}

/** Waits like background work, and says when it may begin. */
const background = (patience = new BackgroundPatience()): { begun: boolean; readonly done: Promise<void> } => {
  const state = { begun: false, done: Promise.resolve() }
  state.done = patience.letUrgentWorkPass().then(() => {
    state.begun = true
  })
  return state
}

describe('background work', () => {
  test('begins at once while nobody waits for an answer', async () => {
    const work = background()
    await Promise.resolve()
    await Promise.resolve()
    expect(work.begun).toBe(true)
  })

  test('begins when the answer is done', async () => {
    const turn = urgent()
    const work = background()
    await systemClock.sleep(20)
    expect(work.begun).toBe(false)
    turn.end()
    await work.done
  })

  test('begins while the answer waits for others, such as a model', async () => {
    const turn = urgent()
    const work = background()
    turn.wait()
    await work.done
  })

  test('waits for the next answer if it begins at once', async () => {
    const [first, patience] = [urgent(), new BackgroundPatience()]
    const work = background(patience)
    await systemClock.sleep(2)
    first.end()
    const second = urgent()
    await systemClock.sleep(20)
    expect(work.begun).toBe(false)
    second.end()
    await work.done
  })

  test('begins in the end although answers never stop', async () => {
    urgent()
    await background().done
  })

  test('does not wait if someone waits for its result, and waits again afterwards', async () => {
    urgent()
    const patience = new BackgroundPatience()
    const work = background(patience)
    patience.end()
    await work.done
    const again = background(patience)
    await systemClock.sleep(10)
    expect(again.begun).toBe(false)
    patience.end()
    await again.done
  })
})

describe('a long computation in the background', () => {
  /** Works for about 2 ms, and says how many slices are done. */
  const compute = (slices = 1_000_000): { done: number; stopped: boolean } => {
    const state = { done: 0, stopped: false }
    void (async () => {
      const background_slices = new BackgroundSlices()
      while (state.done < slices && !state.stopped) {
        for (const began = performance.now(); performance.now() - began < 2.5;);
        state.done++
        await background_slices.pause()
      }
    })()
    return state
  }

  test('takes few slices while an answer is prepared, and goes on without waiting afterwards', async () => {
    const turn = urgent()
    const began = performance.now()
    const work = compute()
    await systemClock.sleep(5 * LONGEST_SLICE_WAIT_MS)
    expect(work.done).toBeLessThanOrEqual((performance.now() - began) / LONGEST_SLICE_WAIT_MS + 1)
    turn.end()
    await systemClock.sleep(LONGEST_SLICE_WAIT_MS)
    const before = work.done
    const steps = 40
    for (let step = 0; step < steps; step++) await new Promise(resolve => setImmediate(resolve))
    work.stopped = true
    expect(work.done - before).toBeGreaterThan(steps / 4)
  })

  test('goes on although answers never stop', async () => {
    urgent()
    const work = compute(3)
    while (work.done < 3) await systemClock.sleep(1)
    expect(work.done).toBe(3)
  })
})
