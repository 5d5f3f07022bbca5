import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { createChannels } from '../../src/app/channels.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { markedBrowsers, markOf } from '../../src/channels/whatsapp/wwebjs/browser-process.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { Heard } from '../support/fake-whatsapp/heard.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { hearing } from '../support/no-changes.ts'
import { memoryLog } from '../support/memory-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ANA = '15551230001@c.us'
const onLinux = process.platform === 'linux' ? test : test.skip

beforeAll(testBrowser, BROWSER_INSTALL_MS)

onLinux('a browser that uses more memory than configured is replaced once nobody is writing', async () => {
  await using fake = await FakeWhatsApp.start()
  await using folder = await temporaryFolder()
  const whatsapp = { browser_path: await testBrowser(), browser_args: fake.browser_args, browser_memory_mb: 100 }
  const file = join(folder.path, 'config.json')
  writeFileSync(file, JSON.stringify({ whatsapp, ai: { provider: 'offline' }, embeddings: { provider: 'offline' } }))
  const { settings } = loadSettings({ environment: {}, file, cwd: folder.path })
  const log = new Heard<string>()
  const logger = { ...memoryLog(), for: () => logger, info: (message: string) => log.add(message) }
  const [channel] = createChannels(settings, surroundings(settings, logger), () => undefined, {
    deadlines: { memory_after_ms: 1000, memory_every_ms: 50, quiet_ms: 0 },
  })
  const messages = new Heard<IncomingMessage>()
  const readies = new Heard<true>()
  await channel!.start({
    ...hearing(message => {
      messages.add(message)
    }),
    ready: () => {
      readies.add(true)
    },
  })
  const browsers = (): Promise<readonly number[]> => markedBrowsers(markOf(join(settings.data_root, 'whatsapp')))
  try {
    await fake.journal.next('asked')
    const typing = readies.next().then(() => channel!.typing(ANA))
    fake.scan()
    await using cleanup = new AsyncDisposableStack()
    cleanup.use(await typing)
    await log.next(line => line.includes('replaced once the channel is quiet'))
    const before = await browsers()
    expect(before).toHaveLength(1)
    readies.skip()
    await cleanup.disposeAsync()
    await readies.next()
    expect(await browsers()).not.toEqual(before)
    fake.receive({ from: ANA, text: 'hello' })
    await messages.next(({ text }) => text === 'hello')
  } finally {
    await channel!.stop()
  }
})
