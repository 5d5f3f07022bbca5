import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { findBrowser, type BrowserSearch } from '../../src/channels/whatsapp/wwebjs/browser.ts'
import { bundledBrowser } from '../../src/channels/whatsapp/wwebjs/bundled-browser.ts'
import { freeProfile } from '../../src/channels/whatsapp/wwebjs/profile.ts'
import { readTar } from '../../src/channels/whatsapp/wwebjs/tar.ts'
import { exists } from '../../src/platform/files.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { memoryLog } from '../support/memory-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const LINUX = { platform: 'linux', arch: 'x64' }
const RUNS = '#!/bin/sh\necho Chromium 153\n'
const NEEDS_LIBRARIES = `#!/bin/sh
case ":$LD_LIBRARY_PATH:" in *:*/lib:*) exit 0 ;; esac
echo "libnss3.so: cannot open shared object file" >&2
exit 127
`
const REFUSES = '#!/bin/sh\necho "no such browser" >&2\nexit 1\n'

const program = async (path: string, script: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, script, { mode: 0o755 })
  return path
}

/** A folder laid out as the npm package that holds the bundled browser. */
const bundle = async (folder: string, script: string): Promise<string> => {
  const home = join(folder, 'node_modules', '@sparticuz', 'chromium')
  await mkdir(join(home, 'bin', 'lib'), { recursive: true })
  await writeFile(join(home, 'package.json'), JSON.stringify({ version: '1.2.3' }))
  await writeFile(join(home, 'bin', 'chromium.br'), brotliCompressSync(Buffer.from(script)))
  await writeFile(join(home, 'bin', 'lib', 'libnss3.so'), 'a library')
  const archive = execFileSync('tar', ['--format=ustar', '-C', join(home, 'bin'), '-cf', '-', 'lib'])
  await writeFile(join(home, 'bin', 'al2023.tar.br'), brotliCompressSync(archive))
  return folder
}

const search = async (folder: string, some: Partial<BrowserSearch> = {}): Promise<BrowserSearch> => {
  await mkdir(join(folder, 'cache'), { recursive: true })
  return {
    configured: undefined,
    extra_args: ['--an-argument'],
    cache_dir: join(folder, 'cache'),
    // Only what a shell script needs: a browser of this machine must not be found.
    environment: { PATH: join(folder, 'path') },
    ids: systemIds,
    logger: memoryLog(),
    bundled_dir: join(folder, 'nothing'),
    ...some,
  }
}

test('the configured browser comes before one of the system, and that before the bundled one', async () => {
  await using folder = await temporaryFolder()
  const configured = await program(join(folder.path, 'mine', 'browser'), RUNS)
  const system = await program(join(folder.path, 'path', 'chromium'), RUNS)
  const bundled_dir = await bundle(join(folder.path, 'bundle'), RUNS)
  const all = await search(folder.path, { configured, bundled_dir })
  await expect(findBrowser(all)).resolves.toMatchObject({ path: configured, origin: 'configured', headless: true })
  const found = await findBrowser({ ...all, configured: undefined })
  expect(found).toMatchObject({ path: system, origin: 'system' })
  expect(found.args.at(-1)).toBe('--an-argument')
  await writeFile(system, REFUSES)
  const last = await findBrowser({ ...all, configured: undefined })
  expect(last).toMatchObject({ origin: 'bundled', headless: 'shell' })
  await expect(readFile(last.path, 'utf8')).resolves.toBe(RUNS)
})

test('the libraries beside a browser are used only where it does not start without them', async () => {
  await using folder = await temporaryFolder()
  const bundled_dir = await bundle(join(folder.path, 'bundle'), NEEDS_LIBRARIES)
  const found = await findBrowser(await search(folder.path, { bundled_dir }))
  const libraries = join(dirname(found.path), 'lib')
  expect(found.environment['LD_LIBRARY_PATH']).toBe(libraries)
  await expect(readFile(join(libraries, 'libnss3.so'), 'utf8')).resolves.toBe('a library')
  await program(found.path, RUNS)
  const { environment } = await findBrowser(await search(folder.path, { bundled_dir }))
  expect(environment['LD_LIBRARY_PATH']).toBeUndefined()
})

test('a configured browser that does not start is named, and no other is tried', async () => {
  await using folder = await temporaryFolder()
  await program(join(folder.path, 'path', 'chromium'), RUNS)
  const configured = await program(join(folder.path, 'mine'), REFUSES)
  await expect(findBrowser(await search(folder.path, { configured }))).rejects.toMatchObject({
    code: 'invalid_config',
    message: `whatsapp.browser_path: ${configured} does not start: no such browser`,
  })
})

test('where there is no browser the error says what helps', async () => {
  await using folder = await temporaryFolder()
  await expect(findBrowser(await search(folder.path))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('scripts/ensure-browser.sh'),
  })
})

