import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ScriptHome } from '../support/script-run.ts'

const DEMO_TIMEOUT_MS = 60_000

/** The demo has a data folder of its own; the tests give it another, so that a person's own demo stays as it is. */
const elsewhere = (home: ScriptHome) => ({ DENIDIN_DATA_ROOT: home.data, DENIDIN_LOGS_DIR: home.logs })

test(
  'the demo remembers a fact across a reset, read from a pipe',
  async () => {
    await using home = new ScriptHome()
    const input = ['My dog is called Rex and he is afraid of thunder.', '/reset', 'What is my dog afraid of?', ''].join(
      '\n',
    )
    const run = await home.done('run_denidin.sh', ['--demo'], { input, environment: elsewhere(home) })
    const [, afterReset] = run.stdout.split(/Session reset/)
    expect(afterReset).toMatch(/thunder/)
  },
  DEMO_TIMEOUT_MS,
)

test(
  'the demo goes on where it was left, in its own data folder',
  async () => {
    await using home = new ScriptHome()
    const environment = elsewhere(home)
    const said = await home.run('run_denidin.sh', ['--demo'], {
      input: 'My sister Dana lives in Haifa.\n/status\n',
      // As the .env of the real DeniDin may say.
      environment: { ...environment, DENIDIN_AI_PROVIDER: 'openai', DENIDIN_GODFATHER_PHONE: '+15550001111' },
    })
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is wrong') as unknown })
    const asked = await home.done('run_denidin.sh', ['--demo'], { input: 'Where does Dana live?\n', environment })
    expect(asked.stdout).toMatch(/Haifa/)
    expect(existsSync(join(home.data, 'denidin.db'))).toBe(true)
  },
  DEMO_TIMEOUT_MS,
)

test(
  'in a pipe nothing but replies reaches stdout',
  async () => {
    await using home = new ScriptHome()
    const run = await home.done('run_denidin.sh', ['--demo'], { input: '', environment: elsewhere(home) })
    expect(run.stdout).toBe('')
  },
  DEMO_TIMEOUT_MS,
)
