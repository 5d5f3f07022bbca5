import type { Self } from './message-mapper.ts'
import type { MessageChange } from './wwebjs/change-parser.ts'
import type { WhatsAppMessage } from './wwebjs/message-parser.ts'

/** What a client tells while it lives. Each may be told more than once. */
export interface EngineEvents {
  code(how: 'qr' | 'pairing', text: string): void
  /** The device is linked, and the page loads its messages. */
  linking(): void
  /** Messages can be read and sent. */
  ready(self: Self): void
  /** The page that was ready is loaded anew. */
  reloading(): void
  /** The page answers, with or without its servers. */
  connection(up: boolean): void
  /** The page did not answer. */
  silent(): void
  /** The page shows something that only a person can deal with; `undefined`: nothing of that kind. */
  notice(sentence: string | undefined): void
  /** A message appeared: somebody's, or an own one. */
  message(message: WhatsAppMessage): void
  /** Something happened to a message that was there. */
  changed(change: MessageChange): void
  /** How far an own message got. */
  ack(message_id: string, level: number): void
}

/** Why a client's life ended. */
export type ConnectionEnd =
  /** WhatsApp ended the login: it is worth nothing any more. */
  | { readonly kind: 'unlinked' }
  /** The profile lost the login that it held. */
  | { readonly kind: 'profile_broken' }
  /** We replace it while it is well. */
  | { readonly kind: 'replaced'; readonly reason: string }
  /**
   * Browser, page or connection are gone for good; a new client may do better. `state`: that of the connection, where
   * WhatsApp gave it up.
   */
  | { readonly kind: 'lost'; readonly reason: string; readonly state?: string }
  /** Only a person can help; `reason` says how. */
  | { readonly kind: 'blocked'; readonly reason: string; readonly by: 'WhatsApp' | 'disk' }
  /** It was closed. */
  | { readonly kind: 'closed' }
