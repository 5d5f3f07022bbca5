import fc from 'fast-check'
import { oddTexts } from './odd-texts.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { TestDenidin } from './denidin.ts'

/** What a run over many texts came to. */
export interface FuzzReport {
  readonly seed: number
  readonly texts: number
  /** Texts after which the log had an error, eight at once, with it. */
  readonly failures: readonly string[]
  readonly turns_failed: number
  readonly set_aside: number
}

const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const
const PEOPLE = 8
const SWEEP_EVERY = 400
/** Generated at once. */
const SAMPLE = 800

/**
 * Has people write generated texts to a whole DeniDin with the offline model: every text goes through inbox, turn, reply,
 * index and vectors, and the sessions are ended and learned from again and again. The same seed gives the same texts.
 */
export const fuzzPipeline = async (
  texts: number,
  seed: number,
  progress: (done: number, failures: readonly string[]) => void = () => undefined,
): Promise<FuzzReport> => {
  await using denidin = await TestDenidin.start({
    ai: { provider: 'offline' },
    embeddings: { provider: 'offline' },
    memory: { session: { max_tokens_by_role: { client: 1000 } } },
  })
  // Whoever floods a chat is slowed down by up to two seconds a message.
  denidin.clock.hasten(20)
  const failures: string[] = []
  let checked = 0
  const check = (said: readonly string[]): void => {
    const { lines } = denidin.log
    const error = lines.slice(checked).find(line => line.level === 'error')
    checked = lines.length
    if (error !== undefined)
      failures.push(`${JSON.stringify(said.map(each => each.slice(0, 200)))}: ${JSON.stringify(error)}`)
  }
  for (let done = 0; done < texts; done += SAMPLE) {
    const batch = fc.sample(oddTexts(), { numRuns: Math.min(SAMPLE, texts - done), seed: seed + done })
    for (let at = 0; at < batch.length; at += PEOPLE) {
      const said = batch.slice(at, at + PEOPLE)
      // All people at once, as in a busy hour.
      await Promise.all(said.map((text, person) => denidin.say(text, { phone: `1555000${String(1000 + person)}` })))
      check(said)
      const so_far = done + at + said.length
      if (so_far % SWEEP_EVERY > 0) continue
      denidin.clock.forward(25 * HOUR_MS)
      await denidin.app.runner.run('session.sweep', { purge: false }, OPERATOR)
      await denidin.app.messageIndex.whenIdle()
      check(['the sweep'])
      progress(so_far, failures)
    }
  }
  await denidin.app.messageIndex.whenIdle()
  const { turns_failed = 0, items_set_aside = 0 } = denidin.metrics.read()
  return { seed, texts, failures, turns_failed, set_aside: items_set_aside }
}
