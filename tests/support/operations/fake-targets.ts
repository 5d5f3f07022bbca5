import type { BackupTargets, TargetResult } from '../../../src/backup/targets/targets.ts'
import { VERIFICATION } from './fake-backups.ts'

/** Targets that write down what they are asked for: `nas` works, `cloud` fails while `is_down`. */
export class FakeTargets implements BackupTargets {
  readonly names = ['nas', 'cloud']
  is_down = false
  readonly #asked: string[]

  constructor(asked: string[]) {
    this.#asked = asked
  }

  status: BackupTargets['status'] = async () => [
    {
      target: 'nas',
      type: 'folder',
      types: [],
      backups: [VERIFICATION.backup_id],
      damaged: [],
      last_success: '2026-11-20T02:31:00.000Z',
      problem: null,
    },
    {
      target: 'cloud',
      type: 's3',
      types: [],
      backups: [],
      damaged: [],
      last_success: null,
      problem: { reason: 'the store refuses it', since: '2026-11-20T02:31:00.000Z', attempts: 2 },
    },
  ]
  copy: BackupTargets['copy'] = async () =>
    this.names.map((target): TargetResult => {
      const is_failing = this.is_down && target === 'cloud'
      return {
        target,
        state: is_failing ? 'failed' : 'copied',
        backups: is_failing ? 0 : 1,
        objects: is_failing ? 0 : 12,
        bytes: is_failing ? 0 : 900,
        problem: is_failing ? 'the store refuses it' : undefined,
      }
    })
  copySoon: BackupTargets['copySoon'] = () => {
    this.#asked.push('copy soon')
  }
  prune: BackupTargets['prune'] = async () => [
    { target: 'nas', state: 'pruned', deleted: [], kept: 1, objects: 0, bytes: 0, problem: undefined },
  ]
  verify: BackupTargets['verify'] = async (target, backup_id) => {
    this.#asked.push(`verify ${backup_id} at ${target}`)
    return VERIFICATION
  }
  fetch: BackupTargets['fetch'] = async ({ target, backup_id }) => {
    this.#asked.push(`fetch ${backup_id} from ${target}`)
    return { backup_id: VERIFICATION.backup_id, copied: [VERIFICATION.backup_id], objects: 12, bytes: 900 }
  }
}
