// Finds out for how long the event loop was blocked at most, and which function of ours did it.
import { Session } from 'node:inspector/promises'
import type { Profiler } from 'node:inspector'

/** The longest stretch in which nothing else could run. */
export interface Stall {
  /** Time of this thread's processor: what else runs on the machine does not count. */
  readonly cpu_ms: number
  /** The functions of ours in which most of the stretch was spent, as `function file:line share`. */
  readonly where: string
}

interface Stretch {
  readonly cpu_us: number
  /** On the monotonic clock, in microseconds: the profiler counts by the same. */
  readonly from_us: number
  readonly to_us: number
}

const SAMPLING_US = 1000
/** Functions that are named for a stretch. */
const MOST_NAMED = 3
const OURS = '/src/'

const monotonic = (): number => Number(process.hrtime.bigint() / 1000n)

const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Watches the event loop while `act` runs. */
export const longestStall = async (act: () => Promise<void>): Promise<Stall> => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US })
  await session.post('Profiler.start')
  const watch = watchTurns()
  await act()
  const longest = watch.end()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return { cpu_ms: Math.round(longest.cpu_us / 100) / 10, where: blockers(profile, longest) }
}

/** Measures every turn of the event loop, and keeps the longest. */
const watchTurns = (): { end(): Stretch } => {
  let longest: Stretch = { cpu_us: 0, from_us: 0, to_us: 0 }
  let running = true
  let from_us = monotonic()
  let cpu_before = cpu()
  const turn = (): void => {
    const to_us = monotonic()
    const cpu_now = cpu()
    const cpu_us = cpu_now - cpu_before
    if (cpu_us > longest.cpu_us) longest = { cpu_us, from_us, to_us }
    from_us = to_us
    cpu_before = cpu_now
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  return {
    end: () => {
      running = false
      return longest
    },
  }
}

/** In which functions of ours a stretch was spent, with what they call outside of our code; the longest first. */
const blockers = (profile: Profiler.Profile, { from_us, to_us }: Stretch): string => {
  const nodes = new Map(profile.nodes.map(node => [node.id, node]))
  const parents = new Map(profile.nodes.flatMap(node => (node.children ?? []).map(child => [child, node.id] as const)))
  const innermost = (id: number): string => {
    for (let node: number | undefined = id; node !== undefined; node = parents.get(node)) {
      const frame = nodes.get(node)?.callFrame
      if (frame?.url.includes(OURS) !== true) continue
      const file = frame.url.slice(frame.url.lastIndexOf(OURS) + OURS.length)
      return `${frame.functionName} ${file}:${String(frame.lineNumber + 1)}`
    }
    return '(other)'
  }
  const counts = new Map<string, number>()
  let at = profile.startTime
  let total = 0
  for (const [index, id] of (profile.samples ?? []).entries()) {
    at += profile.timeDeltas?.[index] ?? 0
    if (at < from_us || at > to_us) continue
    total++
    const name = innermost(id)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_NAMED)
    .map(([name, samples]) => `${name} ${String(Math.round((100 * samples) / total))} %`)
    .join(', ')
}
