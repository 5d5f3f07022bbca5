/** Measures how the time of a function grows with its input: doubles the input and compares. */
import type { Shape } from './shapes.ts'

/** A function of one text; what it returns is dropped. */
export type TextFunction = (text: string) => unknown

export interface Growth {
  /** The longest text that was tried, in characters. */
  readonly characters: number
  /** Time of the processor for it, the best of several runs; what else runs on the machine does not count. */
  readonly ms: number
  /** How many times as long the text takes that is twice as long, on the mean of two doublings; 0 where it is too short to measure. */
  readonly factor: number
  readonly failed?: string
}

const MICROSECONDS_PER_MS = 1000
/** Times below this are noise: they are the warming up of code and the collection of garbage. */
const MEASURABLE_MS = 50
/** A function that took so long is not asked for more. */
const TOO_LONG_MS = 1500
const QUICK_MS = 100
const RUNS = 5
const FIRST_CHARACTERS = 400

const once = async (act: TextFunction, text: string): Promise<number> => {
  const began = process.threadCpuUsage()
  await act(text)
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / MICROSECONDS_PER_MS
}

/** The best of some runs: everything else on the machine only adds. */
const best = async (act: TextFunction, text: string, runs: number): Promise<number> => {
  let least = Infinity
  for (let run = 0; run < runs; run++) {
    least = Math.min(least, await once(act, text))
    if (least > QUICK_MS) break
  }
  return least
}

/** Growth of one function on one shape, from a few hundred characters up to `characters`. */
export const growthOf = async (act: TextFunction, shape: Shape, characters: number): Promise<Growth> => {
  let size = characters
  while (size > FIRST_CHARACTERS) size /= 2
  const times: number[] = []
  try {
    for (; size <= characters; size *= 2) {
      times.push(await best(act, shape.text(Math.floor(size)), 2))
      if ((times.at(-1) ?? 0) > TOO_LONG_MS) break
    }
    const longest = Math.floor(Math.min(size, characters))
    const ms = times.at(-1) ?? 0
    if (ms < MEASURABLE_MS) return { characters: longest, ms, factor: 0 }
    const quarter = await best(act, shape.text(Math.floor(longest / 4)), RUNS)
    const whole = ms > QUICK_MS ? ms : Math.min(ms, await best(act, shape.text(longest), RUNS))
    const factor = whole < MEASURABLE_MS ? 0 : Math.sqrt(whole / Math.max(quarter, 0.01))
    return { characters: longest, ms: whole, factor }
  } catch (error) {
    return {
      characters: Math.floor(size),
      ms: 0,
      factor: 0,
      failed: error instanceof Error ? `${error.name}: ${error.message}` : 'failed',
    }
  }
}
