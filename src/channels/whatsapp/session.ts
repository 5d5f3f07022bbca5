import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Browser } from './wwebjs/browser.ts'
import type { MissedHistory } from './history-reader.ts'
import type { ConnectionEnd } from './engine-events.ts'
import type { GapTracker } from './gap-tracker.ts'
import type { Self } from './message-mapper.ts'
import { reasonOf } from './wwebjs/errors.ts'
import { LOGIN_GONE, type ConnectionEvent } from './connection-state.ts'
import { waitForExcess } from './wwebjs/browser-memory-monitor.ts'
import { Backfill } from './backfill.ts'
import { backUpProfile } from './wwebjs/profile-backup.ts'
import type { MessageChange } from './wwebjs/change-parser.ts'
import { forgetLogin } from './wwebjs/profile.ts'
import type { WhatsAppMessage } from './wwebjs/message-parser.ts'
import type { WhatsAppDeadlines } from './settings.ts'
import { BrowserClient } from './wwebjs/browser-client.ts'

export interface SessionDeps {
  readonly browser: Browser
  /** Folder of the login; absolute. */
  readonly login_dir: string
  readonly pairing_phone: string | undefined
  /** In MiB; a browser that uses more is replaced in a quiet moment. */
  readonly browser_memory_mb: number
  readonly deadlines: WhatsAppDeadlines
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly show: { qr(text: string): void; pairingCode(code: string): void }
  /** Whether something is under way that a new browser would disturb. */
  readonly isBusy: () => boolean
  /** In which chats nothing is missing. */
  readonly continuity: GapTracker
  /** Up to when everything that was said in chats is recorded. */
  readonly heardUntil: (chat_ids: readonly string[]) => Promise<ReadonlyMap<string, number>>
}

export interface SessionListener {
  /** Something happened to the link. */
  event(event: ConnectionEvent): void
  /** Somebody wrote, or WhatsApp noted something; `self` is the account that it came to. May come more than once. */
  received(message: WhatsAppMessage, self: Self): void
  /** What was said in a chat while nobody listened; false when some of it could not be recorded. */
  missed(history: MissedHistory, self: Self): Promise<boolean>
  /** An own message appeared: ours, or one that the account's owner wrote elsewhere. */
  created(message: WhatsAppMessage): void
  /** Something happened to a message that was there. */
  changed(change: MessageChange, self: Self): void
  /** How far an own message got. */
  ack(message_id: string, level: number): void
}

/** `restored`: the profile is the backup, on trial; `unpaired`: WhatsApp said that it no longer knows this device. */
export type LoginDoubt = 'none' | 'restored' | 'unpaired'

/** What is known about the login before a client is opened. */
export interface LoginBefore {
  readonly doubt: LoginDoubt
  readonly linked: boolean
  readonly has_backup: boolean
  /** The login was good. */
  ready(): void
}

/** One client and what happens around it, from its opening to its end. */
export class Session {
  readonly client: BrowserClient
  readonly #deps: SessionDeps & { readonly mark: string }
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #listener: SessionListener
  readonly #login: LoginBefore
  readonly #over = new AbortController()
  readonly #missed: Backfill
  #self: Self = { phone: undefined, lid: undefined }
  #ready_at: number | undefined
  #active_at: number
  #code_shown = false
  #caught_up = Promise.resolve()
  #tasks: readonly Promise<void>[] = []

  constructor(deps: SessionDeps & { readonly mark: string }, listener: SessionListener, login: LoginBefore) {
    this.#deps = deps
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#listener = listener
    this.#login = login
    this.#active_at = deps.clock.now()
    const tell = (event: ConnectionEvent): void => {
      listener.event(event)
    }
    this.client = new BrowserClient(
      { ...deps, data_dir: deps.login_dir },
      {
        code: (how, text) => {
          this.#code(how, text)
        },
        linking: () => {
          tell({ kind: 'linking' })
        },
        ready: self => {
          this.#ready(self)
        },
        reloading: () => {
          this.#missed.interrupted()
          tell({ kind: 'reloading' })
        },
        connection: up => {
          tell({ kind: 'connection', up })
        },
        silent: () => {
          tell({ kind: 'silent' })
        },
        notice: sentence => {
          tell({ kind: 'notice', sentence })
        },
        message: message => {
          this.#active_at = this.#clock.now()
          this.#take(message)
        },
        changed: change => {
          listener.changed(change, this.#self)
        },
        ack: (message_id, level) => {
          listener.ack(message_id, level)
        },
      },
    )
    this.#missed = new Backfill({
      ...deps,
      page: this.client.page,
      take: message => {
        this.#take(message)
      },
      deliver: missed => listener.missed(missed, this.#self),
    })
  }

