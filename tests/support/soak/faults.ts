import { MINUTE_MS, systemClock } from '../../../src/platform/clock.ts'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'
import { processesOf } from '../fake-whatsapp/process-list.ts'
import { failure, type Answer, type ScriptedModelServer } from '../model-server.ts'
import type { Random } from '../random-text.ts'
import type { MovedClock } from './moved-clock.ts'

const DISK_FULL = 'disk full'

/** Something that goes wrong around a running bot. */
export interface Fault {
  readonly name: string
  /** A new browser has to come; each such loss in a row doubles the pause before it. */
  readonly ends_browser: boolean
  /** Lets it happen; resolves when it is over as far as the world is concerned. */
  provoke(soaked: Soaked): Promise<void>
}

export interface Soaked {
  readonly run: BotRun
  readonly model: MoodyModel
  readonly chance: Random
  /** The clock of the bot. */
  readonly clock: MovedClock
}

type Mood = 'well' | 'slow' | 'failing' | 'limited' | 'gone'

const NETWORK_LOSS_MS = 6000
const MOOD_MS = 5000
const SLOW_MS = 3000
const FROZEN_MS = 3000
const FULL_MS = 4000
const JUMP_MS = 20 * MINUTE_MS
const JUMPED_MS = 3000

/** A model that is not always well; learning is left alone, as what failed is tried again only minutes later. */
export class MoodyModel {
  mood: Mood = 'well'
  /** Requests that it answered with words. */
  answered = 0

  constructor(server: ScriptedModelServer, answer: Answer) {
    server.always('completion', async (request, response) => {
      if (this.mood === 'failing') await failure(500)(request, response)
      else if (this.mood === 'limited') await failure(429, { headers: { 'retry-after-ms': '300' } })(request, response)
      else if (this.mood === 'gone') response.destroy()
      else {
        if (this.mood === 'slow') await systemClock.sleep(SLOW_MS)
        if (response.destroyed) return
        await answer(request, response)
        this.answered += 1
      }
    })
  }
}

const send = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It went by itself meanwhile.
  }
}

/** Stops processes for a while, as a machine that is short of memory or sleeps does. */
const frozen = async (pids: readonly number[], chance: Random): Promise<void> => {
  for (const pid of pids) send(pid, 'SIGSTOP')
  await systemClock.sleep(FROZEN_MS + chance.below(FROZEN_MS))
  for (const pid of pids) send(pid, 'SIGCONT')
}

const signalBrowser =
  (name: NodeJS.Signals) =>
  async ({ run }: Soaked): Promise<void> => {
    for (const { pid } of await run.browsers()) send(pid, name)
  }

const modelIs =
  (mood: Mood) =>
  async ({ model, chance }: Soaked): Promise<void> => {
    model.mood = mood
    await systemClock.sleep(MOOD_MS + chance.below(MOOD_MS))
    model.mood = 'well'
  }

/** What may happen, by lot. */
export const FAULTS: readonly Fault[] = [
  { name: 'browser killed', ends_browser: true, provoke: signalBrowser('SIGKILL') },
  { name: 'browser stopped', ends_browser: true, provoke: signalBrowser('SIGSTOP') },
  {
    name: 'page crashed',
    ends_browser: true,
    provoke: async ({ run }) => {
      const [browser] = await run.browsers()
      const mark = browser?.args.find(arg => arg.startsWith('--user-data-dir=')) ?? 'no browser'
      const pages = (await processesOf('--type=renderer')).filter(({ args }) => args.includes(mark))
      for (const { pid } of pages) send(pid, 'SIGKILL')
    },
  },
  {
    name: 'taken over by another window',
    ends_browser: true,
    provoke: async ({ run }) => run.fake.connection('CONFLICT'),
  },
  { name: 'page reloaded', ends_browser: false, provoke: async ({ run }) => run.fake.reload() },
  {
    name: 'network lost',
    ends_browser: false,
    provoke: async ({ run, chance }) => {
      run.fake.networkDown()
      await systemClock.sleep(chance.below(NETWORK_LOSS_MS))
      run.fake.networkUp()
    },
  },
  { name: 'model slow', ends_browser: false, provoke: modelIs('slow') },
  { name: 'model failing', ends_browser: false, provoke: modelIs('failing') },
  { name: 'model rate-limited', ends_browser: false, provoke: modelIs('limited') },
  { name: 'model gone', ends_browser: false, provoke: modelIs('gone') },
  {
    name: 'Chroma killed',
    ends_browser: false,
    provoke: async ({ run }) => {
      for (const { pid } of await run.chromas()) send(pid, 'SIGKILL')
    },
  },
  {
    name: 'Chroma frozen',
    ends_browser: false,
    provoke: async ({ run, chance }) => {
      await frozen(
        (await run.chromas()).map(({ pid }) => pid),
        chance,
      )
    },
  },
  {
    name: 'bot frozen',
    ends_browser: false,
    provoke: async ({ run, chance }) => {
      await frozen(run.life === undefined ? [] : [run.life.pid], chance)
    },
  },
  {
    name: DISK_FULL,
    ends_browser: false,
    provoke: async ({ run: { disk }, chance }) => {
      disk?.fill()
      await systemClock.sleep(FULL_MS + chance.below(FULL_MS))
      disk?.empty()
    },
  },
  {
    name: 'clock jumped',
    ends_browser: false,
    provoke: async ({ clock, chance }) => {
      clock.move((chance.below(2) === 0 ? 1 : -1) * JUMP_MS)
      await systemClock.sleep(JUMPED_MS + chance.below(JUMPED_MS))
      clock.move(0)
    },
  },
]

/** After so many lost browsers in a row … */
const MOST_LOSSES = 3
/** … none is lost for so long that the next counts as the first: else only the growing pause would be measured. */
const FORGIVEN_MS = 330_000
/** Pause between two faults, on average. */
const GAP_MS = 3000

/** Lets things happen one after the other, at times of chance, until it is called off. Tells the name of each. */
export const provokeFaults = async (
  soaked: Soaked,
  signal: AbortSignal,
  told: (name: string) => void,
): Promise<void> => {
  const { chance, run } = soaked
  // Without a disk of its own, there is none to fill.
  const all = run.disk === undefined ? FAULTS.filter(({ name }) => name !== DISK_FULL) : FAULTS
  const losses: number[] = []
  /** Every fault has its turn before any comes again. */
  let deck: Fault[] = []
  for (;;) {
    await systemClock.sleep(GAP_MS / 2 + chance.below(GAP_MS), signal).catch(() => undefined)
    if (signal.aborted) return
    const now = systemClock.now()
    if (losses.length > 0 && now - losses.at(-1)! >= FORGIVEN_MS) losses.length = 0
    if (deck.length === 0) deck = [...all]
    const possible = deck.filter(each => !each.ends_browser || losses.length < MOST_LOSSES)
    const fault = chance.pick(possible.length === 0 ? all.filter(each => !each.ends_browser) : possible)
    deck = deck.filter(each => each !== fault)
    if (fault.ends_browser) losses.push(now)
    told(fault.name)
    await fault.provoke(soaked)
  }
}
