import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { hold, reply, ScriptedModelServer } from '../support/model-server.ts'
import { isAlive, PROJECT, ScriptHome } from '../support/script-run.ts'

const START_TIMEOUT_MS = 60_000

/** What cron gives its jobs. */
const CRON = { PATH: '/usr/bin:/bin' }

test('a first start without configuration says in three lines what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'denidin-fresh-'))
  try {
    copyFileSync(join(PROJECT, 'run_denidin.sh'), join(folder, 'run_denidin.sh'))
    cpSync(join(PROJECT, 'scripts'), join(folder, 'scripts'), { recursive: true })
    mkdirSync(join(folder, 'config'))
    const run = spawnSync(join(folder, 'run_denidin.sh'), { encoding: 'utf8', env: CRON })
    expect(run.status).toBe(1)
    expect(run.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/no configuration/),
      expect.stringMatching(/config\/config\.example\.json/),
      expect.stringMatching(/run_denidin\.sh --demo/),
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([[['--dmeo']], [['--demo', 'now']]])('arguments that do not exist are wrong usage: %j', async args => {
  await using home = new ScriptHome()
  expect(await home.run('run_denidin.sh', args)).toMatchObject({ code: 2, stdout: '' })
})

test('a relative DENIDIN_CONFIG means the file that whoever typed it has before them', async () => {
  await using home = new ScriptHome()
  // The scripts of a home are run from the root folder.
  const environment = { DENIDIN_CONFIG: home.config.slice(1) }
  // The status says by its exit code that the bot does not run.
  const status = await home.run('denidin', ['status', '--json'], { environment })
  expect(status).toMatchObject({ code: 1, stderr: expect.stringContaining('bot down') })
  expect(statSync(join(home.data, 'denidin.db')).mode & 0o077).toBe(0)
})

test(
  'a start returns when DeniDin is up, and a stop when it has ended',
  async () => {
    await using home = new ScriptHome()
    const start = await home.done('run_denidin.sh')
    expect(start.stdout).toMatch(/^DeniDin is up/m)
    const pid = home.pid()
    expect(isAlive(pid!)).toBe(true)
    for (const file of [join(home.logs, 'startup.log'), join(home.data, 'run', 'owner.lock')]) {
      expect([file, statSync(file).mode & 0o077]).toEqual([file, 0])
    }

    const stop = await home.done('stop_denidin.sh')
    expect(`${stop.stdout}${stop.stderr}`).toMatch(/stopped/i)
    expect(isAlive(pid!)).toBe(false)
    expect(home.pid()).toBeUndefined()
  },
  START_TIMEOUT_MS,
)

test(
  'a second start is refused in one line that names the process, and leaves the first alone',
  async () => {
    await using home = new ScriptHome()
    await home.done('run_denidin.sh')
    const pid = home.pid()!
    const second = await home.run('run_denidin.sh')
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toBe(`DeniDin is already running (pid ${pid}).\n`)
    expect(isAlive(pid)).toBe(true)
    expect(home.pid()).toBe(pid)
  },
  START_TIMEOUT_MS,
)

test(
  'after kill -9 the next start just works',
  async () => {
    await using home = new ScriptHome()
    await home.done('run_denidin.sh')
    const killed = home.pid()!
    process.kill(killed, 'SIGKILL')
    await home.done('run_denidin.sh')
    expect(home.pid()).not.toBe(killed)
    await home.done('denidin', ['status', '--json'])
  },
  START_TIMEOUT_MS,
)

test('a wrong setting ends the start with one line that names it', async () => {
  await using home = new ScriptHome({ log_level: 'loud' })
  const run = await home.run('run_denidin.sh')
  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/^[^\n]*log_level[^\n]*loud[^\n]*\n$/)
})

test('stopping what does not run is said in one line', async () => {
  await using home = new ScriptHome()
  const stop = await home.run('stop_denidin.sh')
  expect(`${stop.stdout}${stop.stderr}`).toMatch(/^[^\n]*not running[^\n]*\n$/)
})

test(
  'with --foreground DeniDin stays attached, and a SIGTERM stops it cleanly',
  async () => {
    await using home = new ScriptHome()
    const running = home.start('run_denidin.sh', ['--foreground'])
    await running.prints(/^DeniDin is up/m)
    expect(home.pid()).toBe(running.child.pid)
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0 })
  },
  START_TIMEOUT_MS,
)

test(
  'a stop waits until the answer that is under way has gone out',
  async () => {
    await using server = await ScriptedModelServer.start()
    const held = hold(reply('Here is the answer.'))
    server.next('completion', held.answer)
    await using home = new ScriptHome({ ai: { provider: 'openai', base_url: server.base_url } })
    const bot = home.start('run_denidin.sh', ['--foreground'])
    await bot.prints(/^DeniDin is up/m)
    const chat = home.start('denidin', ['chat'])
    chat.child.stdin?.end('Hello\n')
    await held.arrived
    const stop = home.start('stop_denidin.sh')
    await bot.prints(/^Stopping/m)
    held.release()
    expect(await stop.ended).toMatchObject({ code: 0 })
    expect(await bot.ended).toMatchObject({ code: 0 })
    await chat.ended
    const list = await home.done('denidin', ['session', 'list', '--json'])
    const { sessions } = JSON.parse(list.stdout) as { sessions: { session_id: string }[] }
    const session = await home.done('denidin', ['session', 'show', sessions[0]!.session_id, '--json'])
    expect(session.stdout).toContain('Here is the answer.')
  },
  START_TIMEOUT_MS,
)

test(
  'while a chat is open and DeniDin is down, other commands are answered',
  async () => {
    await using home = new ScriptHome()
    const chat = home.start('denidin', ['chat'])
    chat.child.stdin?.write('Hello\n')
    await chat.prints(/\n/)
    const status = await home.run('denidin', ['status', '--json'])
    expect(status.code).toBe(1)
    expect(JSON.parse(status.stdout)).toMatchObject({ running: false, state: 'down' })
    chat.child.stdin?.end()
    expect(await chat.ended).toMatchObject({ code: 0 })
  },
  START_TIMEOUT_MS,
)

test(
  'the denidin command says the same from cron, with DeniDin up and down',
  async () => {
    await using home = new ScriptHome()
    const sweep = () => home.done('denidin', ['session', 'sweep', '--json'], { environment: CRON })
    const down = await sweep()
    await home.done('run_denidin.sh')
    const up = await sweep()
    expect(JSON.parse(up.stdout)).toEqual(JSON.parse(down.stdout))
  },
  START_TIMEOUT_MS,
)
