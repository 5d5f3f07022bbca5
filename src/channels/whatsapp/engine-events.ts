/** What an engine reports while a connection is open, and how a connection ends. */
import type { OperatorTask } from './operator-tasks.ts'
import type { MessageChange, Self, WhatsAppMessage } from './whatsapp-message.ts'

/** What happens to a connection between its opening and its end. Each may be reported more than once. */
export type EngineEvent =
  /**
   * WhatsApp wants this device to be linked: `text` is the content of the QR code, or the code to type on the phone.
   */
  | { readonly kind: 'code'; readonly how: 'qr' | 'pairing'; readonly text: string }
  /** The device is linked and loads its messages. */
  | { readonly kind: 'linking' }
  /** Messages can be read and sent. `self` is the account. */
  | { readonly kind: 'ready'; readonly self: Self }
  /** A connection that was ready starts over by itself. Until it is ready again, messages may arrive unnoticed. */
  | { readonly kind: 'reloading' }
  /** The engine answers its health check, with or without a connection to WhatsApp's servers. */
  | { readonly kind: 'connection'; readonly up: boolean }
  /** The engine did not answer a health check. */
  | { readonly kind: 'silent' }
  /**
   * Only the operator can deal with this, but the connection stays open; `undefined`: the operator is no longer needed.
   */
  | { readonly kind: 'operator_needed'; readonly task: OperatorTask | undefined }

/** Why a connection ended. */
export type ConnectionEnd =
  /** WhatsApp ended the login: it cannot be used any more. */
  | { readonly kind: 'unlinked' }
  /** The login on disk was damaged. */
  | { readonly kind: 'login_broken' }
  /** DeniDin replaces a healthy connection. */
  | { readonly kind: 'replaced'; readonly reason: string }
  /**
   * The connection is lost for good; a new one may work. `state`: WhatsApp's own name for the reason, if WhatsApp ended
   * it.
   */
  | { readonly kind: 'lost'; readonly reason: string; readonly state?: string }
  /** Only the operator can help; `reason` says how. */
  | {
      readonly kind: 'blocked'
      readonly action: OperatorTask['action']
      readonly reason: string
      readonly by: 'WhatsApp' | 'disk'
    }
  /** It was closed. */
  | { readonly kind: 'closed' }

/** Receives what an engine reports. No method may throw, and none is called after the connection has ended. */
export interface EngineEvents {
  /** Something happened to the connection. */
  event(event: EngineEvent): void
  /** A message appeared, from anyone including the account itself. The same message may come more than once. */
  message(message: WhatsAppMessage): void
  /** A message was edited, deleted for everyone, or got a reaction. */
  changed(change: MessageChange): void
  /** An own message reached this level; see {@link WhatsAppMessage.ack}. */
  acknowledged(message_id: string, level: number): void
}
