/** The body of a request says the same, whether its messages are written for the first time or come from the cache. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { requestBody, type CompletionBody } from '../../src/models/openai/request-body.ts'

type Message = CompletionBody['messages'][number]

const message: fc.Arbitrary<Message> = fc.record({
  role: fc.constantFrom('user', 'assistant'),
  content: fc.string({ unit: 'grapheme', maxLength: 40 }),
})

const bodyOf = (messages: Message[], system: string): CompletionBody => ({
  model: 'a "model"',
  messages: [{ role: 'system', content: system }, ...messages],
  max_completion_tokens: 512,
  stream: true,
  stream_options: { include_usage: true },
})

test('a request of any length is the JSON of its body, also when most of its messages were sent before', () => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 0, maxLength: 600, size: 'max' }),
      fc.array(message, { minLength: 1, maxLength: 3 }),
      fc.string({ unit: 'grapheme' }),
      (before, added, system) => {
        for (const body of [
          bodyOf(before, system),
          bodyOf([...before, ...added], `${system} later`),
          bodyOf([...before.slice(1), ...added], system),
        ]) {
          expect(JSON.parse(requestBody(body).toString())).toEqual(body)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('a message that was replaced is written anew', () => {
  const messages: Message[] = Array.from({ length: 1000 }, (_, at) => ({
    role: 'user',
    content: `message ${String(at)}`,
  }))
  requestBody(bodyOf(messages, 'system'))
  const changed = messages.with(500, { role: 'user', content: '(deleted)' })
  const body = requestBody(bodyOf(changed, 'system')).toString()
  expect(body).toContain('(deleted)')
  expect(body).not.toContain('"message 500"')
})
