/** A thread for tests: answers, fails, falls sick, waits, reports progress, logs, and breaks down. */
import { writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { DenidinError } from '../../../src/platform/errors.ts'
import type { Health } from '../../../src/platform/health.ts'
import { serveRequests, threadLogger } from '../../../src/platform/threads/serve-requests.ts'
import type { EchoRequests } from './echo-requests.ts'

const { closed_file } = workerData as { readonly closed_file: string }

if (parentPort !== null) {
  const log = threadLogger(parentPort).for('echo')
  let health: Health = { state: 'ok', detail: 'It works.' }
  serveRequests<EchoRequests>(parentPort, {
    health: async () => health,
    handlers: {
      sicken: async detail => {
        health = detail === '' ? { state: 'ok', detail: 'It works.' } : { state: 'down', detail }
        if (detail !== '') throw new DenidinError('damaged', detail)
      },
      echo: async text => text,
      fail: async () => {
        throw new DenidinError('not_found', 'there is none', { retryable: true })
      },
      wait: async (_input, { signal, progress }) => {
        progress({ done: 1, total: 2, unit: 'steps' })
        log.info('waits', { step: 1 })
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error)
          })
        })
      },
      crash: async () => {
        setImmediate(() => {
          throw new Error('out of order')
        })
        await new Promise(() => undefined)
      },
    },
    [Symbol.asyncDispose]: async () => {
      writeFileSync(closed_file, 'closed')
    },
  })
}
