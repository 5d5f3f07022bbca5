/** Removes the text of messages that were edited or deleted since from the usage log. */
import type { ChangeLog } from '../../messages/change-log.ts'
import type { UsagePersonalData } from './usage-personal-data.ts'

export interface ChangedTasksDeps {
  readonly changeLog: Pick<ChangeLog, 'advance' | 'contentChanges'>
  readonly tasks: Pick<UsagePersonalData, 'forget'>
}

/** Changes processed in one step. */
const PAGE = 500

/** Follows the change log to its end. Safe to repeat: a crash loses no change. @throws DenidinError `unavailable` */
export const forgetChangedTasks = async ({ changeLog, tasks }: ChangedTasksDeps): Promise<void> => {
  for (;;) {
    const changes = await changeLog.contentChanges('budget_usage', { after: 0, limit: PAGE })
    const last = changes.at(-1)
    if (last === undefined) return
    await tasks.forget(changes.map(({ message_id }) => message_id))
    await changeLog.advance('budget_usage', last.change)
  }
}
