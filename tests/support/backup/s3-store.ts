/**
 * A real S3 server on this machine (`@20minutes/s3rver`), behind a proxy that can refuse, delay, fail and cut requests.
 */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import S3rver from '@20minutes/s3rver'
import type { ListedBucket } from '../../../src/platform/backup-targets.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const BUCKET = 'backups'
/** The account that s3rver knows. */
const ACCOUNT = 'S3RVER'

/** What becomes of a request; `undefined`: it is passed on. */
export type Fault = 'status 500' | 'status 503' | 'cut' | 'no answer' | undefined

export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly storage_class: string | undefined
}

export class S3Store implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  /** Decides on each request. */
  fault: (seen: SeenRequest) => Fault = () => undefined
  readonly #proxy: Server
  readonly #cleanup: AsyncDisposableStack
  readonly #sockets = new Set<Socket>()

  private constructor(behind: number, cleanup: AsyncDisposableStack) {
    this.#cleanup = cleanup
    this.#proxy = createServer((incoming, answer) => {
      this.#handle(behind, incoming, answer)
    })
    this.#proxy.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(): Promise<S3Store> {
    await using cleanup = new AsyncDisposableStack()
    const { path } = cleanup.use(await temporaryFolder())
    const server = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory: path,
      // It takes the slash at the end of a bucket's path out of what is signed, which the SDK puts in.
      allowMismatchedSignatures: true,
      configureBuckets: [{ name: BUCKET }],
    })
    const { port } = await server.run()
    cleanup.defer(() => server.close())
    const store = new S3Store(port, cleanup.move())
    await store.open()
    return store
  }

  /** Begins to accept connections. */
  async open(port = 0): Promise<void> {
    await new Promise<void>(resolve => this.#proxy.listen(port, '127.0.0.1', resolve))
  }

  /** Refuses connections. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(resolve => this.#proxy.close(resolve))
  }

  get port(): number {
    return (this.#proxy.address() as AddressInfo).port
  }

  target(changes: Partial<ListedBucket> = {}): ListedBucket {
    return {
      name: 'cloud',
      type: 's3',
      types: [],
      retention_days: undefined,
      archive_retention_days: undefined,
      bucket: BUCKET,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${String(this.port)}`,
      prefix: 'denidin',
      storage_class: undefined,
      path_style: true,
      access_key_id: ACCOUNT,
      secret_access_key: ACCOUNT,
      session_token: undefined,
      ...changes,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => undefined)
    await this.#cleanup.disposeAsync()
  }

  #handle(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url = '', headers } = incoming
    const seen = { method, url, storage_class: headers['x-amz-storage-class']?.toString() }
    this.requests.push(seen)
    const fault = this.fault(seen)
    if (fault === 'no answer') return
    if (fault === 'cut') {
      // Half of the body arrives at the store, whose client is then gone.
      const half = connect(port, '127.0.0.1')
      half.write(`${method} ${url} HTTP/1.1\r\n${rawHead(incoming)}\r\n`)
      incoming.once('data', (chunk: Buffer) => {
        half.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => {
          half.destroy()
          incoming.socket.destroy()
        })
      })
      incoming.once('end', () => {
        half.destroy()
        incoming.socket.destroy()
      })
      return
    }
    if (fault !== undefined) {
      incoming.resume()
      answer.writeHead(Number(fault.slice(-3))).end()
      return
    }
    const onward = request({ port, host: '127.0.0.1', method, path: url, headers }, back => {
      answer.writeHead(back.statusCode ?? 500, back.headers)
      back.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  }
}

const rawHead = ({ rawHeaders }: IncomingMessage): string =>
  rawHeaders.reduce((head, text, at) => `${head}${text}${at % 2 === 0 ? ': ' : '\r\n'}`, '')
