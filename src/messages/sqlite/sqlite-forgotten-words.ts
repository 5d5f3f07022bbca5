/** Recognises forgotten texts by keyed hashes in the erasure log. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { PersonId } from '../../people/person.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import {
  DISTINCT_LETTERS,
  looseName,
  looseWords,
  ownLooseWords,
  type ForgottenWords,
  type WordsFromElsewhere,
} from '../forgotten-words.ts'
import type { MessageFingerprint } from '../message.ts'

export const forgottenWordsMigration: Migration = {
  id: 'erasures-004',
  sql: `
    -- Keyed hashes of the words with the minute, and of the words alone where they are long enough to be no one else's.
    alter table erased_messages add column said blob;
    alter table erased_messages add column words blob;
    create index erased_by_minute on erased_messages (said) where said is not null;
    create index erased_by_words_alone on erased_messages (words) where words is not null;
    -- Keyed hashes of the names of people of whom everything was forgotten.
    create table erased_names (
      name blob not null,
      person_id text not null,
      primary key (name, person_id)
    ) strict, without rowid;
  `,
}

/** Without a key, short messages could be guessed from their hashes. */
export const erasureKey = (database: Database): KeyObject =>
  createSecretKey(database.get<{ secret: Uint8Array }>('select secret from secret')?.secret ?? new Uint8Array())

const hmac = (key: KeyObject, text: string): Uint8Array => createHmac('sha256', key).update(text).digest()

/** Hash of the exact text at the exact time. */
export const exactHash = (
  key: KeyObject,
  { sent_at, text }: Pick<MessageFingerprint, 'sent_at' | 'text'>,
): Uint8Array => hmac(key, `${String(sent_at)}\n${text}`)

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS)
const SECONDS_OF_A_MINUTE = MINUTE_MS / SECOND_MS

type Column = 'said' | 'words' | 'hash'

export class SqliteForgottenWords implements ForgottenWords {
  readonly #database: Database
  readonly #key: KeyObject
  #older: boolean | undefined

  constructor(database: Database) {
    this.#database = database
    this.#key = erasureKey(database)
  }

  /** The hashes that the log stores for a message besides its exact hash. */
  hashesOf(message: MessageFingerprint): { readonly said: Uint8Array; readonly words: Uint8Array | null } {
    const words = ownLooseWords(message)
    return {
      said: this.#said(minuteOf(message.sent_at), words),
      words: words.length < DISTINCT_LETTERS ? null : this.#words(words),
    }
  }

  /** Records the name of a sender if everything about a person is forgotten, inside the open transaction. */
  addName(act: string, { person_id, sender_name }: Pick<MessageFingerprint, 'person_id' | 'sender_name'>): void {
    if (sender_name === undefined) return
    this.#database.run(
      `insert or ignore into erased_names (name, person_id)
       select :name, :person_id from acts where act = :act and kind = 'person' and person_id = :person_id`,
      { act, person_id, name: this.#name(sender_name) },
    )
  }

  isForgotten(given: WordsFromElsewhere): boolean {
    const { persons, name, times } = given
    const earliest = Math.min(...times)
    if (persons !== undefined) {
      if (persons.some(person_id => this.#untilOf(person_id) > earliest)) return true
    } else if (name !== undefined && this.#untilOfName(name) > earliest) return true
    return this.#isForgottenMessage(given)
  }

  #isForgottenMessage(given: WordsFromElsewhere): boolean {
    const words = looseWords(given.text)
    if (words === '') return false
    if (words.length >= DISTINCT_LETTERS && this.#times([['words', this.#words(words)]], given) > 0) return true
    const spread = given.is_reply === true ? [-1, 0, 1] : [0]
    const minutes = new Set(given.times.flatMap(at => spread.map(by => minuteOf(at) + by)))
    const said = [...minutes].map(minute => ['said', this.#said(minute, words)] as const)
    return this.#times([...said, ...this.#olderHashes(given)], given) >= (given.occurrence ?? 1)
  }

  /** Texts forgotten before minutes were recorded have only the exact hash: any second of the minute may match. */
  #olderHashes({ times, text }: WordsFromElsewhere): readonly (readonly [column: Column, hash: Uint8Array])[] {
    if (!this.#hasOlder()) return []
    return [...new Set(times.map(minuteOf))].flatMap(minute =>
      Array.from({ length: SECONDS_OF_A_MINUTE }, (_, second) => {
        const sent_at = minute * MINUTE_MS + second * SECOND_MS
        return ['hash', exactHash(this.#key, { sent_at, text })] as const
      }),
    )
  }

  /** Looked up once in the whole log, because none are added any more. */
  #hasOlder(): boolean {
    this.#older ??= this.#database.get('select 1 from erased_messages where said is null limit 1') !== undefined
    return this.#older
  }

  /**
   * How many messages with one of these hashes were forgotten. Of a sender who is not known, as many as any one person
   * forgot; of the bot's words to someone who is not known, all.
   */
  #times(
    hashes: readonly (readonly [column: Column, hash: Uint8Array])[],
    { persons, is_reply = false }: Pick<WordsFromElsewhere, 'persons' | 'is_reply'>,
  ): number {
    const counts = new Map<PersonId, number>()
    for (const [column, hash] of hashes) {
      const rows = this.#database.all<{ person_id: PersonId; times: number }>(
        `select person_id, count(*) times from erased_messages where ${column} = :hash
         ${column === 'hash' ? 'and said is null' : ''} group by person_id`,
        { hash },
      )
      for (const { person_id, times } of rows) counts.set(person_id, (counts.get(person_id) ?? 0) + times)
    }
    const of = [...counts].filter(([person_id]) => persons?.includes(person_id) ?? true).map(([, times]) => times)
    return persons === undefined && !is_reply ? Math.max(0, ...of) : of.reduce((sum, times) => sum + times, 0)
  }

  #untilOf(person_id: PersonId): number {
    const row = this.#database.get<{ until: number }>('select until from erased_until where person_id = :person_id', {
      person_id,
    })
    return row?.until ?? Number.NEGATIVE_INFINITY
  }

  #untilOfName(name: string): number {
    const row = this.#database.get<{ until: number | null }>(
      'select max(u.until) until from erased_names n join erased_until u using (person_id) where n.name = :name',
      { name: this.#name(name) },
    )
    return row?.until ?? Number.NEGATIVE_INFINITY
  }

  #said(minute: number, words: string): Uint8Array {
    return hmac(this.#key, `said\n${String(minute)}\n${words}`)
  }

  #words(words: string): Uint8Array {
    return hmac(this.#key, `words\n${words}`)
  }

  #name(name: string): Uint8Array {
    return hmac(this.#key, `name\n${looseName(name)}`)
  }
}
