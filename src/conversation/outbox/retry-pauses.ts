/** The pauses between attempts to send a part, and to record what became of it. */
import { SECOND_MS } from '../../platform/clock.ts'

/** Milliseconds before each further attempt; after the last one, the part is deferred, or its record waits in memory. */
export const RETRY_MS = [1, 2, 4, 8].map(seconds => seconds * SECOND_MS)
