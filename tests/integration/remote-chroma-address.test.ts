// A remote Chroma behind a path, a user or a token: all of its URL is used.
import { once } from 'node:events'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { chromaAddress } from '../../src/vectors/chroma/chroma-address.ts'
import { ChromaProcess } from '../../src/vectors/chroma/chroma-process.ts'
import { createRemoteChromaServer } from '../../src/vectors/chroma/remote-chroma-server.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { memoryOf, openRig } from '../support/memory-rig.ts'

const cleanUp = cleanUpAfterEach()
const system = { clock: systemClock, ids: systemIds, logger: silentLogger }

test('memories are stored and recalled through a gateway that wants a path and a password', async () => {
  const folder = await cleanUp.folder()
  const chroma = cleanUp.keep(await ChromaProcess.start(join(folder, 'theirs'), system))
  const refused: string[] = []
  const gateway = createServer((incoming, outgoing) => {
    const path = /^\/team\/chroma(\/.*)$/.exec(incoming.url ?? '')?.[1]
    if (path === undefined || !isLogin(incoming.headers)) {
      refused.push(incoming.url ?? '')
      outgoing.writeHead(path === undefined ? 404 : 401).end()
      return
    }
    const { method, headers } = incoming
    const onward = request({ host: chroma.host, port: chroma.port, path, method, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  cleanUp.keep({
    [Symbol.asyncDispose]: async () => {
      gateway.closeAllConnections()
      gateway.close()
    },
  })
  const { port } = gateway.address() as AddressInfo
  const url = `http://ana:p%40ss%3Aword@127.0.0.1:${String(port)}/team/chroma/`
  const rig = cleanUp.keep(await openRig(folder, { server: createRemoteChromaServer({ url, ...system }) }))
  await rig.memory.start()
  await rig.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await rig.memory.whenIdle()
  expect((await rig.recall('person:a', 'what is the cat called', { purpose: 'recall' })).memories).toHaveLength(1)
  expect(refused).toEqual([])
  expect(rig.server.health().detail).not.toContain('p@ss')
})

const isLogin = ({ authorization }: IncomingHttpHeaders): boolean =>
  authorization === `Basic ${Buffer.from('ana:p@ss:word').toString('base64')}`

const TOKEN = { Authorization: 'Bearer ck-1', 'X-Chroma-Token': 'ck-1' }

test.each([
  ['http://127.0.0.1:8000', 'http://127.0.0.1:8000', {}],
  ['https://chroma.example', 'https://chroma.example', {}],
  ['https://chroma.example/', 'https://chroma.example', {}],
  ['https://chroma.example/a/b/', 'https://chroma.example/a/b', {}],
  ['https://chroma.example:8443/x/api/v2', 'https://chroma.example:8443/x', {}],
  ['https://ck-1@chroma.example', 'https://chroma.example', TOKEN],
  ['https://chroma.example/x?token=ck-1', 'https://chroma.example/x', TOKEN],
  ['http://[::1]:8000/x', 'http://[::1]:8000/x', {}],
])('the URL %s is read whole', (url, base_url, headers) => {
  expect(chromaAddress(url)).toMatchObject({ base_url, headers })
})

test('tenant and database can be named', () => {
  expect(chromaAddress('https://c.example/?tenant=home&database=bot')).toMatchObject({
    tenant: 'home',
    database: 'bot',
  })
})
