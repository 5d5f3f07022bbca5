import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../../src/platform/clock.ts'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'
import { PROJECT } from '../script-run.ts'
import { zombiesOf } from '../fake-whatsapp/process-list.ts'
import type { Random } from '../random-text.ts'
import type { PhoneTalk } from './phone-talk.ts'
import { settled } from './verdict.ts'

/** A moment at which the bot is killed. */
export type Kill =
  /** So many milliseconds after the process began. */
  | { readonly kind: 'while_starting'; readonly after_ms: number }
  /** So many milliseconds after it was ready. */
  | { readonly kind: 'while_working'; readonly after_ms: number }
  /** By itself, on one side of the n-th durable write of its life. */
  | { readonly kind: 'at_write'; readonly side: 'before' | 'after'; readonly write: number }

/** As an address: a path with a space would be two options. */
const PRELOAD = pathToFileURL(join(PROJECT, 'tests/support/crash/die-at-write.mjs')).href
const STARTING_MS = 1200
const WORKING_MS = 1200
/** A life in which a write does not come is ended after so long. */
const NO_WRITE_MS = 6000
const SETTLE_MS = 20_000

/** The aim: ready again within so long. Told, not a limit: the machine may be busy. */
export const AIM_MS = 5000
const LINE_CHARACTERS = 120

/** What one life was worth. */
export interface LifeReport {
  /** Milliseconds from the start to ready; only where the kill waited for it, as the slow ones would be missing else. */
  readonly recovery_ms: number | undefined
  readonly faults: readonly string[]
  /** Of a start that took too long: what its log says. */
  readonly slow?: string
}

const preloaded = (run: BotRun, more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  CRASH_ROOT: run.home.data,
  ...more,
})

/** The durable writes of a life in which one person is answered in three parts and ends the conversation, in order. */
export const writesOfALife = async (run: BotRun, talk: PhoneTalk): Promise<readonly string[]> => {
  const trace = join(run.home.folder, 'writes')
  writeFileSync(trace, '')
  const life = run.start(preloaded(run, { CRASH_TRACE: trace }))
  await life.up
  talk.write(undefined, 'talk', true)
  await settled(run, talk.said, SETTLE_MS)
  talk.write(undefined, 'command')
  await settled(run, talk.said, SETTLE_MS)
  await life.end('SIGTERM')
  return readFileSync(trace, 'utf8').trim().split('\n')
}

/**
 * `count` kills in an order of chance: one half on either side of each of `writes` durable writes, as evenly as it goes,
 * one half at times of chance.
 */
export const planKills = (count: number, writes: number, random: Random): readonly Kill[] => {
  const forced: Kill[] = []
  const wanted = Math.floor(count / 2)
  const points = writes * 2
  for (let index = 0; index < wanted; index++) {
    const point = wanted < points ? Math.floor((index * points) / wanted) : index % points
    forced.push({ kind: 'at_write', side: point % 2 === 0 ? 'before' : 'after', write: Math.floor(point / 2) + 1 })
  }
  const chance = Array.from({ length: count - wanted }, (_, index): Kill =>
    index % 2 === 0
      ? { kind: 'while_working', after_ms: random.below(WORKING_MS) }
      : { kind: 'while_starting', after_ms: random.below(STARTING_MS) },
  )
  const all = [...forced, ...chance]
  for (let index = all.length - 1; index > 0; index--) {
    const other = random.below(index + 1)
    ;[all[index], all[other]] = [all[other]!, all[index]!]
  }
  return all
}

/** Lives one life up to its kill. */
export const liveAndDie = async (run: BotRun, kill: Kill): Promise<LifeReport> => {
  if (kill.kind === 'at_write') {
    const life = run.start(preloaded(run, { CRASH_AT: `${kill.side}:${String(kill.write)}` }))
    const patience = new AbortController()
    await Promise.race([life.ended, systemClock.sleep(NO_WRITE_MS, patience.signal).catch(() => undefined)])
    patience.abort(new Error('the process ended'))
    return { recovery_ms: undefined, faults: endedByKill(await life.end('SIGKILL')) }
  }
  const from = run.logLength()
  const life = run.start()
  if (kill.kind === 'while_starting') {
    await systemClock.sleep(kill.after_ms)
    return { recovery_ms: undefined, faults: endedByKill(await life.end('SIGKILL')) }
  }
  const recovery_ms = await life.up
  const slow = (recovery_ms ?? 0) > AIM_MS ? briefly(run.log().slice(from)) : undefined
  const company = recovery_ms === undefined ? [] : await judgeCompany(run, life.pid)
  await systemClock.sleep(kill.after_ms)
  const faults = [...company, ...endedByKill(await life.end('SIGKILL'))]
  return { recovery_ms, faults, ...(slow === undefined ? {} : { slow }) }
}

const briefly = (log: string): string =>
  log
    .trim()
    .split('\n')
    .map(line => `  ${line.slice(0, LINE_CHARACTERS)}`)
    .join('\n')

/** One browser, at most one Chroma, and nobody that ended and was not asked after: those of earlier lives are gone. */
export const judgeCompany = async (run: BotRun, pid: number): Promise<readonly string[]> => {
  const [browsers, chromas, zombies] = await Promise.all([run.browsers(), run.chromas(), zombiesOf(pid)])
  return [
    ...(browsers.length === 1 ? [] : [`${browsers.length} browsers`]),
    ...(chromas.length <= 1 ? [] : [`${chromas.length} Chroma servers`]),
    ...zombies.map(each => `a zombie: ${each.pid}`),
  ]
}

const endedByKill = ({ code, signal }: { code: number | null; signal: string | null }): readonly string[] =>
  signal === 'SIGKILL' ? [] : [`the bot ended by itself, with ${String(code ?? signal)}`]
