/** Closes the HTTP server: requests in progress may finish, and no connection keeps it open. */
import type { FastifyInstance } from 'fastify'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'

/** How long requests may go on; then their work is called off. */
const GRACE_MS = 10 * SECOND_MS
/** How long connections may then take to end. */
const CLOSING_MS = 2 * SECOND_MS
const STEP_MS = 50

/** Resolves when no connection is open any more. @param callOff ends the work of requests that take too long */
export const closeServer = async (app: FastifyInstance, clock: Clock, callOff: () => void): Promise<void> => {
  using _grace = clock.after(GRACE_MS, callOff)
  using _end = clock.after(GRACE_MS + CLOSING_MS, () => {
    app.server.closeAllConnections()
  })
  const closed = new AbortController()
  const closing = app.close().then(() => {
    closed.abort()
  })
  while (!closed.signal.aborted) {
    // A connection whose answer went out before it could say that it was the last is idle now.
    app.server.closeIdleConnections()
    await Promise.race([closing, clock.sleep(STEP_MS)])
  }
}