  /** Resolves with its end when its browser is gone; `was_well`: it had been ready for long enough. */
  async run(): Promise<{ end: ConnectionEnd; was_well: boolean }> {
    this.#listener.event({ kind: 'opening' })
    this.client.open()
    const end = await this.client.ended
    const ended_at = this.#clock.now()
    // At once: closing a browser that hangs takes its time, and nothing may be handed to it meanwhile.
    if (end.kind !== 'closed') this.#listener.event(end)
    this.#over.abort(new DenidinError('stopping', 'the client of WhatsApp ended'))
    await this.client.close()
    await Promise.all([this.#caught_up, ...this.#tasks])
    const { stable_ms } = this.#deps.deadlines
    return { end, was_well: this.#ready_at !== undefined && ended_at - this.#ready_at >= stable_ms }
  }

  #code(how: 'qr' | 'pairing', text: string): void {
    const { linked, has_backup, doubt } = this.#login
    const { show, login_dir } = this.#deps
    if (linked && !this.#code_shown && this.#ready_at === undefined) {
      if (has_backup && doubt === 'none') {
        this.client.end({ kind: 'profile_broken' })
        return
      }
      const gone = { none: 'without_backup', restored: 'in_backup_too', unpaired: 'by_whatsapp' } as const
      const ended_by = doubt === 'none' ? 'a broken profile' : 'WhatsApp'
      this.#logger.warn('The login is gone; DeniDin has to be linked again', { ended_by })
      this.#listener.event({ kind: 'login_gone', sentence: LOGIN_GONE[gone[doubt]] })
      this.#tasks = [...this.#tasks, this.#try('forgetting the login', () => forgetLogin(login_dir, 'record'))]
    }
    this.#code_shown = true
    this.#listener.event({ kind: 'code_shown', how })
    if (how === 'qr') show.qr(text)
    else show.pairingCode(text)
  }

  #ready(self: Self): void {
    this.#self = self
    if (this.#ready_at === undefined) {
      this.#ready_at = this.#clock.now()
      this.#login.ready()
      this.#tasks = [...this.#tasks, this.#watchMemory(), this.#backUp()]
    }
    this.#listener.event({ kind: 'ready' })
    const newly_linked = this.#code_shown
    this.#code_shown = false
    this.#caught_up = this.#caught_up.then(() => this.#missed.run(newly_linked, self, this.#over.signal))
  }

  #take(message: WhatsAppMessage): void {
    if (message.from_me) this.#listener.created(message)
    else if (!this.#missed.holds(message)) this.#listener.received(message, this.#self)
  }

  async #watchMemory(): Promise<void> {
    const { deadlines, isBusy, mark, browser_memory_mb: most_mb } = this.#deps
    const isQuiet = (): boolean => !isBusy() && this.#clock.now() - this.#active_at >= deadlines.quiet_ms
    await this.#try('watching the memory of the browser', async () => {
      const { memory_after_ms: after_ms, memory_every_ms: every_ms } = deadlines
      const watch = { mark, most_mb, isQuiet, after_ms, every_ms, clock: this.#clock, logger: this.#logger }
      const used_mb = await waitForExcess(watch, this.#over.signal)
      const reason = `The browser used ${String(used_mb)} MiB, more than ${String(most_mb)}; a new one takes its place.`
      this.client.end({ kind: 'replaced', reason })
    })
  }

  /** A new login reaches the disk some time after it was made; only one that has lasted is worth keeping. */
  async #backUp(): Promise<void> {
    const { deadlines, login_dir, ids } = this.#deps
    for (let pause_ms = deadlines.backup_after_ms; !this.#over.signal.aborted; pause_ms = deadlines.backup_every_ms) {
      await this.#try('backing up the login', async () => {
        await this.#clock.sleep(pause_ms, this.#over.signal)
        const bytes = await backUpProfile(login_dir, ids, this.#over.signal)
        this.#logger.info('The login was backed up', { bytes })
      })
    }
  }

  async #try(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (this.#over.signal.aborted) return
      this.#logger.warn('Something around WhatsApp failed', { what, reason: reasonOf(error) })
    }
  }
}