test('a browser runs without its sandbox only as root, or where no namespaces can be made', async () => {
  await using folder = await temporaryFolder()
  await program(join(folder.path, 'path', 'chromium'), RUNS)
  const as_root = process.getuid?.() === 0
  const isOpen = async (unshare: string): Promise<boolean> => {
    await program(join(folder.path, 'path', 'unshare'), unshare)
    const logger = memoryLog()
    const { args } = await findBrowser(await search(folder.path, { logger }))
    const open = args.includes('--no-sandbox')
    expect(logger.lines.some(({ level }) => level === 'warn')).toBe(open)
    return open
  }
  await expect(isOpen(RUNS)).resolves.toBe(as_root)
  await expect(isOpen(REFUSES)).resolves.toBe(true)
})

test('a browser that several processes unpack at once is complete for each, and older versions are removed', async () => {
  await using folder = await temporaryFolder()
  const bundled_dir = await bundle(join(folder.path, 'bundle'), RUNS)
  const cache_dir = join(folder.path, 'cache')
  await mkdir(join(cache_dir, 'chromium-1.0.0'), { recursive: true })
  const unpacked = await Promise.all([1, 2, 3].map(() => bundledBrowser(bundled_dir, cache_dir, systemIds, LINUX)))
  expect(new Set(unpacked)).toEqual(new Set([join(cache_dir, 'chromium-1.2.3', 'chrome-headless-shell')]))
  await expect(readdir(cache_dir)).resolves.toEqual(['chromium-1.2.3'])
})

test('there is no bundled browser where it is not installed, or for another system', async () => {
  await using folder = await temporaryFolder()
  const bundled_dir = await bundle(join(folder.path, 'bundle'), RUNS)
  const other = { platform: 'linux', arch: 'arm64' }
  await expect(bundledBrowser(bundled_dir, folder.path, systemIds, other)).resolves.toBeUndefined()
  await expect(bundledBrowser(folder.path, folder.path, systemIds, LINUX)).resolves.toBeUndefined()
})

test('a bundled browser that is damaged leaves nothing half unpacked behind', async () => {
  await using folder = await temporaryFolder()
  const bundled_dir = await bundle(join(folder.path, 'bundle'), RUNS)
  const packed = join(bundled_dir, 'node_modules', '@sparticuz', 'chromium', 'bin', 'chromium.br')
  await writeFile(packed, (await readFile(packed)).subarray(0, 10))
  const cache_dir = join(folder.path, 'cache')
  await mkdir(cache_dir)
  await expect(bundledBrowser(bundled_dir, cache_dir, systemIds, LINUX)).rejects.toMatchObject({ code: 'damaged' })
  await expect(readdir(cache_dir)).resolves.toEqual([])
})

test('an archive made by tar is read: files of any size, without folders and links', async () => {
  await using folder = await temporaryFolder()
  const deep = join('a'.repeat(90), 'b'.repeat(90))
  await mkdir(join(folder.path, deep), { recursive: true })
  const files = { empty: '', exact: 'x'.repeat(512), [join(deep, 'long')]: 'y'.repeat(513) }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content)
  await symlink('exact', join(folder.path, 'link'))
  const archive = execFileSync('tar', [
    '--format=ustar',
    '-C',
    folder.path,
    '-cf',
    '-',
    ...(await readdir(folder.path)),
  ])
  const read = Object.fromEntries([...readTar(archive)].map(({ name, content }) => [name, content.toString()]))
  expect(read).toEqual(files)
})

test('the lock of a browser that is gone is removed, the lock of one that runs on this profile stays', async () => {
  await using folder = await temporaryFolder()
  const data_dir = folder.path
  const profile = join(data_dir, 'session')
  const lock = join(profile, 'SingletonLock')
  const isLocked = async (): Promise<boolean> => (await readdir(profile)).includes('SingletonLock')
  const lockBy = (holder: string): void => {
    execFileSync('ln', ['-sfn', holder, lock])
  }
  await mkdir(profile)
  await freeProfile(join(data_dir, 'missing'))
  const browser = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', `--user-data-dir=${profile}`])
  try {
    lockBy(`${hostname()}-${String(browser.pid)}`)
    await freeProfile(data_dir)
    await expect(isLocked()).resolves.toBe(true)
  } finally {
    browser.kill('SIGKILL')
    await once(browser, 'exit')
  }
  // The last process id was given to somebody else meanwhile: to this test.
  const gone = [`${hostname()}-${String(browser.pid)}`, `another-host-${String(process.pid)}`]
  if (process.platform === 'linux') gone.push(`${hostname()}-${String(process.pid)}`)
  for (const holder of gone) {
    lockBy(holder)
    await freeProfile(data_dir)
    await expect(isLocked()).resolves.toBe(false)
  }
  await expect(exists(profile)).resolves.toBe(true)
})
