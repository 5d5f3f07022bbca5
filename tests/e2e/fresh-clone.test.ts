// A clone as git makes it is healthy from the first command on.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { PROJECT } from '../support/script-run.ts'

const TIMEOUT_MS = 60_000
const OFFLINE = { provider: 'offline' }

test(
  'doctor finds a fresh clone healthy',
  () => {
    const parent = mkdtempSync(join(tmpdir(), 'denidin clone '))
    try {
      const clone = join(parent, 'denidin')
      // The umask that most systems give their users.
      execFileSync('/bin/sh', ['-c', 'umask 022; git clone --quiet --no-hardlinks "$1" "$2"', 'sh', PROJECT, clone])
      expect(statSync(join(clone, 'data')).mode & 0o777).toBe(0o755)
      // The code under test, committed or not.
      cpSync(join(PROJECT, 'src'), join(clone, 'src'), { recursive: true })
      symlinkSync(join(PROJECT, 'node_modules'), join(clone, 'node_modules'))
      const config = { ai: OFFLINE, embeddings: OFFLINE, whatsapp: { enabled: false }, godfather_phone: '+15550001111' }
      writeFileSync(join(clone, 'config/config.json'), JSON.stringify(config), { mode: 0o600 })
      const doctor = (): { readonly status: number | null; readonly stdout: string } =>
        spawnSync(join(clone, 'bin/denidin'), ['doctor', '--json'], {
          env: { PATH: '/usr/bin:/bin', HOME: tmpdir() },
          encoding: 'utf8',
        })
      const first = doctor()
      const { checks } = JSON.parse(first.stdout) as { checks: readonly { name: string; state: string }[] }
      // No one has asked the archive anything yet, the schedule makes the first backup, and nothing was answered.
      const untried = checks.filter(({ state }) => state === 'unknown').map(({ name }) => name)
      expect(untried).toEqual(['backups', 'archive', 'response time', 'error rate', 'automatic expiry'])
      expect(checks.filter(({ state }) => !['ok', 'off', 'unknown'].includes(state))).toEqual([])
      expect(first.status).toBe(0)
      expect(statSync(join(clone, 'data')).mode & 0o777).toBe(0o700)

      // What somebody opens later is closed by the next command too.
      chmodSync(join(clone, 'data'), 0o750)
      expect(doctor().status).toBe(0)
    } finally {
      rmSync(parent, { recursive: true })
    }
  },
  TIMEOUT_MS,
)
