import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { PROJECT } from '../support/script-run.ts'

const BUILD_TIMEOUT_MS = 120_000

test(
  'what npm run build writes runs as plain JavaScript',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'denidin-build-'))
    try {
      const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc')
      const build = [tsc, '-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')]
      execFileSync(process.execPath, build, { encoding: 'utf8' })
      execFileSync(process.execPath, [join(PROJECT, 'scripts/copy-lexicons.mjs'), join(folder, 'dist')])
      copyFileSync(join(PROJECT, 'package.json'), join(folder, 'package.json'))
      symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
      const command = spawnSync(process.execPath, [join(folder, 'dist/cli.js'), '--version'], { encoding: 'utf8' })
      const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string }
      mkdirSync(join(folder, 'config'))
      copyFileSync(join(PROJECT, 'config/demo.json'), join(folder, 'config/config.json'))
      // The demo reads every lexicon.
      const chat = spawnSync(process.execPath, [join(folder, 'dist/cli.js'), 'chat'], {
        encoding: 'utf8',
        input: '/help\n',
        env: { ...process.env, DENIDIN_DATA_ROOT: join(folder, 'data'), DENIDIN_LOGS_DIR: join(folder, 'logs') },
      })
      expect(chat).toMatchObject({ status: 0, stderr: '' })
      expect(command).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  BUILD_TIMEOUT_MS,
)
