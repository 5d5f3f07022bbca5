// A model server in a thread of its own, so that its work is not counted as ours. Tells when each request arrived.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { hashedWords } from '../support/model-server.ts'

const DIMENSIONS = 512
/** How every request for facts begins. */
const EXTRACTION = 'You take facts out of a conversation'

/** Milliseconds since the Unix epoch, with fractions, the same in every thread. */
const now = (): number => performance.timeOrigin + performance.now()

const COMPLETION = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 0,
  model: 'instant',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'noted' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})

/** Facts of a message that a model finds at most. */
const MOST_FACTS = 30

/** Every sentence of the conversation as a fact, as far as one answer holds them. */
const factsOf = (request: string): string => {
  const { messages } = JSON.parse(request) as { messages: readonly { content: string }[] }
  const lines = [...(messages.at(-1)?.content ?? '').matchAll(/^\[(\d+)\] \d{4}-\d\d-\d\d [^:\n]+: (.*)$/gm)]
  const facts = lines
    .flatMap(([, message, text = '']) => text.split(/(?<=[.!?]) /).map(quote => ({ message: Number(message), quote })))
    .filter(({ quote }) => quote.trim() !== '')
    .slice(0, MOST_FACTS)
    .map(({ message, quote }) => ({ text: quote, quote, message, category: 'facts', importance: 0.5 }))
  return JSON.stringify({ facts, reflection: 'A conversation.' })
}

const completionOf = (content: string): string => COMPLETION.replace('"noted"', () => JSON.stringify(content))

const server = createServer((request, response) => {
  const arrived = now()
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/v1/chat/completions') {
      parentPort?.postMessage({ kind: 'completion', arrived })
      const asked = Buffer.concat(chunks).toString()
      response.end(asked.includes(EXTRACTION) ? completionOf(factsOf(asked)) : COMPLETION)
      return
    }
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string | string[] }
    const data = [input].flat().map((text, index) => {
      const vector = hashedWords(text, DIMENSIONS)
      return { index, embedding: Buffer.from(vector.buffer).toString('base64') }
    })
    response.end(JSON.stringify({ data, model: 'instant', usage: { prompt_tokens: 1, total_tokens: 1 } }))
  })
})

server.listen(0, '127.0.0.1', () => {
  parentPort?.postMessage({ kind: 'listening', port: (server.address() as AddressInfo).port })
})
