/** Examines every component, the bot itself first; shared by `status`, `health` and `doctor`. */
import { z } from 'zod'
import { examine, HEALTH_STATES, isTrouble, type ExaminedComponent } from '../../platform/health.ts'
import type { Uses } from '../context.ts'
import type { Caller } from '../operation.ts'

/** One component in the form in which operations return it. */
export const componentSchema = z.object({
  name: z.string(),
  state: z.enum(HEALTH_STATES).describe('ok, degraded, down, off, or unknown: neither checked nor used yet'),
  detail: z.string(),
})

/**
 * Every component, all in parallel, preceded by the bot if it is not running. A caller in a chat is talking to the
 * running bot.
 */
export const examineAll = async (
  { instance, system: { checks, clock } }: Uses<'instance.started_at' | 'system.checks' | 'system.clock'>,
  { transport }: Pick<Caller, 'transport'>,
): Promise<readonly ExaminedComponent[]> => [
  ...(instance.started_at === undefined && transport !== 'chat' ? [NOT_RUNNING] : []),
  ...(await Promise.all(checks.map(check => examine(check, clock)))),
]

const NOT_RUNNING: ExaminedComponent = {
  name: 'bot',
  state: 'down',
  detail: 'DeniDin is not running; start it with "denidin start".',
}

/** Why the exit code is 1: the components with a problem, in one line; `undefined` if there are none. */
export const troubleIn = (components: readonly ExaminedComponent[]): string | undefined => {
  const troubled = components.filter(({ state }) => isTrouble(state)).map(({ name, state }) => `${name} ${state}`)
  return troubled.length === 0 ? undefined : `not well: ${troubled.join(', ')}`
}
