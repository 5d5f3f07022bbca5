/** Step of a turn: warns a person, once for each limit and period, that it is nearly used up. */
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { LimitWarnings } from '../../usage/limits/limit-warnings.ts'
import type { Outbox } from '../outbox.ts'
import type { ReplyWriter } from '../reply-writer.ts'
import type { TurnContext } from '../turn-context.ts'

export interface WarnOfLimitsDeps {
  readonly limits: LimitWarnings
  readonly outbox: Pick<Outbox, 'notify'>
  readonly writer: ReplyWriter
  readonly logger: Logger
}

/** Not in a group, where everyone would read how much a person has used. Never rejects. */
export const warnOfLimits = async (
  { limits, outbox, writer, logger }: WarnOfLimitsDeps,
  { chat_kind, person, last, strings }: TurnContext,
): Promise<void> => {
  if (chat_kind === 'group') return
  try {
    const near = limits.take(person.person_id, person.role === 'godfather')
    if (near === undefined) return
    const percent = Math.min(100, Number((near.spent * 100n) / near.most))
    logger.warn('A limit is nearly used up', { limit: near.name, unit: near.unit, percent })
    await outbox.notify(writer.notice([], last, strings.limit_near(near.name, percent)))
  } catch (error) {
    logger.error('A limit could not be checked', { reason: asDenidinError(error).message })
  }
}
