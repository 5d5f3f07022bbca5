import { DenidinError } from '../../platform/errors.ts'
import type { VectorUpkeep } from '../upkeep/vector-upkeep.ts'

const off = (): Promise<never> => Promise.reject(new DenidinError('disabled', 'long-term memory is switched off'))

/** With long-term memory switched off, nothing looks after its vectors. */
export const noVectorUpkeep: VectorUpkeep = {
  rebuild: off,
  verify: off,
  calibrate: off,
  pruneSpaces: off,
  stats: () => Promise.resolve({ message_vectors: 0, pending_messages: 0, rebuild_left: 0, spaces: [] }),
  doubt: () => Promise.resolve(undefined),
}
