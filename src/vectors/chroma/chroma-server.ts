/** The port of a Chroma server: connect to it, report trouble, learn that it is back. */
import type { ChromaClient } from 'chromadb'
import type { Health } from '../../platform/health.ts'

/** A connection to one run of a server. */
export interface ChromaConnection {
  readonly client: ChromaClient
  /** Counts the runs: what was learnt about the server in one of them need not hold in the next. */
  readonly run: number
}

/** A Chroma server, managed or remote. */
export interface ChromaServer extends AsyncDisposable {
  /** Whether everything on the server is ours, so that unknown collections may be dropped. */
  readonly exclusive: boolean
  /**
   * The server's connection; starts the server when it does not run yet.
   * @throws DenidinError `unavailable` at once while the server is down and waits for its next attempt.
   */
  connect(): Promise<ChromaConnection>
  /** Something failed on the connection of `run`: looks whether the server still answers, and starts it again if not. */
  suspect(run: number): Promise<void>
  /**
   * The server of `run` works on damaged data. The first time it is only started again; when that did not help, its
   * data is set aside and it starts empty. False when this server's data is not ours to repair, or that was done before.
   */
  repair(run: number): Promise<boolean>
  /**
   * Removes from the server's files what dropped collections and deleted rows have left in them. Does nothing on a server whose files are not ours.
   * @throws when the files cannot be changed now
   */
  scrub(): Promise<void>
  /**
   * Whether the server has written all vectors of a collection that it was given into the files of its index, and keeps
   * none elsewhere. False on a server whose files are not ours.
   */
  hasFlushed(collection_id: string): Promise<boolean>
  /** What was repaired works. */
  works(): void
  /** Calls `listener` after every start but the first. */
  onBack(listener: () => void): void
  health(): Health
}
