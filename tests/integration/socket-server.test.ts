/** The socket of the owner, with real sockets and real processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { z } from 'zod'
import { operations, type Operations } from '../../src/operations/list.ts'
import { operation } from '../../src/operations/operation.ts'
import { REQUEST_MAX_BYTES } from '../../src/operations/socket/protocol.ts'
import { connectToOwner } from '../../src/operations/socket/socket-client.ts'
import { serveSocket } from '../../src/operations/socket/socket-server.ts'
import { exists } from '../../src/platform/files.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'

let folder: string
let path: string
let parts: OperationRig
let servers: AsyncDisposable[]
let sockets: Socket[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denidin-socket-'))
  path = join(folder, 'run', 'denidin.sock')
  parts = new OperationRig()
  servers = []
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const serve = async (at = path, list: Operations = operations): Promise<AsyncDisposable> => {
  const runner = parts.runner(silentLogger, list)
  const server = await serveSocket({ path: at, runner, logger: silentLogger })
  servers.push(server)
  return server
}

/** A client that writes what it likes. */
const raw = async (): Promise<{ socket: Socket; next: () => Promise<unknown> }> => {
  const socket = connect(path)
  sockets.push(socket)
  await once(socket, 'connect')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  return { socket, next: async () => JSON.parse((await lines.next()).value as string) as unknown }
}

const call = async (at = path): Promise<unknown> => {
  const client = await connectToOwner(at)
  if (client === undefined) return undefined
  try {
    return await client.call('session.purge', {})
  } finally {
    await client[Symbol.asyncDispose]()
  }
}

test('only the owner of the data can reach the socket', async () => {
  await mkdir(join(folder, 'run'), { mode: 0o755 })
  await serve()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'run'))).mode & 0o777).toBe(0o700)
})

test('without a socket there is no owner', async () => {
  await expect(connectToOwner(path)).resolves.toBeUndefined()
  await mkdir(join(folder, 'run'))
  await expect(connectToOwner(path)).resolves.toBeUndefined()
  await writeFile(path, 'no socket')
  await expect(connectToOwner(path)).resolves.toBeUndefined()
})

test('a socket left over from a killed process is nobody, and is taken over', async () => {
  await mkdir(join(folder, 'run'))
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`,
  ])
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await exists(path)).toBe(true)
  await expect(connectToOwner(path)).resolves.toBeUndefined()
  await serve()
  await expect(call()).resolves.toEqual({ purged: 5, records: 7, reflections: 0 })
})

test.each([104, 108, 180, 400])(
  'a socket path of %i bytes works like a short one, and leaves nothing behind',
  async length => {
    let deep = folder
    while (deep.length < length - 40) deep = join(deep, 'd'.repeat(Math.min(100, length - deep.length - 20)))
    const at = join(deep, 'run', 'x'.repeat(Math.max(1, length - deep.length - 5)))
    expect(Buffer.byteLength(at)).toBe(length)
    const links = async (): Promise<string[]> => (await readdir(tmpdir())).filter(name => /^denidin-\w{6}$/.test(name))
    const before = await links()
    const server = await serve(at)
    expect((await stat(at)).isSocket()).toBe(true)
    expect((await stat(at)).mode & 0o777).toBe(0o600)
    await expect(call(at)).resolves.toEqual({ purged: 5, records: 7, reflections: 0 })
    expect((await links()).filter(name => !before.includes(name))).toEqual([])
    await server[Symbol.asyncDispose]()
    servers = []
    expect(await exists(at)).toBe(false)
    await expect(connectToOwner(at)).resolves.toBeUndefined()
  },
)

test('a caller who goes away calls off what it asked for', async () => {
  await serve()
  const asked = Promise.withResolvers<undefined>()
  const calledOff = Promise.withResolvers<undefined>()
  parts.sessions.lifecycle.sweep = options =>
    new Promise((_, reject) => {
      options?.signal?.addEventListener('abort', () => {
        calledOff.resolve(undefined)
        reject(new Error('called off'))
      })
      asked.resolve(undefined)
    })
  const { socket } = await raw()
  socket.write('{"id":1,"operation":"session.sweep"}\n')
  await asked.promise
  socket.destroy()
  await calledOff.promise
  await expect(call()).resolves.toEqual({ purged: 5, records: 7, reflections: 0 })
})

test('a stop answers the calls under way, even of what does not heed its signal', async () => {
  const server = await serve()
  const asked = Promise.withResolvers<undefined>()
  parts.sessions.lifecycle.sweep = () => {
    asked.resolve(undefined)
    return new Promise<never>(() => undefined)
  }
  const client = await connectToOwner(path)
  const failed = expect(client?.call('session.sweep', {})).rejects.toMatchObject({
    code: 'stopping',
    retryable: true,
  })
  await asked.promise
  await server[Symbol.asyncDispose]()
  servers = []
  await failed
  expect(await exists(path)).toBe(false)
  await expect(client?.call('session.purge', {})).rejects.toMatchObject({ code: 'unavailable' })
  await client?.[Symbol.asyncDispose]()
})

test('an owner that is killed fails the calls under way', async () => {
  await mkdir(join(folder, 'run'))
  const script = `require('net').createServer(s => s.on('data', () => process.kill(process.pid, 'SIGKILL'))).listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script])
  await once(child.stdout, 'data')
  await expect(call()).rejects.toMatchObject({ code: 'unavailable' })
})

