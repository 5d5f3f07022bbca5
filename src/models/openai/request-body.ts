/** Writes the body of a chat completion. A message of a long conversation comes with every request: it is written once. */
import type OpenAI from 'openai'

/** The body of a chat completion whose answer comes whole or as a stream. */
export type CompletionBody = OpenAI.ChatCompletionCreateParamsNonStreaming | OpenAI.ChatCompletionCreateParamsStreaming
type Message = CompletionBody['messages'][number]

/** From this number of messages on, it is faster to cache each of them than to write them again. */
const LONG_CONVERSATION = 256

/** Caches the JSON of messages in UTF-8, each after a comma. */
const written = new WeakMap<Message, Buffer>()

/** The body as JSON in UTF-8. */
export const requestBody = (body: CompletionBody): Buffer => {
  if (body.messages.length < LONG_CONVERSATION) return Buffer.from(JSON.stringify(body))
  const {
    messages: [first, ...rest],
    ...fields
  } = body
  const beginning = `${JSON.stringify(fields).slice(0, -1)},"messages":[${JSON.stringify(first)}`
  return Buffer.concat([Buffer.from(beginning), ...rest.map(writtenOnce), Buffer.from(']}')])
}

const writtenOnce = (message: Message): Buffer => {
  const known = written.get(message)
  if (known !== undefined) return known
  const bytes = Buffer.from(`,${JSON.stringify(message)}`)
  written.set(message, bytes)
  return bytes
}
