import { expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { PROJECT } from '../support/script-run.ts'

const run = async (environment: Readonly<Record<string, string>>): Promise<{ code: number; output: string }> =>
  await new Promise(resolve => {
    const script = join(PROJECT, 'scripts/whatsapp-canary.ts')
    execFile(process.execPath, [script], { env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })

test('the canary names each module and name that the page lacks, and says when it cannot tell', async () => {
  const DENIDIN_WHATSAPP_BROWSER_PATH = await testBrowser()
  const fake = await FakeWhatsApp.start({ without: 'WAWebChatLoadMessages.loadEarlierMsgs' })
  const DENIDIN_WHATSAPP_BROWSER_ARGS = fake.browser_args.join(',')
  const { code, output } = await run({ DENIDIN_WHATSAPP_BROWSER_PATH, DENIDIN_WHATSAPP_BROWSER_ARGS })
  // Our own page has what the tests need, not all that the library could ask for.
  expect(output).toMatch(/^WhatsApp Web 2\.\d+\.\d+: \d+ of \d+ modules are there\.$/m)
  expect(output).toMatch(/^missing: WAWeb\w+$/m)
  expect(output).not.toMatch(/^missing: WAWebMsgKey$/m)
  // It has all that our own scripts use, but for one, which is taken away.
  expect(output.match(/^missing: \w+\..+$/gm)).toEqual(['missing: WAWebChatLoadMessages.loadEarlierMsgs'])
  expect(code).toBe(1)
  await fake[Symbol.asyncDispose]()
  const offline = await run({ DENIDIN_WHATSAPP_BROWSER_PATH, DENIDIN_WHATSAPP_BROWSER_ARGS })
  expect(offline.output).toMatch(/cannot tell/)
  expect(offline.code).toBe(2)
}, 120_000)
