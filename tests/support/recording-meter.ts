// A meter that keeps what it is told in memory, for tests of what is metered.
import type { TokenUsage } from '../../src/models/language-model.ts'
import type { Meter, PlannedCall } from '../../src/models/meter.ts'

export interface RecordedCall extends PlannedCall, TokenUsage {
  readonly outcome: 'reserved' | 'ok' | 'failed' | 'cancelled'
  readonly duration_ms: number
}

export interface RecordingMeter extends Meter {
  readonly calls: RecordedCall[]
}

export const recordingMeter = (): RecordingMeter => {
  const calls: RecordedCall[] = []
  const settle = (reservation: number, change: Partial<RecordedCall>): void => {
    calls[reservation] = { ...calls[reservation]!, ...change }
  }
  return {
    calls,
    reserve: async call =>
      calls.push({ ...call, outcome: 'reserved', duration_ms: 0, input_tokens: 0, output_tokens: 0 }) - 1,
    commit: async (reservation, usage) => {
      settle(reservation, { ...usage, outcome: 'ok' })
    },
    release: async (reservation, { duration_ms, usage = {} }) => {
      settle(reservation, { ...usage, duration_ms, outcome: 'failed' })
    },
    cancel: async reservation => {
      settle(reservation, { outcome: 'cancelled' })
    },
  }
}
