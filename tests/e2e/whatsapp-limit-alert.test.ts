// A limit of spending is reached while people write in WhatsApp: they hear it in their chats, and the godfather once.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { AppRun, type Caller } from '../support/fake-whatsapp/app-run.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { GODFATHER } from '../support/denidin.ts'
import { json, lastUserMessage } from '../support/model-server.ts'

const TIMEOUT_MS = 120_000
// A line of the message: on a busy machine, it also says that WhatsApp, which took long to open, is well again.
const ALERT = /^⚠️ .*The limit of tokens for the day is reached\.$/mu
const REFUSED = /^That is all for today: the allowance/

let run: AppRun

beforeAll(async () => {
  await testBrowser()
  const limits = { tokens_per_day: 3000 }
  run = await AppRun.linked({ config: { limits, ai: { max_tokens: 100 }, alerts: { after_seconds: 0 } } })
}, BROWSER_INSTALL_MS)

afterAll(async () => {
  await run[Symbol.asyncDispose]()
})

const hears = async (chat_id: string, pattern: RegExp): Promise<string> => {
  const { message } = await run.fake.journal.next(
    'sent',
    each => each.message.chat === chat_id && pattern.test(each.message.body),
  )
  return message.body
}

test(
  'the godfather is told once in WhatsApp that the limit of the day is reached, however many people meet it',
  async () => {
    const used = (body: string) =>
      json({
        choices: [{ index: 0, message: { role: 'assistant', content: body }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 2700, completion_tokens: 100, total_tokens: 2800 },
      })
    run.denidin.models.always('completion', (request, response) =>
      used(`You said: ${lastUserMessage(request)}`)(request, response),
    )
    const callers: readonly Caller[] = ['Ana', 'Bob', 'Dana', 'Eli'].map(name => run.caller(name))
    const [ana, ...others] = callers as [Caller, ...Caller[]]
    await ana.talks('good morning')
    ana.says('and what now?')
    expect(await hears(ana.chat_id, REFUSED)).toContain('I can answer again')
    const alert = await hears(`${GODFATHER}@c.us`, ALERT)
    for (const other of others) {
      other.says('hello')
      await hears(other.chat_id, REFUSED)
    }
    // Everything that was sent before this answer is in the journal.
    run.fake.receive({ from: `${GODFATHER}@c.us`, text: '/budget', name: 'Godfather' })
    expect(await hears(`${GODFATHER}@c.us`, /3,000/)).toMatch(/tokens/)
    const alerts = run.fake.journal
      .all('sent')
      .flatMap(({ message: { chat, body } }) => body.split('\n').map(line => ({ chat, line })))
      .filter(({ line }) => ALERT.test(line))
    expect(alerts).toEqual([{ chat: `${GODFATHER}@c.us`, line: ALERT.exec(alert)?.[0] }])
    expect(run.denidin.models.of('completion')).toHaveLength(1)
  },
  TIMEOUT_MS,
)
