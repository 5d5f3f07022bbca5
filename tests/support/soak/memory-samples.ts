import { readFile } from 'node:fs/promises'
import { memoryOf, listProcesses, treeOf } from '../../../src/platform/process-table.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'
import { percentile } from '../progress-log.ts'

const MIB = 1024 * 1024
const KIB = 1024

/** What the bot and its browser used at one moment, in MiB. */
export interface Sample {
  readonly at_s: number
  /** Resident memory of the bot's process. */
  readonly node_mb: number
  /** Of all processes of the browser, shared pages in proportion; `undefined` while there is none. */
  readonly browser_mb: number | undefined
  /** Process id of that browser: faults replace it. */
  readonly browser: number | undefined
}

/** Takes a sample. */
export const sample = async (run: BotRun, began: number): Promise<Sample> => {
  const status = await readFile(`/proc/${String(run.life?.pid)}/status`, 'utf8').catch(() => '')
  const [browser] = await run.browsers()
  const tree = browser === undefined ? [] : treeOf(browser.pid, await listProcesses()).map(each => each.pid)
  return {
    at_s: Math.round((systemClock.now() - began) / 1000),
    node_mb: Math.round((Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KIB) / MIB),
    browser_mb: tree.length === 0 ? undefined : Math.round((await memoryOf(tree)) / MIB),
    browser: browser?.pid,
  }
}

/** How much memory grew: medians of the second and of the last quarter of a time, in MiB. */
export interface Growth {
  readonly from_mb: number
  readonly to_mb: number
  readonly minutes: number
}

const median = (numbers: readonly number[]): number => percentile(numbers, 0.5)

/** Compares quarters by their medians: a single peak, such as a summary under way, moves none of them. */
const growthOf = (values: readonly { readonly at_s: number; readonly mb: number }[]): Growth => {
  const quarter = values.length / 4
  const part = (from: number, to: number): number =>
    median(values.slice(Math.floor(from * quarter), Math.floor(to * quarter)).map(each => each.mb))
  const seconds = (values.at(-1)?.at_s ?? 0) - (values[0]?.at_s ?? 0)
  return { from_mb: part(1, 2), to_mb: part(3, 4), minutes: Math.round(seconds / 6) / 10 }
}

export const growthOfNode = (samples: readonly Sample[]): Growth =>
  growthOf(samples.map(({ at_s, node_mb: mb }) => ({ at_s, mb })))

/** Growth of each browser that lived for at least `least_samples`; a new one begins small again. */
export const growthOfBrowsers = (samples: readonly Sample[], least_samples: number): readonly Growth[] =>
  [...Map.groupBy(samples, each => each.browser)]
    .filter(([browser, life]) => browser !== undefined && life.length >= least_samples)
    .map(([, life]) => growthOf(life.map(({ at_s, browser_mb }) => ({ at_s, mb: browser_mb ?? 0 }))))
