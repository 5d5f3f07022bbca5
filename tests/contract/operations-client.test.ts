/** A program that asks for operations cannot tell whether it owns the data itself or asks the owner over the socket. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { localClient, type OperationsClient } from '../../src/operations/client.ts'
import type { Runner } from '../../src/operations/runner.ts'
import { connectToOwner } from '../../src/operations/socket/socket-client.ts'
import { serveSocket } from '../../src/operations/socket/socket-server.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { personOf, sessionOf } from '../support/operations/records.ts'

interface Made {
  readonly client: OperationsClient
  dispose(): Promise<void>
}

const implementations: readonly [string, (runner: Runner) => Promise<Made>][] = [
  [
    'local',
    runner => {
      const client = localClient(runner, () => Promise.resolve())
      return Promise.resolve({ client, dispose: async () => client[Symbol.asyncDispose]() })
    },
  ],
  [
    'socket',
    async runner => {
      const folder = await mkdtemp(join(tmpdir(), 'denidin-client-'))
      const path = join(folder, 'run', 'denidin.sock')
      const server = await serveSocket({ path, runner, logger: silentLogger })
      const client = await connectToOwner(path)
      if (client === undefined) throw new Error('nobody serves the socket')
      return {
        client,
        dispose: async () => {
          await client[Symbol.asyncDispose]()
          await server[Symbol.asyncDispose]()
          await rm(folder, { recursive: true })
        },
      }
    },
  ],
]

describe.each(implementations)('a client: %s', (_name, make) => {
  let parts: OperationRig
  let made: Made

  beforeEach(async () => {
    parts = new OperationRig()
    parts.people.persons.push(personOf('p1', '15550001111', 'client', 'דנה'))
    made = await make(parts.runner())
  })
  afterEach(async () => {
    await made.dispose()
  })

  test('gives the output of an operation', async () => {
    parts.sessions.details.push(sessionOf('s1', 'person:p1'))
    await expect(made.client.call('session.list', { limit: 1 })).resolves.toMatchObject({
      sessions: [{ session_id: 's1', who: 'דנה (+15550001111)' }],
      next: null,
    })
  })

  test('asks as the operator', async () => {
    await expect(made.client.call('people.role', { person: 'p1', role: 'blocked' })).resolves.toMatchObject({
      role: 'blocked',
    })
  })

  test('fails with the code and the sentence of the operation', async () => {
    const error: unknown = await made.client
      .call('session.show', { session_id: 'nope' })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DenidinError)
    expect(error).toMatchObject({ code: 'not_found', message: 'there is no session "nope"', retryable: false })
  })

  test('keeps what tells that trying again may help', async () => {
    parts.memory.recalled = { memories: [], failure: 'index down' }
    await expect(made.client.call('memory.search', { query: 'x', person: 'p1' })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
  })

  test('hands on progress', async () => {
    const steps: unknown[] = []
    await made.client.call(
      'session.sweep',
      {},
      {
        progress: step => {
          steps.push(step)
        },
      },
    )
    expect(steps).toEqual([{ done: 1, total: 3, unit: 'sessions' }])
  })

  test('serves several calls at once, each with its own answer', async () => {
    const slow = Promise.withResolvers<readonly string[]>()
    parts.chats.answer = message => (message.text === 'slow' ? slow.promise : Promise.resolve([`to ${message.text}`]))
    const first = made.client.call('chat.say', { message: 'slow' })
    await expect(made.client.call('chat.say', { message: 'quick' })).resolves.toMatchObject({ replies: ['to quick'] })
    slow.resolve(['at last'])
    await expect(first).resolves.toMatchObject({ replies: ['at last'] })
  })

  test('carries long messages with line breaks and every kind of letter', async () => {
    const message = `first line\nשורה שנייה 👩‍👩‍👧\u2028${'é'.repeat(90_000)}`
    parts.chats.answer = ({ text }) => Promise.resolve([text])
    await expect(made.client.call('chat.say', { message })).resolves.toMatchObject({ replies: [message] })
  })

  test('calls off what is under way when its signal is aborted', async () => {
    const calledOff = Promise.withResolvers<undefined>()
    const underWay = Promise.withResolvers<undefined>()
    parts.chats.answer = ({ signal }) => {
      underWay.resolve(undefined)
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          calledOff.resolve(undefined)
          reject(signal.reason as Error)
        })
      })
    }
    const controller = new AbortController()
    const call = made.client.call('chat.say', { message: 'hi' }, { signal: controller.signal })
    const failed = expect(call).rejects.toMatchObject({ code: 'stopping', message: 'enough' })
    await underWay.promise
    controller.abort(new DenidinError('stopping', 'enough'))
    await failed
    await calledOff.promise
  })

  test('a call whose signal is aborted already asks nothing', async () => {
    const signal = AbortSignal.abort(new DenidinError('stopping', 'enough'))
    await expect(made.client.call('chat.say', { message: 'hi' }, { signal })).rejects.toMatchObject({
      code: 'stopping',
    })
    expect(parts.chats.said).toEqual([])
  })
})
