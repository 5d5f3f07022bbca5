/** Files of backups as objects of an S3-compatible store. Imported only when a target needs it. */
import { globalAgent as httpAgent } from 'node:http'
import { globalAgent as httpsAgent } from 'node:https'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  type StorageClass,
} from '@aws-sdk/client-s3'
import type { ListedBucket } from '../../platform/backup-targets.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { inParallel } from '../../platform/in-parallel.ts'
import type { BackupFiles } from '../files/backup-files.ts'

/** One attempt of a request; an object has at most 256 KiB. */
const REQUEST_MS = 60 * SECOND_MS
const CONNECT_MS = 10 * SECOND_MS
/** Attempts of one request, with the pauses of the SDK between them. */
const ATTEMPTS = 3
const AT_ONCE = 8
/** Files in this folder are large and rarely read: they get the storage class; manifests must stay readable. */
const CLASSED_FOLDER = 'objects/'

export interface S3FilesDeps {
  readonly target: ListedBucket
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds that one request may take, with its repetitions. */
  readonly request_ms?: number
}

export class S3Files implements BackupFiles, Disposable {
  readonly place: string
  readonly #client: S3Client
  readonly #deps: S3FilesDeps

  constructor(deps: S3FilesDeps) {
    this.#deps = deps
    const { bucket, prefix, region, endpoint, path_style, access_key_id, secret_access_key, session_token } =
      deps.target
    this.place = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`
    this.#client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle: path_style,
      credentials: {
        accessKeyId: access_key_id,
        secretAccessKey: secret_access_key,
        ...(session_token === undefined ? {} : { sessionToken: session_token }),
      },
      maxAttempts: ATTEMPTS,
      // Not every store knows the newer checksums. The body is signed, and objects carry checksums of their own.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // The agents of the process use the configured proxy.
      requestHandler: { httpAgent, httpsAgent, connectionTimeout: CONNECT_MS },
    })
  }

  /** Another process cannot be kept out of a store; the owner of the data folder is the only one that copies. */
  lock(): Disposable {
    return new DisposableStack()
  }

  async list(folder: string): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>()
    // The first version of this request: some stores do not know the second.
    let after: string | undefined
    do {
      const page = await this.#send('list the objects', signal =>
        this.#client.send(
          new ListObjectsCommand({ ...this.#bucket(), Prefix: this.#key(`${folder}/`), Marker: after }),
          { abortSignal: signal },
        ),
      )
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) found.set(Key.slice(this.#key('').length), Size ?? 0)
      }
      after = page.IsTruncated === true ? page.Contents?.at(-1)?.Key : undefined
    } while (after !== undefined)
    return found
  }

  async bytes(path: string): Promise<number | undefined> {
    return await this.#send(`look for ${path}`, async signal => {
      const found = await unlessMissing(
        this.#client.send(new HeadObjectCommand({ ...this.#bucket(), Key: this.#key(path) }), { abortSignal: signal }),
      )
      return found === undefined ? undefined : (found.ContentLength ?? 0)
    })
  }

  async read(path: string): Promise<Buffer | undefined> {
    return await this.#send(`read ${path}`, async signal => {
      const found = await unlessMissing(
        this.#client.send(new GetObjectCommand({ ...this.#bucket(), Key: this.#key(path) }), { abortSignal: signal }),
      )
      if (found === undefined) return undefined
      const bytes = await found.Body?.transformToByteArray()
      if (bytes === undefined) throw new DenidinError('unavailable', 'the store sent no content', { retryable: true })
      return Buffer.from(bytes)
    })
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const { storage_class } = this.#deps.target
    const classed = storage_class !== undefined && path.startsWith(CLASSED_FOLDER)
    await this.#send(`write ${path}`, signal =>
      this.#client.send(
        new PutObjectCommand({
          ...this.#bucket(),
          Key: this.#key(path),
          Body: Buffer.from(content),
          ContentType: 'application/octet-stream',
          // Stores have classes of their own beside Amazon's.
          ...(classed ? { StorageClass: storage_class as StorageClass } : {}),
        }),
        { abortSignal: signal },
      ),
    )
  }

  async remove(paths: readonly string[]): Promise<void> {
    await inParallel(AT_ONCE, paths, async path => {
      await this.#send(`delete ${path}`, signal =>
        unlessMissing(
          this.#client.send(new DeleteObjectCommand({ ...this.#bucket(), Key: this.#key(path) }), {
            abortSignal: signal,
          }),
        ),
      )
    })
  }

  async flush(): Promise<void> {
    // The store answers when it has the content.
  }

  [Symbol.dispose](): void {
    this.#client.destroy()
  }

  #bucket(): { readonly Bucket: string } {
    return { Bucket: this.#deps.target.bucket }
  }

  #key(path: string): string {
    const { prefix } = this.#deps.target
    return prefix === '' ? path : `${prefix}/${path}`
  }

  /** @throws DenidinError; the reason of the signal */
  async #send<T>(what: string, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, signal, request_ms = REQUEST_MS * ATTEMPTS } = this.#deps
    try {
      return await withDeadline(clock, request_ms, `${this.place}: to ${what}`, act, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof DenidinError ? error : faultOf(error, `${this.place}: cannot ${what}`)
    }
  }
}

const unlessMissing = async <T>(act: Promise<T>): Promise<T | undefined> => {
  try {
    return await act
  } catch (error) {
    if (error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name)) return undefined
    throw error
  }
}

const FORBIDDEN = 403
const UNAUTHORIZED = 401

/** Objects of these classes can be read only hours after they were asked back in the store's console. */
const ARCHIVED = 'InvalidObjectState'

const faultOf = (error: unknown, what: string): DenidinError => {
  if (!(error instanceof S3ServiceException)) {
    const { code, message } = error as NodeJS.ErrnoException
    return new DenidinError('unavailable', `${what} (${code ?? message})`, { cause: error, retryable: true })
  }
  const { name, $metadata } = error
  const status = $metadata.httpStatusCode
  if (name === ARCHIVED) {
    return new DenidinError('unavailable', `${what}: it is in an archive class; ask the store to restore it first`, {
      cause: error,
    })
  }
  const reason = `${name}${status === undefined ? '' : `, status ${String(status)}`}`
  if (status === FORBIDDEN || status === UNAUTHORIZED || name === 'NoSuchBucket') {
    return new DenidinError('rejected', `${what}: the store refuses it (${reason})`, { cause: error })
  }
  return new DenidinError('unavailable', `${what} (${reason}: ${asDenidinError(error).message})`, {
    cause: error,
    retryable: true,
  })
}
