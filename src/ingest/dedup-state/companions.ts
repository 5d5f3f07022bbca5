/** The other files of a deduplication, with data about the messages in `unique_messages.jsonl`. */
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { instantOf, isObject, parseObject, textOf, type JsonObject } from '../json-values.ts'
import { linesOf } from '../source-lines.ts'
import { readWhole } from '../whole-file.ts'

/** Larger indexes are not loaded into memory. */
const MOST_INDEX_BYTES = 256 * 1024 * 1024
/** How many places of messages, and how many messages of the log, are kept in memory. */
const MOST_PLACES = 2_000_000

/** Where and when a message was found, apart from its own line. */
interface Sighting {
  readonly source_file: string
  readonly source_line: number
}

/** The data about a message in the log of conversations. */
interface Said {
  readonly session: string | undefined
  readonly at: number | undefined
}

/** The files beside `unique_messages.jsonl`; missing or damaged ones are ignored. */
export class Companions {
  /** Hash → checkpoints that contained the message. */
  readonly #sightings = new Map<string, Sighting[]>()
  #places = 0
  readonly #said = new Map<string, Said>()
  readonly #checkpoints = new Map<string, number>()
  readonly #hashes = new Set<string>()

  /** @param path of `unique_messages.jsonl` */
  static async read(path: string, signal: AbortSignal): Promise<Companions> {
    const companions = new Companions()
    const folder = dirname(path)
    companions.#readHashes(await jsonIn(join(folder, 'global_hashes.json')))
    companions.#readCheckpoints(
      join(folder, 'checkpoint_index.json'),
      await jsonIn(join(folder, 'checkpoint_index.json')),
    )
    await companions.#readLog(join(folder, 'conversation_log.jsonl'), signal)
    return companions
  }

  sightingsOf(hash: string): readonly Sighting[] {
    return this.#sightings.get(hash) ?? []
  }

  saidOf(hash: string): Said | undefined {
    return this.#said.get(hash)
  }

  /** When a checkpoint was made. */
  createdAt(checkpoint: string): number | undefined {
    return this.#checkpoints.get(checkpoint)
  }

  /** Removes a message from the list of hashes; the hashes that remain in the end have no message. */
  found(hash: string): void {
    this.#hashes.delete(hash)
  }

  get without_message(): number {
    return this.#hashes.size
  }

  #readHashes(value: unknown): void {
    const list: unknown = isObject(value) ? (value['hashes'] ?? Object.keys(value)) : value
    if (!Array.isArray(list)) return
    for (const hash of list) if (typeof hash === 'string') this.#hashes.add(hash)
  }

  #readCheckpoints(file: string, value: unknown): void {
    if (!isObject(value)) return
    const all = isObject(value['checkpoints']) ? value['checkpoints'] : value
    for (const [checkpoint, entry] of Object.entries(all)) {
      if (!isObject(entry)) continue
      const created = instantOf(entry['created'] ?? entry['created_at'] ?? entry['timestamp'])
      if (created !== undefined) this.#checkpoints.set(checkpoint, created)
      const hashes = entry['message_hashes'] ?? entry['hashes']
      if (!Array.isArray(hashes)) continue
      for (const [index, hash] of hashes.entries()) {
        if (typeof hash !== 'string') continue
        this.#saw(hash, { source_file: `${file}#${checkpoint}`, source_line: index + 1 })
      }
    }
  }

  async #readLog(path: string, signal: AbortSignal): Promise<void> {
    const size_bytes = await sizeOf(path)
    if (size_bytes === undefined) return
    const file = { path, size_bytes, modified_at: 0 }
    for await (const each of linesOf(file, { position: 0, lines: 0 }, signal)) {
      if (each.kind !== 'line') continue
      const value = parseObject(each.text)
      if (typeof value === 'string') continue
      const hash = textOf(value['hash']) ?? textOf(value['message_hash']) ?? textOf(value['content_hash'])
      if (hash === undefined || this.#said.size >= MOST_PLACES) continue
      this.#said.set(hash, this.#said.get(hash) ?? saidIn(value))
      this.#saw(hash, { source_file: path, source_line: each.line })
    }
  }

  #saw(hash: string, sighting: Sighting): void {
    if (this.#places >= MOST_PLACES) return
    this.#places++
    const known = this.#sightings.get(hash)
    if (known === undefined) this.#sightings.set(hash, [sighting])
    else known.push(sighting)
  }
}

/** `logged_at` and similar fields are times of the deduplication, not of the message. */
const saidIn = (value: JsonObject): Said => {
  const message = isObject(value['message']) ? value['message'] : {}
  return {
    session: textOf(value['session_id']) ?? textOf(value['conversation_id']) ?? textOf(message['session_id']),
    at: instantOf(message['timestamp'] ?? value['message_timestamp']),
  }
}

const sizeOf = async (path: string): Promise<number | undefined> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true ? found.size : undefined
}

const jsonIn = async (path: string): Promise<unknown> => {
  const size_bytes = await sizeOf(path)
  if (size_bytes === undefined || size_bytes > MOST_INDEX_BYTES) return undefined
  const whole = await readWhole({ path, size_bytes, modified_at: 0 }, MOST_INDEX_BYTES)
  try {
    return typeof whole === 'string' ? undefined : JSON.parse(whole.text)
  } catch {
    return undefined
  }
}
