/** The entry point of the thread that reads the words of messages for the archive's index; it opens no file. */
import { parentPort } from 'node:worker_threads'
import { partHandlers, type PartRequests } from '../../archive/index/part-building.ts'
import { serveRequests } from '../../platform/threads/serve-requests.ts'

if (parentPort !== null) {
  serveRequests<PartRequests>(parentPort, {
    handlers: partHandlers(),
    health: async () => ({ state: 'ok', detail: 'It reads words.' }),
    [Symbol.asyncDispose]: async () => undefined,
  })
}
