// A chat in which messages disappear: the real library in a real browser, and a whole DeniDin that forgets on time.
import { expect, test } from '@jest/globals'
import { DAY_MS } from '../../src/platform/clock.ts'
import { AppRun } from '../support/fake-whatsapp/app-run.ts'
import { residueIn } from '../support/residue.ts'

const DAY_S = DAY_MS / 1000
const TIMEOUT_MS = 90_000

test(
  'what disappears is forgotten with its answer, what was kept in the chat stays',
  async () => {
    await using run = await AppRun.linked()
    const { denidin, fake } = run
    const ana = run.caller('Ana')
    const says = async (text: string): Promise<string> => {
      const attributes = { ephemeralDuration: DAY_S, ephemeralSettingTimestamp: 1 }
      const { id } = fake.receive({ from: ana.chat_id, name: 'Ana', text: `Ana: ${text}`, attributes })
      await ana.hears(text)
      return `false_${ana.chat_id}_${id}`
    }
    const kept = await says('my boat is called Marlin')
    await says('my locker code is Quetzal9')
    await ana.talks('I like tea')
    await run.settled(ana)
    fake.change(kept, { kicState: 'KEPT' })
    // The page takes up changes in their order: once it has this message, it has that one.
    await ana.talks('thank you')
    denidin.clock.forward(DAY_MS + 60_000)
    await denidin.app.closing.sweep()
    const filesWith = (word: string): Promise<readonly string[]> => residueIn([denidin.data()], { words: [word] })
    expect(await filesWith('Quetzal9')).toEqual([])
    expect(await filesWith('Marlin')).not.toEqual([])
    expect(await filesWith('I like tea')).not.toEqual([])
    // The page lists them still: they do not come back.
    await run.restart()
    await run.settled(ana)
    expect(await filesWith('Quetzal9')).toEqual([])
  },
  TIMEOUT_MS,
)
