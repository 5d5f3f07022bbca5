/**
 * The state of the WhatsApp connection as data, and how each event changes it. docs/whatsapp.md explains the states.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Health } from '../../platform/health.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { ConnectionEnd, EngineEvent } from './engine-events.ts'
import { PASSKEY, type OperatorAction } from './operator-tasks.ts'

/** The state of the connection; everything that a terminal, a dashboard or an alert needs to know about it. */
export interface ConnectionState {
  readonly state: 'starting' | 'qr' | 'linking' | 'ready' | 'degraded' | 'action_required' | 'stopping' | 'stopped'
  /** Since when it is in this state, in milliseconds since the Unix epoch. */
  readonly since: number
  /** Why, in sentences for the operator. */
  readonly detail: string
  /** Whether messages can be sent. */
  readonly can_send: boolean
  /** The content of the current QR code; only in the state `qr`. */
  readonly qr?: string
  /** The code to type on the phone; only in the state `qr`, when a phone number is configured. */
  readonly pairing_code?: string
  /** What the operator must do. */
  readonly action?: OperatorAction
}

/** What may happen to the connection: reported by an engine, or done by the channel itself. */
export type ConnectionEvent =
  | EngineEvent
  | Exclude<ConnectionEnd, { readonly kind: 'closed' }>
  | { readonly kind: 'opening' }
  /** The login turned out to be gone; a new code follows. */
  | { readonly kind: 'login_gone'; readonly why: keyof typeof LOGIN_GONE }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }

const READY = 'Linked and listening.'
/** Why the login ended: the operator or WhatsApp removed the device on the phone. */
export const UNLINKED = 'The phone removed DeniDin from its linked devices.'
const NO_CONNECTION = 'WhatsApp has no connection to its servers; it keeps trying.'
const NO_ANSWER = 'The page of WhatsApp does not answer; it is checked once more.'
const RELOADING = 'WhatsApp is reloading its page.'
const SCAN = 'Scan the QR code with the phone.'
const TYPE_IN = 'Enter the pairing code on the phone.'
/** Why a login turned out to be unusable. */
export const LOGIN_GONE = {
  by_whatsapp: 'WhatsApp ended the link of this device.',
  in_backup_too: 'WhatsApp accepts neither the login on disk nor its backup: the device was unlinked.',
  without_backup: 'The login on disk is broken, and there is no backup of it.',
} as const
/** Details that no longer apply once the engine answers and reaches its servers. */
const TEMPORARY: readonly string[] = [NO_CONNECTION, NO_ANSWER]
/** Details that stay beside a new code, so that the operator knows why it appeared. */
const CAUSES_OF_A_CODE = [UNLINKED, ...Object.values(LOGIN_GONE), PASSKEY.sentence]

/** The part of a state that an event decides by itself. */
type Outcome = Omit<ConnectionState, 'since' | 'can_send'>

/** The state before the first start. */
export const initialState = (at: number): ConnectionState => ({
  state: 'stopped',
  detail: 'Not started.',
  since: at,
  can_send: false,
})

/** Applies an event to a state. An event that changes nothing returns the state itself. */
export const nextState = (before: ConnectionState, event: ConnectionEvent, at: number): ConnectionState => {
  if (!isRelevant(before, event)) return before
  const outcome = outcomeOf(before, event)
  const { state } = outcome
  // Messages still go out when the operator is needed although the connection is ready.
  const can_send = state === 'ready' || (state === 'action_required' && event.kind !== 'blocked' && before.can_send)
  const next = { ...outcome, since: state === before.state ? before.since : at, can_send }
  return isDeepStrictEqual(next, before) ? before : next
}

/** Events of a connection that is being closed are ignored. */
const isRelevant = ({ state }: ConnectionState, { kind }: ConnectionEvent): boolean => {
  if (state === 'stopping') return kind === 'stopped'
  return state !== 'stopped' || kind === 'opening'
}

const outcomeOf = (before: ConnectionState, event: ConnectionEvent): Outcome => {
  switch (event.kind) {
    case 'opening':
      // The reason for the last failure stays until the new connection makes progress.
      return isTroubled(before) ? before : { state: 'starting', detail: 'WhatsApp is being opened.' }
    case 'code':
      return codeShown(before, event)
    case 'linking':
      return before.can_send ? before : { state: 'linking', detail: 'Linked; the messages are being loaded.' }
    case 'ready':
      return { state: 'ready', detail: READY }
    case 'reloading':
      return before.can_send ? { state: 'degraded', detail: RELOADING } : before
    case 'connection':
      return connected(before, event.up)
    case 'silent':
      return before.can_send || before.detail === NO_CONNECTION ? { state: 'degraded', detail: NO_ANSWER } : before
    case 'operator_needed':
      return operatorNeeded(before, event)
    case 'unlinked':
      return { state: 'degraded', detail: `${UNLINKED} A new code is on its way.` }
    case 'login_broken':
      return { state: 'degraded', detail: 'The login on disk was broken. The backup is tried.' }
    case 'login_gone':
      return { state: 'degraded', detail: LOGIN_GONE[event.why] }
    case 'replaced':
    case 'lost':
      return { state: 'degraded', detail: event.reason }
    case 'blocked':
      return { state: 'action_required', detail: event.reason, action: event.action }
    case 'stopping':
      return { state: 'stopping', detail: 'Finishing work in progress.' }
    case 'stopped':
      return { state: 'stopped', detail: 'Stopped.' }
  }
}

const codeShown = (before: ConnectionState, { how, text }: Extract<ConnectionEvent, { kind: 'code' }>): Outcome => {
  const cause = CAUSES_OF_A_CODE.find(each => before.detail.startsWith(each)) ?? 'Not linked yet.'
  return how === 'qr'
    ? { state: 'qr', detail: `${cause} ${SCAN}`, qr: text, action: 'scan_qr' }
    : { state: 'qr', detail: `${cause} ${TYPE_IN}`, pairing_code: text, action: 'enter_pairing_code' }
}

const connected = (before: ConnectionState, up: boolean): Outcome => {
  const temporary = TEMPORARY.includes(before.detail)
  if (up) return temporary ? { state: 'ready', detail: READY } : before
  return before.can_send || temporary ? { state: 'degraded', detail: NO_CONNECTION } : before
}

const operatorNeeded = (
  before: ConnectionState,
  { task }: Extract<ConnectionEvent, { kind: 'operator_needed' }>,
): Outcome => {
  if (before.state === 'degraded') return before
  if (task !== undefined) return { state: 'action_required', detail: task.sentence, action: task.action }
  return before.state === 'action_required' && before.can_send ? { state: 'ready', detail: READY } : before
}

const isTroubled = ({ state }: ConnectionState): boolean => state === 'degraded' || state === 'action_required'

/** The state as `denidin status` and `/status` show it. */
export const healthOf = ({ state, detail: why, since }: ConnectionState, zone: TimeZone): Health => {
  const detail = `${state}: ${why} Since ${zone.longTime(since)}.`
  switch (state) {
    case 'ready':
      return { state: 'ok', detail }
    case 'starting':
    case 'linking':
    case 'degraded':
    case 'stopping':
      return { state: 'degraded', detail }
    case 'qr':
    case 'action_required':
      return { state: 'down', detail }
    case 'stopped':
      return { state: 'off', detail }
  }
}
