/** Vector maintenance while long-term memory is disabled. */
import { DenidinError } from '../../platform/errors.ts'
import type { VectorMaintenance } from './vector-maintenance.ts'

const off = (): Promise<never> => Promise.reject(new DenidinError('disabled', 'long-term memory is switched off'))

/** While long-term memory is disabled, no one maintains its vectors. */
export const noVectorMaintenance: VectorMaintenance = {
  rebuild: off,
  verify: off,
  calibrate: off,
  pruneSpaces: off,
  stats: () => Promise.resolve({ message_vectors: 0, pending_messages: 0, rebuild_left: 0, spaces: [] }),
  thresholdWarning: () => Promise.resolve(undefined),
}
