/** Where the REST API listens, and whether it does. */
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { Api } from '../../src/app/api.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** The settings that a section `api` gives. */
const settingsWith = async (api: Readonly<Record<string, string>>) => {
  await using folder = await temporaryFolder()
  const environment = Object.fromEntries(
    Object.entries({ enabled: 'true', ...api }).map(([key, value]) => [`DENIDIN_API_${key.toUpperCase()}`, value]),
  )
  const file = `${folder.path}/config.json`
  await writeFile(
    file,
    JSON.stringify({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' }, godfather_phone: GODFATHER }),
  )
  return loadSettings({ environment, file, cwd: folder.path }).settings
}

/** A port that no one listens on. */
const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

test('the REST API is served only where api.enabled is on, at api.host and api.port', async () => {
  await using denidin = await TestDenidin.start()
  const runtime = { clock: denidin.clock, logger: denidin.log, ids: systemIds, metrics: denidin.metrics }
  const off = new Api(await settingsWith({ enabled: 'false' }))
  await using _off = await off.serve(denidin.app, 'test', runtime)
  expect([off.address, (await off.health()).state]).toEqual([undefined, 'off'])

  const port = await freePort()
  const on = new Api(await settingsWith({ host: '127.0.0.2', port: String(port) }))
  const server = await on.serve(denidin.app, 'test', runtime)
  expect(on.address).toBe(`http://127.0.0.2:${port}`)
  expect(await on.health()).toMatchObject({ state: 'ok', detail: expect.stringContaining(`127.0.0.2:${port}`) })
  expect((await fetch(`http://127.0.0.2:${port}/health`)).status).toBe(200)
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()

  const second = new Api(await settingsWith({ host: '127.0.0.2', port: String(port) }))
  await expect(second.serve(denidin.app, 'test', runtime)).rejects.toMatchObject({
    code: 'unavailable',
    message: `the REST API cannot listen on 127.0.0.2:${port}: another program uses it; set api.port or api.host`,
  })
  await server[Symbol.asyncDispose]()
  expect((await on.health()).state).toBe('down')
})

test.each(['0.0.0.0', '::', '192.168.1.5', '10.0.0.1', '8.8.8.8', 'fe80::1', '::ffff:127.0.0.1'])(
  'an address that other machines reach is refused until a TLS proxy is confirmed: %s',
  async host => {
    await expect(settingsWith({ host })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringMatching(/^api\.host: .* can be reached from other machines.*api\.behind_tls_proxy/),
    })
    expect((await settingsWith({ host, behind_tls_proxy: 'true' })).api.host).toBe(host)
    expect((await settingsWith({ host, enabled: 'false' })).api.host).toBe(host)
  },
)

test('an address that other machines reach is refused until a TLS proxy is confirmed', async () => {
  for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost']) {
    expect((await settingsWith({ host })).api.host).toBe(host)
  }
  for (const host of ['example.org', '127.0.0.1:80', '127.evil.example', '127.1']) {
    await expect(settingsWith({ host, behind_tls_proxy: 'true' })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('must be an IP address or localhost'),
    })
  }
})

test('an origin that is none is refused at the start', async () => {
  for (const origin of ['*', 'example.org', 'https://example.org/', 'https://example.org/page']) {
    await expect(settingsWith({ cors_origins: origin })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('api.cors_origins'),
    })
  }
})
