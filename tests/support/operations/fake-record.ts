import type { OperationContext } from '../../../src/operations/context.ts'
import { FakeBackups, VERIFICATION } from './fake-backups.ts'

/** Drills, the history and background backups, as operations use them. */
export const fakeRecord = (asked: string[]): Pick<OperationContext['backup'], 'drills' | 'history' | 'background'> => ({
  drills: {
    run: async () => {
      asked.push('drill')
      const { backup_id, in_order } = VERIFICATION
      return [{ backup_id, target: 'nas', in_order, problem: undefined }]
    },
  },
  history: { success: async days => ({ days, succeeded: 29, attempted: 30 }) },
  background: {
    run: async () => ({ state: 'made', backup: await new FakeBackups(asked).create('incremental', []) }),
  },
})