test('an owner whose answer cannot be read fails the call', async () => {
  await mkdir(join(folder, 'run'))
  const script = `require('net').createServer(s => s.on('data', () => s.write('nonsense\\n'))).listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script])
  await once(child.stdout, 'data')
  await expect(call()).rejects.toMatchObject({ code: 'bad_answer' })
  child.kill()
  await once(child, 'exit')
})

test.each(['nonsense', '[]', '{"operation":"status"}', '{"id":1}', 'null'])(
  'the line %s is refused, and the connection goes on',
  async line => {
    await serve()
    const { socket, next } = await raw()
    socket.write(`${line}\n\n{"id":"a","operation":"session.purge"}\n`)
    await expect(next()).resolves.toMatchObject({ id: null, error: { code: 'invalid_input' } })
    await expect(next()).resolves.toEqual({ id: 'a', ok: { purged: 5, records: 7, reflections: 0 } })
  },
)

test('a request that comes in pieces, cut inside a letter, is put together', async () => {
  await serve()
  parts.chats.answer = ({ text }) => Promise.resolve([text])
  const { socket, next } = await raw()
  const bytes = Buffer.from(
    '{"id":1,"operation":"chat.say","input":{"message":"שלום"}}\n{"id":2,"operation":"session.purge"}\n',
  )
  for (const byte of bytes) socket.write(Buffer.of(byte))
  const answers = [await next(), await next()] as { id: number }[]
  expect(answers.sort((a, b) => a.id - b.id)).toMatchObject([
    { id: 1, ok: { phone: '10000000000', replies: ['שלום'] } },
    { id: 2, ok: { purged: 5, records: 7, reflections: 0 } },
  ])
})

test('a request without end is refused before it fills the memory', async () => {
  await serve()
  const { socket, next } = await raw()
  socket.on('error', () => undefined)
  socket.write('x'.repeat(REQUEST_MAX_BYTES + 1))
  await expect(next()).resolves.toMatchObject({
    error: { code: 'invalid_input', message: `a request may be at most ${String(REQUEST_MAX_BYTES)} bytes long` },
  })
  await once(socket, 'close')
  await expect(call()).resolves.toEqual({ purged: 5, records: 7, reflections: 0 })
})

test('what must be confirmed is confirmed by the request', async () => {
  const destroy = operation({
    summary: 'Throw everything away',
    access: 'operator',
    effect: 'destroy',
    needs: 'data',
    audit: 'none',
    uses: [],
    input: z.strictObject({}),
    output: z.object({ done: z.boolean() }),
    run: () => Promise.resolve({ done: true }),
  })
  await serve(path, { destroy })
  const { socket, next } = await raw()
  socket.write('{"id":1,"operation":"destroy"}\n')
  await expect(next()).resolves.toMatchObject({ id: 1, error: { code: 'confirmation_needed' } })
  socket.write('{"id":2,"operation":"destroy","confirm":true}\n')
  await expect(next()).resolves.toEqual({ id: 2, ok: { done: true } })
})

const NOBODY_UID = 65_534

test('a socket of another user is told apart from none', async () => {
  await serve()
  // The superuser may enter everything and has to step down to see what others see.
  const superuser = process.getuid?.() === 0
  if (superuser) process.seteuid?.(NOBODY_UID)
  else await chmod(path, 0)
  try {
    await expect(connectToOwner(path)).rejects.toMatchObject({ code: 'forbidden' })
  } finally {
    if (superuser) process.seteuid?.(0)
    else await chmod(path, 0o600)
  }
})
