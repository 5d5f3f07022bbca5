/** The real thing as a person starts it: the real library in a real browser, against our own page. */
import { expect, test } from '@jest/globals'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { ScriptHome } from '../support/script-run.ts'

const LINKING_TIMEOUT_MS = 120_000
const ANA = '15551230001@c.us'

test(
  'the QR code reaches the terminal, and the start returns once it is scanned; the next start needs none',
  async () => {
    await using fake = await FakeWhatsApp.start({ contacts: [{ id: ANA, name: 'Ana' }] })
    const whatsapp = { enabled: true, browser_path: await testBrowser(), browser_args: fake.browser_args }
    await using home = new ScriptHome({ whatsapp })

    const first = home.start('run_denidin.sh')
    expect(await first.prints(/scan this code/)).not.toMatch(/^DeniDin is up/m)
    await first.prints(/▄.*\n.*█/)
    fake.scan()
    expect(await first.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^DeniDin is up/m) })

    fake.receive({ from: ANA, text: 'My parrot is called Polly.', name: 'Ana' })
    await fake.journal.next('sent', ({ message }) => message.chat === ANA && message.body.includes('Polly'))
    await home.done('stop_denidin.sh')

    fake.journal.skip()
    const second = await home.done('run_denidin.sh')
    expect(second.stdout).not.toMatch(/scan this code/)
    fake.receive({ from: ANA, text: 'What is my parrot called?', name: 'Ana' })
    await fake.journal.next('sent', ({ message }) => message.chat === ANA && message.body.includes('Polly'))
  },
  LINKING_TIMEOUT_MS,
)
