/** Takes everything that an engine reports, so that a test can wait for it. */
import type { EngineEvent, EngineEvents } from '../../../src/channels/whatsapp/engine-events.ts'
import type { MessageChange, WhatsAppMessage } from '../../../src/channels/whatsapp/whatsapp-message.ts'
import { Heard } from './heard.ts'

type EventOf<K extends EngineEvent['kind']> = Extract<EngineEvent, { kind: K }>

export class EngineEventsLog implements EngineEvents {
  readonly events = new Heard<EngineEvent>()
  readonly messages = new Heard<WhatsAppMessage>()
  readonly changes = new Heard<MessageChange>()
  readonly acks = new Heard<{ readonly message_id: string; readonly level: number }>()

  event(event: EngineEvent): void {
    this.events.add(event)
  }

  message(message: WhatsAppMessage): void {
    this.messages.add(message)
  }

  changed(change: MessageChange): void {
    this.changes.add(change)
  }

  acknowledged(message_id: string, level: number): void {
    this.acks.add({ message_id, level })
  }

  /** The first event of this kind, also when it came before. */
  async reached<K extends EngineEvent['kind']>(kind: K): Promise<EventOf<K>> {
    return await this.events.next((event): event is EventOf<K> => event.kind === kind)
  }

  /** How much was reported so far. */
  get count(): number {
    return [this.events, this.messages, this.changes, this.acks].reduce((sum, { all }) => sum + all.length, 0)
  }
}
