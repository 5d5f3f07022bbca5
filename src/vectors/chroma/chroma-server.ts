/** The port of a Chroma server: connect to it, report problems, learn that it is back. */
import type { ChromaClient } from 'chromadb'
import type { Health } from '../../platform/health.ts'

/** A connection to one run of a server. */
export interface ChromaConnection {
  readonly client: ChromaClient
  /** Number of the run: what was learned about the server in one run need not hold in the next. */
  readonly run: number
}

/** A Chroma server, managed or remote. */
export interface ChromaServer extends AsyncDisposable {
  /** Whether everything on the server belongs to us, so that unknown collections may be dropped. */
  readonly exclusive: boolean
  /**
   * Connects to the server; starts it if it is not running yet.
   * @throws DenidinError `unavailable` immediately while the server is down and waits for its next attempt.
   */
  connect(): Promise<ChromaConnection>
  /** Something failed on the connection of `run`: checks whether the server still answers, and restarts it if not. */
  suspect(run: number): Promise<void>
  /**
   * The server of `run` works on damaged data. The first time it is only restarted; if that did not help, its data is
   * set aside and it starts empty. False if this server's data is not ours to repair, or that was done before.
   */
  repair(run: number): Promise<boolean>
  /**
   * Removes the remains of dropped collections and deleted rows from the server's files. Does nothing if the server's
   * files are not ours.
   * @throws when the files cannot be changed now
   */
  scrub(): Promise<void>
  /**
   * Whether the server has written all vectors of a collection to the files of its index, and keeps none elsewhere.
   * False if the server's files are not ours.
   */
  hasFlushed(collection_id: string): Promise<boolean>
  /** The repair succeeded. */
  works(): void
  /** Calls `listener` after every start except the first. */
  onBack(listener: () => void): void
  health(): Health
}
