/** A whole DeniDin with the real library in a real page of the fake WhatsApp. */
import { DatabaseSync } from 'node:sqlite'
import { AppRun } from '../fake-whatsapp/app-run.ts'
import type { Sent, World } from './talk.ts'
import { until } from '../until.ts'

const CAUGHT_UP = 'Caught up with messages that arrived meanwhile'

let numbers = 0

export class PageWorld implements World, AsyncDisposable {
  readonly #run: AppRun

  private constructor(run: AppRun) {
    this.#run = run
  }

  static async start(): Promise<PageWorld> {
    return new PageWorld(await AppRun.linked())
  }

  get sent(): readonly Sent[] {
    return this.#run.fake.sent.map(({ chat, body }) => ({ chat, text: body }))
  }

  person(): { readonly phone: string; readonly lid: string } {
    const number = String(1_000_000 + ++numbers)
    return { phone: `1555${number}@c.us`, lid: `77700000${number}@lid` }
  }

  group(): string {
    return `12036300000${String(++numbers)}@g.us`
  }

  async say(text: string, from: string, group?: string): Promise<void> {
    const { fake, denidin } = this.#run
    const me = fake.me.phone
    const { id } = fake.receive(
      group === undefined ? { from, text } : { from, group, text: `@${me.replace(/@.*/, '')} ${text}`, mentions: [me] },
    )
    await until(() =>
      denidin.log.lines.some(
        ({ message, fields }) => message === 'Message received' && String(fields['message_id']).includes(id),
      ),
    )
    await this.#idle()
  }

  async away(texts: readonly string[], from: string): Promise<void> {
    await this.#run.denidin.close()
    for (const text of texts) this.#run.fake.receive({ from, text })
    await this.#open()
  }

  async restart(): Promise<void> {
    await this.#run.denidin.close()
    await this.#open()
  }

  async reload(): Promise<void> {
    const before = this.#caughtUp()
    this.#run.skip()
    this.#run.fake.reload()
    await this.#run.reached('ready')
    await until(() => this.#caughtUp() > before)
    await this.#idle()
  }

  async move(from: string, to: string, told: boolean): Promise<void> {
    const { fake } = this.#run
    const [phone, lid] = from.endsWith('@lid') ? [to, from] : [from, to]
    if (told) fake.contacts.push({ id: lid, phone })
    fake.move(from, to)
    await this.reload()
  }

  kept(): readonly string[] {
    using database = new DatabaseSync(this.#run.denidin.data('denidin.db'), { readOnly: true })
    return (database.prepare('select text from messages order by seq').all() as { text: string }[]).map(row => row.text)
  }

  requests(): readonly string[] {
    return this.#run.denidin.models.of('completion').map(({ body }) => JSON.stringify(body.messages))
  }

  async paused(): Promise<number> {
    const caller = { transport: 'cli', level: 'operator' } as const
    const { pauses } = (await this.#run.denidin.app.runner.run('chat.pauses', {}, { caller })) as { pauses: unknown[] }
    return pauses.length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run[Symbol.asyncDispose]()
  }

  async #open(): Promise<void> {
    const before = this.#caughtUp()
    this.#run.skip()
    await this.#run.denidin.open()
    await this.#run.reached('ready')
    await until(() => this.#caughtUp() > before)
    await this.#idle()
  }

  #caughtUp(): number {
    return this.#run.denidin.log.lines.filter(({ message }) => message === CAUGHT_UP).length
  }

  /** Resolves when nothing is worked on in any chat. */
  async #idle(): Promise<void> {
    for (const chat of new Set(this.#run.fake.said.map(each => each.chat))) {
      await this.#run.denidin.app.conversation.whenIdle(chat)
    }
  }
}
