import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../../src/platform/clock.ts'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'
import type { SentMessage } from '../fake-whatsapp/protocol.ts'
import { FORGETFUL_CHATS } from './forgetful-talk.ts'
import type { PhoneTalk, Said } from './phone-talk.ts'

/** Whether everything that was said was answered as it should be: both sides compared, the phone's and the bot's. */

const LOOK_MS = 50
/** Chats that are judged by `ForgetfulTalk`. */
const ELSEWHERE = `(${FORGETFUL_CHATS.map(each => `'${each}'`).join(', ')})`
/** Lines of the log that no crash may leave behind. */
const BAD_NEWS = /Session file is damaged|A background task failed|A turn failed|Not even an apology/
/** The reason of what has to fail while a soak fills the disk. */
const DISK_FULL = 'the disk is full'
/** An apology on a full disk: the phone sees a message of which the outbox cannot know. */
const UNRECORDED = 'a notice is sent without a record'

/** What is wrong, each in a sentence, and how much there was. */
export interface Verdict {
  readonly faults: readonly string[]
  readonly said: number
  readonly answered: number
  readonly unconfirmed: number
  readonly replies: number
  readonly parts: number
}

interface Part {
  readonly outbox_id: string
  readonly part: number
  readonly state: string
  readonly message_id: string | null
  readonly chat_id: string
  /** The whole reply, as the model wrote it. */
  readonly text: string | null
}

const nameOf = (text: string): string | undefined => /reply \d+ to note \d+ of \w+/.exec(text)?.[0]
const partOf = (body: string): number => Number(/ part (\d+)/.exec(body)?.[1] ?? 0)

const open = (run: BotRun): DatabaseSync => new DatabaseSync(join(run.home.data, 'denidin.db'), { readOnly: true })

/**
 * Lets a life in which nothing goes wrong come to rest: everything that waits is settled, then everybody writes once more,
 * so that what a crash left behind in a conversation is brought in order as its next turn does.
 */
export const comeToRest = async (run: BotRun, talk: PhoneTalk, patience_ms: number): Promise<void> => {
  await settled(run, talk.said, patience_ms)
  talk.writeAll()
  await settled(run, talk.said, patience_ms)
}

/** Resolves when all that was said is settled, or after `patience_ms`. */
export const settled = async (run: BotRun, said: readonly Said[], patience_ms: number): Promise<void> => {
  using database = open(run)
  const known = database.prepare(`select count(*) n from inbox where chat_id not in ${ELSEWHERE}`)
  const waiting = database.prepare(
    `select (select count(*) from inbox where state = 'received')
       + (select count(*) from outbox where state in ('intended', 'held'))
       + (select count(*) from sessions where state = 'closed') n`,
  )
  const count = (statement: typeof known): number => (statement.get() as { n: number }).n
  const end = systemClock.now() + patience_ms
  while (systemClock.now() < end && (count(known) < said.length || count(waiting) > 0)) await systemClock.sleep(LOOK_MS)
}

/** Judges a bot that came to rest and is stopped. */
export const judge = (run: BotRun, said: readonly Said[]): Verdict => {
  using database = open(run)
  const rows = <T>(sql: string): T[] => database.prepare(sql).all() as T[]
  const inbox = rows<{ message_id: string; state: string; outcomes: string | null }>(`
    select i.message_id, i.state, group_concat(o.state) outcomes
    from inbox i left join outbox_answers a using (message_id) left join outbox o using (outbox_id)
    where i.chat_id not in ${ELSEWHERE}
    group by i.message_id`)
  const parts = rows<Part>(`
    select p.outbox_id, p.part, p.state, p.message_id, o.chat_id, m.text
    from outbox_parts p join outbox o using (outbox_id) left join messages m on m.message_id = o.message_id
    where o.chat_id not in ${ELSEWHERE}
    order by o.rowid, p.part`)
  const log = run.log().split('\n')
  const faults = [
    ...judgeInbox(inbox, said),
    ...judgePhone(
      run.fake.sent.filter(each => !FORGETFUL_CHATS.includes(each.chat)),
      parts,
      log.filter(line => line.includes(UNRECORDED)).length,
    ),
    ...judgeSessions(run, rows),
    ...log.filter(line => BAD_NEWS.test(line) && !line.includes(DISK_FULL)),
  ]
  return {
    faults,
    said: said.length,
    answered: inbox.filter(({ state }) => state === 'answered').length,
    unconfirmed: inbox.filter(({ state }) => state === 'unconfirmed').length,
    replies: new Set(parts.map(each => each.outbox_id)).size,
    parts: parts.length,
  }
}

/** Every message is there once, and has one reply with the outcome that it says. */
const judgeInbox = (
  inbox: readonly { message_id: string; state: string; outcomes: string | null }[],
  said: readonly Said[],
): readonly string[] => {
  const kept = new Map(inbox.map(row => [row.message_id, row]))
  const spoken = new Map(said.map(each => [each.message_id, each]))
  const lost = said.filter(each => !kept.has(each.message_id))
  const invented = inbox.filter(each => !spoken.has(each.message_id))
  const wrong = inbox.filter(({ message_id, state, outcomes }) => {
    if (state === 'answered') return outcomes !== 'sent'
    if (state === 'unconfirmed') return outcomes !== 'unconfirmed'
    return state !== 'heard' || spoken.get(message_id)?.kind !== 'overheard' || outcomes !== null
  })
  return [
    ...lost.map(each => `lost: ${each.text} (${each.message_id})`),
    ...invented.map(each => `never said: ${each.message_id}`),
    ...wrong.map(each => `${each.message_id} is ${each.state}, its replies ${String(each.outcomes)}`),
  ]
}

