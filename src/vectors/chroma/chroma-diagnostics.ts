/** Examines Chroma for `denidin doctor`: whether its program runs, what answers at an address, whether an index is whole. */
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChromaClient } from 'chromadb'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { remove } from '../../platform/files.ts'
import { chromaAddress, createRemoteClient } from './chroma-address.ts'
import { ChromaProcess, type ChromaProcessDeps } from './chroma-process.ts'

const ANSWER_MS = 5000
const LIST_PAGE = 100

/** Starts the Chroma program on an empty folder. @returns its version @throws DenidinError `unavailable` */
export const tryChromaProgram = async (deps: ChromaProcessDeps): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'denidin-chroma-'))
  try {
    await using server = await ChromaProcess.start(folder, deps)
    return await versionAt(`http://${server.host}:${String(server.port)}`, {})
  } finally {
    await remove(folder)
  }
}

/** Asks a remote server for its version. @throws DenidinError `unavailable`: nothing, or something else, answers */
export const versionOfRemote = async (url: string): Promise<string> => {
  const { base_url, headers } = chromaAddress(url)
  const version = await versionAt(base_url, headers)
  await createRemoteClient(chromaAddress(url))
    .heartbeat()
    .catch((error: unknown) => {
      throw new DenidinError('unavailable', `what answers at ${new URL(base_url).host} is not a Chroma server`, {
        cause: error,
      })
    })
  return version
}

const versionAt = async (base_url: string, headers: Readonly<Record<string, string>>): Promise<string> => {
  const { host } = new URL(base_url)
  const answer = await fetch(`${base_url}/api/v2/version`, { headers, signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    (error: unknown) => {
      throw new DenidinError('unavailable', `nothing answers at ${host}`, { cause: error })
    },
  )
  const text = (await answer.text()).replaceAll('"', '').trim()
  if (answer.ok && /^\d+\.\d+/.test(text)) return text
  if (answer.status === 401 || answer.status === 403) {
    throw new DenidinError('rejected', `the Chroma server at ${host} refuses the user, password or token`)
  }
  throw new DenidinError('unavailable', `what answers at ${host} is not a Chroma server`)
}

/** What an index contains. */
export interface InspectedIndex {
  readonly collections: number
  readonly vectors: number
}

/**
 * Starts a server on the files of an index and searches every collection once, which reads its files. No other server
 * may use the folder meanwhile.
 * @returns `undefined` if there is no index yet
 * @throws DenidinError `damaged` if a collection cannot be searched; `unavailable` if the server does not start
 */
export const inspectChromaIndex = async (
  folder: string,
  deps: ChromaProcessDeps,
): Promise<InspectedIndex | undefined> => {
  if (!existsSync(join(folder, 'chroma.sqlite3'))) return undefined
  await using server = await ChromaProcess.start(folder, deps)
  const client = new ChromaClient({ host: server.host, port: server.port, ssl: false })
  const total = { collections: 0, vectors: 0 }
  for (let offset = 0; ; offset += LIST_PAGE) {
    const page = await client.listCollections({ limit: LIST_PAGE, offset })
    for (const { name } of page) {
      total.collections += 1
      total.vectors += await searched(client, name, deps)
    }
    if (page.length < LIST_PAGE) return total
  }
}

/** Searches a collection for one of its own vectors. @returns how many it holds @throws DenidinError `damaged` */
const searched = async (client: ChromaClient, name: string, { clock }: ChromaProcessDeps): Promise<number> => {
  try {
    return await withDeadline(clock, ANSWER_MS, `searching ${name}`, async () => {
      const collection = await client.getCollection({ name })
      const { embeddings } = await collection.get({ limit: 1, include: ['embeddings'] })
      const [sample] = embeddings
      if (sample !== undefined) {
        const found = await collection.query({ queryEmbeddings: [sample], nResults: 1, include: ['distances'] })
        if (found.distances[0]?.[0] === undefined) throw new Error('it does not find what it holds')
      }
      return await collection.count()
    })
  } catch (error) {
    throw new DenidinError('damaged', `collection ${name} cannot be searched (${asDenidinError(error).message})`, {
      cause: error,
    })
  }
}
