// The client of bench:api, a process of its own: sends requests over kept connections, and reports how long each took.
import { Agent, request } from 'node:http'

export interface ClientJob {
  readonly path: string
  readonly bodies: readonly object[]
  readonly at_once: number
}

/** Milliseconds. */
export interface ClientReport {
  readonly times: readonly number[]
  readonly elapsed: number
}

const [address = '', token = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const post = (path: string, body: object): Promise<void> =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }
    const sent = request(`${address}${path}`, { method: 'POST', agent, headers }, response => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`status ${String(response.statusCode)}`))
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })

process.on('message', (job: ClientJob) => {
  void (async () => {
    const waiting = [...job.bodies]
    const times: number[] = []
    const began = performance.now()
    const worker = async (): Promise<void> => {
      for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
        const start = performance.now()
        await post(job.path, body)
        times.push(performance.now() - start)
      }
    }
    await Promise.all(Array.from({ length: job.at_once }, worker))
    process.send?.({ times, elapsed: performance.now() - began } satisfies ClientReport)
  })()
})
process.send?.('ready')
