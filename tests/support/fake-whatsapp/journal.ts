import { Heard } from './heard.ts'
import type { FromPage, SentMessage } from './protocol.ts'

/** Something that a page did; `asked`: for a QR code. */
export type Entry =
  | { readonly kind: 'sent'; readonly message: SentMessage }
  | { readonly kind: 'pairing'; readonly phone: string }
  | { readonly kind: 'asked' | 'logged_in' | 'left' | 'unlinked' }
  | Extract<FromPage, { kind: 'seen' | 'chat_state' | 'presence' | 'acknowledged' }>

type EntryOf<K extends Entry['kind']> = Extract<Entry, { kind: K }>

/** Everything that pages did, in order. */
export class Journal {
  readonly #heard = new Heard<Entry>()

  add(entry: Entry): void {
    this.#heard.add(entry)
  }

  all<K extends Entry['kind']>(kind: K): readonly EntryOf<K>[] {
    return this.#heard.all.filter((entry): entry is EntryOf<K> => entry.kind === kind)
  }

  /** Forgets what `next` would still find: only what happens from now on counts. */
  skip(): void {
    this.#heard.skip()
  }

  /** The first entry since the last `skip` that matches; waits for it when there is none yet. */
  next<K extends Entry['kind']>(kind: K, matches: (entry: EntryOf<K>) => boolean = () => true): Promise<EntryOf<K>> {
    return this.#heard.next((entry): entry is EntryOf<K> => entry.kind === kind && matches(entry as EntryOf<K>))
  }
}
