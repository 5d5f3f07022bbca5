// The bot as a systemd service: what it tells the service manager, and whether systemd accepts the unit.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { PROJECT, ScriptHome } from '../support/script-run.ts'

const TIMEOUT_MS = 120_000
const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0
const tested = (...tools: readonly string[]): typeof test.skip => {
  const missing = tools.filter(tool => !has(tool))
  if (missing.length === 0) return test
  console.warn(`Not tested here, because this machine lacks ${missing.join(', ')}.`)
  return test.skip
}

/** A socket as systemd has one: prints each datagram on a line. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    for line in s.recv(4096).decode().split("\\n"):
        print(line, flush=True)
`

const folder = mkdtempSync(join(tmpdir(), 'denidin-service-'))
let listener: ChildProcess | undefined
afterAll(() => {
  listener?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

tested('python3', 'systemd-notify')(
  'the bot says that it is ready, that it is alive, and that it stops',
  async () => {
    const socket = join(folder, 'notify')
    listener = spawn('python3', ['-c', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    let heard = ''
    listener.stdout?.setEncoding('utf8').on('data', (text: string) => (heard += text))
    await once(listener.stdout!, 'data')
    const hears = async (text: string): Promise<void> => {
      while (!heard.includes(text)) await once(listener!.stdout!, 'data')
    }
    await using home = new ScriptHome()
    const bot = home.start('run_denidin.sh', ['--foreground'], { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' })
    await hears('READY=1')
    await hears('WATCHDOG=1')
    bot.child.kill('SIGTERM')
    await hears('STOPPING=1')
    expect((await bot.ended).code).toBe(0)
    expect(heard.indexOf('READY=1')).toBeLessThan(heard.indexOf('STOPPING=1'))
  },
  TIMEOUT_MS,
)

tested('systemd-analyze')(
  'systemd accepts the unit of deploy/, and finds it hardened',
  () => {
    const unit = join(folder, 'denidin.service')
    const text = readFileSync(join(PROJECT, 'deploy/systemd/denidin.service'), 'utf8')
    // The user and the folder of this machine, so that only the unit itself is judged.
    writeFileSync(unit, text.replaceAll('/opt/denidin', PROJECT).replace(/^(User|Group)=.*/gm, '$1=root'))
    const verified = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', unit], { encoding: 'utf8' })
    expect(`${verified.stdout}${verified.stderr}`).toBe('')
    expect(verified.status).toBe(0)
    // 10 is a unit without any protection.
    const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=45', unit], {
      encoding: 'utf8',
    })
    expect(judged.stdout).toMatch(/exposure level/)
    expect(judged.status).toBe(0)
  },
  TIMEOUT_MS,
)
