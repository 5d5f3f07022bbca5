// Proxies: what the environment and `.env` say, with a real proxy and real servers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import { proxyVariables } from '../../src/platform/proxy.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanUp = cleanUpAfterEach()

const listening = async (server: Server, host = '127.0.0.1'): Promise<number> => {
  server.listen(0, host)
  await once(server, 'listening')
  cleanUp.keep({
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}

/** A server that says how it was asked. */
const startServer = (host?: string): Promise<number> =>
  listening(
    createServer((_, response) => {
      response.end('an answer')
    }),
    host,
  )

/** A proxy that connects every name to one server, and notes what it was asked for. */
const startProxy = async (
  target: number,
): Promise<{ readonly port: number; readonly asked: string[]; readonly logins: string[] }> => {
  const asked: string[] = []
  const logins: string[] = []
  const sockets = new Set<Socket>()
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'] ?? '')
    const upstream = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    sockets.add(upstream)
    for (const each of [socket, upstream]) each.on('error', () => undefined)
  })
  const port = await listening(proxy)
  cleanUp.keep({
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
    },
  })
  return { port, asked, logins }
}

const PROXY_MODULE = JSON.stringify(new URL('../../src/platform/proxy.ts', import.meta.url).href)

/** What a process with this environment is answered by each URL. */
const answers = async (
  environment: Record<string, string>,
  urls: readonly string[],
  addresses: readonly string[] = [],
): Promise<readonly string[]> => {
  const program = `
    const { proxyVariables, useProxy } = await import(${PROXY_MODULE})
    useProxy(proxyVariables([process.env]), ${JSON.stringify(addresses)})
    const answers = await Promise.all(${JSON.stringify(urls)}.map(url =>
      fetch(url).then(answer => answer.text()).catch(error => 'failed: ' + (error.cause?.code ?? error.message))))
    console.log(JSON.stringify(answers))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env: environment })
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(errors)
  return JSON.parse(output) as string[]
}

describe('a proxy', () => {
  test.each<[string, (port: number) => Record<string, string>]>([
    ['HTTP_PROXY', port => ({ HTTP_PROXY: `http://127.0.0.1:${String(port)}` })],
    ['http_proxy', port => ({ http_proxy: `http://127.0.0.1:${String(port)}` })],
    ['ALL_PROXY', port => ({ ALL_PROXY: `http://127.0.0.1:${String(port)}` })],
    ['all_proxy without a scheme', port => ({ all_proxy: `127.0.0.1:${String(port)}` })],
    [
      'small letters before capitals',
      port => ({ HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: `http://127.0.0.1:${String(port)}` }),
    ],
    [
      "Node's own switch as well",
      port => ({ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${String(port)}` }),
    ],
  ])('named by %s is used for others, and never for this machine', async (_what, environment) => {
    const server = await startServer('::')
    const proxy = await startProxy(server)
    const own = ['127.0.0.1', 'localhost', '[::1]'].map(host => `http://${host}:${String(server)}/`)
    const found = await answers(environment(proxy.port), ['http://models.example/v1', ...own])
    expect(found).toEqual(['an answer', 'an answer', 'an answer', 'an answer'])
    expect(proxy.asked).toEqual(['models.example:80'])
  })

  test('for secure connections is asked for the host alone', async () => {
    const proxy = await startProxy(await startServer())
    await answers({ HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${String(proxy.port)}` }, ['https://api.example/v1'])
    expect(proxy.asked).toEqual(['api.example:443'])
    expect(proxy.logins).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`])
  })

  test('is passed by for what NO_PROXY names, and for any name of this machine in the settings', async () => {
    const server = await startServer('0.0.0.0')
    const proxy = await startProxy(server)
    const port = String(server)
    const found = await answers(
      { HTTP_PROXY: `http://127.0.0.1:${String(proxy.port)}`, no_proxy: '127.0.0.9' },
      [
        `http://127.0.1.1:${port}/`,
        `http://127.0.0.9:${port}/`,
        `http://0.0.0.0:${port}/`,
        'http://elsewhere.example/',
      ],
      [`http://127.0.1.1:${port}/v1`, 'http://elsewhere.example/'],
    )
    expect(found).toEqual(['an answer', 'an answer', 'an answer', 'an answer'])
    expect(proxy.asked).toEqual(['elsewhere.example:80'])
  })

  test.each(['socks5://127.0.0.1:1080', 'http://', 'ftp://user:secret@proxy'])(
    'such as %s is refused without its password',
    async value => {
      const refused = answers({ HTTPS_PROXY: value }, [])
      await expect(refused).rejects.toThrow(
        /HTTPS_PROXY: must be the address of an HTTP proxy, such as http:\/\/proxy:3128/,
      )
      await expect(refused).rejects.not.toThrow(/secret/)
    },
  )
})

test('the environment comes before .env, name by name', () => {
  const variables = proxyVariables([
    { https_proxy: 'http://one:1', NO_PROXY: ' ' },
    { HTTPS_PROXY: 'http://two:2', no_proxy: 'intern.example' },
  ])
  expect(variables).toEqual({ HTTPS_PROXY: 'http://one:1', NO_PROXY: 'intern.example' })
})
