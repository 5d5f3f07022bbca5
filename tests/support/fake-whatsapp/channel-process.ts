// A process of its own that runs nothing but the channel, so that a test can end it the hard way.
// Arguments: data folder, path of the browser, arguments for the browser.
import { noChanges } from '../no-changes.ts'
import { createWhatsAppChannel } from '../../../src/channels/whatsapp/create-whatsapp-channel.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'

const [data_dir = '', browser_path, ...browser_args] = process.argv.slice(2)
const channel = createWhatsAppChannel({
  settings: { pairing_phone: undefined, browser_path, browser_args, browser_memory_mb: 100_000 },
  data_dir,
  environment: process.env,
  clock: systemClock,
  ids: systemIds,
  logger: silentLogger,
  onState: () => undefined,
  deadlines: {},
})
await channel.start({ ...noChanges, message: () => Promise.resolve(), ready: () => undefined })
