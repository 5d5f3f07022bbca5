import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { OPERATOR } from '../../src/operations/client.ts'
import { en } from '../../src/text/strings/en.ts'
import { TestDenidin } from '../support/denidin.ts'
import { failure, json, reply, textOf, when, type Answer, type RecordedRequest } from '../support/model-server.ts'

/** The person in these tests; a message of theirs holds a word that the filter of the service refuses. */
const WORD = 'zanzibar'
const GROUP = '123456-789@g.us'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const holdsWord = (request: RecordedRequest): boolean => textOf(request).includes(WORD)

const withheld = (finish_reason: string): Answer =>
  json({ choices: [{ index: 0, finish_reason, message: { role: 'assistant', content: '' } }] })

/** How services refuse words. */
const REFUSALS: readonly (readonly [string, Answer])[] = [
  [
    'Azure',
    (_, response) => {
      const content_filter_result = { hate: { filtered: true, severity: 'high' } }
      const innererror = { code: 'ResponsibleAIPolicyViolation', content_filter_result }
      const message = 'The response was filtered due to the prompt triggering our content management policy.'
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ error: { message, type: null, param: 'prompt', code: 'content_filter', innererror } }),
      )
    },
  ],
  ['a filter of the answer', withheld('content_filter')],
  ['DeepSeek', failure(400, { message: 'Content Exists Risk', code: 'invalid_request_error' })],
  ['Qwen', failure(400, { message: 'Input data may contain inappropriate content.', code: 'data_inspection_failed' })],
  ['OpenRouter', failure(403, { message: 'Your input was flagged by moderation', code: '403' })],
  ['an unknown service', failure(400, { message: 'No.' })],
  ['a service that breaks down', failure(500)],
  [
    'a firewall in front of the service',
    (_, response) => {
      response.writeHead(403, { 'content-type': 'text/html' })
      response.end('<html><body><h1>Sorry, you have been blocked</h1></body></html>')
    },
  ],
  ['xAI', json({ code: '403', error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' })],
  ['Gemini', json({ choices: [], prompt_feedback: { block_reason: 'PROHIBITED_CONTENT' } })],
  ['a gateway to Gemini', withheld('content_filter: PROHIBITED_CONTENT')],
  ['a service that gives no answer', json({ choices: [] })],
  ['a service with an error message of its own', json({ result: '', error_code: 336104, error_msg: 'unsafe' })],
]

describe.each(REFUSALS)('where %s refuses a word', (_, refusal) => {
  beforeEach(() => {
    denidin.models.always('completion', when(holdsWord, refusal, reply('All right.')))
  })

  test('the message that holds it is answered with a sentence, and the next ones work', async () => {
    expect(await denidin.say('hello')).toBe('All right.')
    expect(await denidin.say(`what about ${WORD}?`)).not.toContain('All right.')
    expect(await denidin.say('and the weather?')).toBe('All right.')
    expect(denidin.lastRequest()).toContain('hello')
    expect(denidin.lastRequest()).not.toContain(WORD)
  })

  test('it is found in what was said before, once, and stays out', async () => {
    denidin.models.next('completion', reply('Noted.'))
    await denidin.say(`my boat is called ${WORD}`)
    for (const text of ['I like tea', 'I have a dog']) await denidin.say(text)
    expect(await denidin.say('what do I like?')).toBe('All right.')
    expect(denidin.lastRequest()).toContain('I like tea')
    const asked = denidin.models.counts.completion
    expect(await denidin.say('and my dog?')).toBe('All right.')
    expect(denidin.models.counts.completion).toBe(asked + 1)
    expect(denidin.lastRequest()).toContain('I like tea')
  })
})

describe('words that a filter refuses', () => {
  const filter = failure(400, { code: 'content_filter' })

  beforeEach(() => {
    denidin.models.always('completion', when(holdsWord, filter))
  })

  test('get one kind sentence', async () => {
    expect(await denidin.say(`tell me about ${WORD}`)).toBe(en.model_filtered)
  })

  test('do not come back by recall, nor after /reset, nor after a restart', async () => {
    denidin.models.next('completion', reply('Noted.'))
    await denidin.say(`my boat is called ${WORD}, it is blue`)
    await denidin.say('/reset')
    await denidin.app.memory.whenIdle()
    expect(await denidin.say('what is my boat called?')).toBe('All right.')
    await denidin.say('/reset')
    await denidin.app.memory.whenIdle()
    await denidin.restart()
    const asked = denidin.models.counts.completion
    expect(await denidin.say('what colour is my boat?')).toBe('All right.')
    expect(denidin.models.counts.completion).toBe(asked + 1)
  })

  test('of a silent member do not silence a group', async () => {
    const say = async (text: string, phone: string, addressed: boolean): Promise<void> => {
      const sender = { identities: [{ kind: 'phone', value: phone } as const], name: `N${phone.slice(-1)}` }
      await denidin.channel.deliver({ text, chat_id: GROUP, chat_kind: 'group', sender, addressed })
      await denidin.app.conversation.whenIdle(GROUP)
    }
    await say(`${WORD} ${WORD}`, '15550002222', false)
    await say('bot, what time is it?', '15550001111', true)
    await say(`again ${WORD}`, '15550002222', false)
    await say('bot, and now?', '15550001111', true)
    expect(denidin.channel.sent.map(({ text }) => text)).toEqual(['All right.', 'All right.'])
    expect(denidin.lastRequest()).toContain('what time is it?')
  })

  test('of one person are not trouble of another', async () => {
    for (let n = 0; n < 8; n++) await denidin.say(`${WORD} ${String(n)}`)
    const asked = denidin.models.counts.completion
    expect(await denidin.say('hello', { phone: '15550003333' })).toBe('All right.')
    expect(denidin.models.counts.completion).toBe(asked + 1)
  })

  test('of several messages are all found', async () => {
    denidin.models.always('completion', reply('Noted.'))
    for (let n = 0; n < 12; n++)
      await denidin.say(n % 5 === 1 ? `${WORD} number ${String(n)}` : `fact number ${String(n)}`)
    denidin.models.always('completion', when(holdsWord, filter))
    expect(await denidin.say('how many facts?')).toBe('All right.')
    const { messages = [] } = denidin.models.of('completion').at(-1)?.body ?? {}
    expect(messages.map(({ content }) => content).join('\n')).toContain('fact number 0')
  })
})

test('a key that is refused for one message only is the trouble of no one else', async () => {
  denidin.models.always('completion', when(holdsWord, failure(403)))
  await denidin.say('hello')
  await denidin.say(`${WORD}?`)
  const { parts } = (await denidin.app.runner.run('status', {}, { caller: OPERATOR })) as {
    parts: { name: string; state: string }[]
  }
  expect(parts.find(({ name }) => name === 'language model')?.state).toBe('ok')
})