/**
 * What the phone saw is what the outbox says: each part once, the parts of a reply in their order, in its own chat.
 * @param unrecorded messages that could be sent, but not recorded
 */
const judgePhone = (sent: readonly SentMessage[], parts: readonly Part[], unrecorded: number): readonly string[] => {
  const faults: string[] = []
  const seen = new Map(sent.map(each => [each.key, each]))
  if (seen.size !== sent.length) faults.push('an id was sent twice')
  for (const each of parts) {
    if (each.state !== 'sent' && each.state !== 'unconfirmed') faults.push(`a part is ${each.state}: ${each.outbox_id}`)
    if (each.state !== 'sent') continue
    const message = seen.get(each.message_id ?? '')
    if (message?.chat !== each.chat_id) faults.push(`the phone never saw part ${each.part} of ${each.outbox_id}`)
  }
  const ours = Map.groupBy(
    parts.filter(each => nameOf(each.text ?? '') !== undefined),
    each => nameOf(each.text ?? '') ?? '',
  )
  const theirs = Map.groupBy(
    sent.filter(each => nameOf(each.body) !== undefined),
    each => nameOf(each.body) ?? '',
  )
  for (const [name, bodies] of theirs) {
    const known = ours.get(name) ?? []
    if (known.length === 0) faults.push(`the outbox does not know: ${name}`)
    if (new Set(known.map(each => each.outbox_id)).size > 1) faults.push(`two rows for: ${name}`)
    if (bodies.some(each => each.chat !== known[0]?.chat_id)) faults.push(`in another chat: ${name}`)
    const order = bodies.map(each => partOf(each.body))
    if (order.some((part, index) => index > 0 && part <= (order[index - 1] ?? 0))) {
      faults.push(`parts ${order.join(', ')} of: ${name}`)
    }
  }
  const notes = [...theirs.keys()].map(name => name.replace(/^reply \d+ to /, ''))
  const twice = notes.filter((note, index) => notes.indexOf(note) !== index)
  faults.push(...twice.map(note => `answered twice: ${note}`))
  const confirmed = parts.filter(each => each.state === 'sent').length
  const doubtful = parts.length - confirmed
  if (sent.length < confirmed || sent.length > confirmed + doubtful + unrecorded) {
    faults.push(
      `the phone saw ${sent.length} messages, sent are ${confirmed}, unconfirmed ${doubtful}, unrecorded ${unrecorded}`,
    )
  }
  return faults
}

/** Conversations are whole: their files as the messages are, each that ended is remembered once. */
const judgeSessions = (run: BotRun, rows: <T>(sql: string) => T[]): readonly string[] => {
  const faults: string[] = []
  const folder = join(run.home.data, 'sessions')
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []
  for (const file of files.filter(each => each.isFile())) {
    const path = join(file.parentPath, file.name)
    if (file.name !== 'session.json') faults.push(`a file that nobody needs: ${path}`)
  }
  const active = rows<{ session_id: string }>(
    `select session_id from sessions where state = 'active' and chat_id not in ${ELSEWHERE}`,
  )
  for (const { session_id } of active) {
    const said = rows<{ message_id: string; text: string }>(
      `select message_id, text from messages where session_id = '${session_id}' order by seq`,
    )
    const path = join(folder, session_id, 'session.json')
    if (!existsSync(path)) {
      if (said.length > 0) faults.push(`no file: ${path}`)
      continue
    }
    const file = JSON.parse(readFileSync(path, 'utf8')) as {
      message_counter: number
      messages: { message_id: string; content: string }[]
    }
    // In a group, what was overheard while an answer was made stands before it in one place and after it in the other.
    const window = file.messages.map(each => `${each.message_id} ${each.content}`)
    const kept = new Set(said.map(each => `${each.message_id} ${each.text}`))
    const whole = window.every(each => kept.has(each)) && new Set(window).size === window.length
    if (file.message_counter !== said.length || !whole || (said.length > 0 && window.length === 0)) {
      faults.push(`another conversation than the messages: ${path} (${file.message_counter} of ${said.length})`)
    }
  }
  const unremembered = rows<{ session_id: string; state: string; memories: number }>(`
    select s.session_id, s.state, count(r.session_id) memories from sessions s left join reflections r using (session_id)
    where s.state <> 'active' and s.chat_id not in ${ELSEWHERE} and exists (select 1 from messages w where w.session_id = s.session_id)
    group by s.session_id having memories <> 1 or s.state <> 'stored'`)
  const doubled = rows<{ text: string; facts: number }>(`
    select w.text, count(m.memory_id) facts
    from sessions s join messages w using (session_id) left join memory_sources m using (message_id)
    where s.state = 'stored' and w.role = 'user' and w.chat_id not in ${ELSEWHERE} group by w.message_id having facts <> 1`)
  faults.push(...doubled.map(each => `learned ${each.facts} times: ${each.text}`))
  faults.push(...unremembered.map(each => `session ${each.session_id} is ${each.state}, memories ${each.memories}`))
  const mixed = rows<{ session_id: string }>(
    `select session_id from messages where session_id is not null and chat_id not in ${ELSEWHERE}
     group by session_id having count(distinct chat_id) > 1`,
  )
  faults.push(...mixed.map(each => `words of several chats in session ${each.session_id}`))
  return faults
}
