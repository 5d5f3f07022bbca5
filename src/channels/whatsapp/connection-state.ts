import type { Health } from '../../platform/health.ts'
import { SCREEN_SENTENCES } from './wwebjs/page-screens.ts'

/** How DeniDin stands with WhatsApp. What each phase means, and what always holds, stands in docs/whatsapp.md. */
export interface ConnectionState {
  readonly state: 'starting' | 'qr' | 'linking' | 'ready' | 'degraded' | 'action_required' | 'stopping' | 'stopped'
  /** What is the matter, in sentences for the operator. */
  readonly detail: string
  /** Since when it is in this phase, in milliseconds since the Unix epoch. */
  readonly since: number
  /** Whether messages can be sent. */
  readonly can_send: boolean
}

/** What may happen to it. */
export type ConnectionEvent =
  | { readonly kind: 'opening' }
  | { readonly kind: 'code_shown'; readonly how: 'qr' | 'pairing' }
  | { readonly kind: 'linking' }
  | { readonly kind: 'ready' }
  /** The page that was ready is loaded anew. */
  | { readonly kind: 'reloading' }
  /** The page answers, and tells whether it has its servers. */
  | { readonly kind: 'connection'; readonly up: boolean }
  /** The page did not answer. */
  | { readonly kind: 'silent' }
  /** The page shows something that only a person can deal with, or no longer does; the client lives on. */
  | { readonly kind: 'notice'; readonly sentence: string | undefined }
  /** The client ended. */
  | { readonly kind: 'unlinked' }
  | { readonly kind: 'profile_broken' }
  /** The login turned out to be gone; the next thing is a code. */
  | { readonly kind: 'login_gone'; readonly sentence: string }
  | { readonly kind: 'replaced'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string }
  /** The client ended for something that only a person can deal with. */
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }

const WELL = 'Linked and listening.'
const UNLINKED = 'The phone removed DeniDin from its linked devices.'
const NO_CONNECTION = 'WhatsApp has no connection to its servers; it keeps trying.'
const NO_ANSWER = 'The page of WhatsApp does not answer; it is asked once more.'
const RELOADING = 'WhatsApp loads its page anew.'
/** Why a login that was there is gone, for `login_gone`. */
export const LOGIN_GONE = {
  by_whatsapp: 'WhatsApp ended the link of this device.',
  in_backup_too: 'WhatsApp takes neither the login on disk nor its backup: the link was ended.',
  without_backup: 'The login on disk is broken, and there is no backup of it.',
} as const
/** What passes by itself, once the page answers and has its servers. */
const PASSING: readonly string[] = [NO_CONNECTION, NO_ANSWER]
/** What stays the news beside a new code, so that the operator knows why there is one. */
const NEWS = [UNLINKED, ...Object.values(LOGIN_GONE), SCREEN_SENTENCES.passkey]

/** The state before anything began. */
export const initialState = (at: number): ConnectionState => ({
  state: 'stopped',
  detail: 'Not started.',
  since: at,
  can_send: false,
})

/** What an event makes of a state. An event that changes nothing returns the state itself. */
export const nextState = (state: ConnectionState, event: ConnectionEvent, at: number): ConnectionState => {
  if (!mayFollow(state, event)) return state
  const [phase, reason] = follow(state, event)
  // A sentence about a page that is ready does no harm to it: messages still go out.
  const can_send = phase === 'ready' || (phase === 'action_required' && event.kind !== 'blocked' && state.can_send)
  if (phase === state.state && reason === state.detail && can_send === state.can_send) return state
  return { state: phase, detail: reason, since: phase === state.state ? state.since : at, can_send }
}

/** What still comes from a client that is being closed tells nothing. */
const mayFollow = ({ state: phase }: ConnectionState, { kind }: ConnectionEvent): boolean => {
  if (phase === 'stopping') return kind === 'stopped'
  return phase !== 'stopped' || kind === 'opening'
}

const follow = (state: ConnectionState, event: ConnectionEvent): [ConnectionState['state'], string] => {
  const same: [ConnectionState['state'], string] = [state.state, state.detail]
  switch (event.kind) {
    case 'opening':
      // Why it was lost is still the news until the new start comes to something.
      return isTroubled(state) ? same : ['starting', 'WhatsApp is being opened.']
    case 'code_shown': {
      const act = event.how === 'qr' ? 'Scan the QR code with the phone.' : 'Enter the pairing code on the phone.'
      return ['qr', `${NEWS.find(each => state.detail.startsWith(each)) ?? 'Not linked yet.'} ${act}`]
    }
    case 'linking':
      return state.can_send ? same : ['linking', 'Linked; the messages are being loaded.']
    case 'ready':
      return ['ready', WELL]
    case 'reloading':
      return state.can_send ? ['degraded', RELOADING] : same
    case 'connection':
      if (event.up) return PASSING.includes(state.detail) ? ['ready', WELL] : same
      return state.can_send || PASSING.includes(state.detail) ? ['degraded', NO_CONNECTION] : same
    case 'silent':
      return state.can_send || state.detail === NO_CONNECTION ? ['degraded', NO_ANSWER] : same
    case 'notice':
      if (state.state === 'degraded') return same
      if (event.sentence !== undefined) return ['action_required', event.sentence]
      return state.state === 'action_required' && state.can_send ? ['ready', WELL] : same
    case 'unlinked':
      return ['degraded', `${UNLINKED} A new code is on its way.`]
    case 'profile_broken':
      return ['degraded', 'The login on disk was broken. The backup is tried.']
    case 'login_gone':
      return ['degraded', event.sentence]
    case 'replaced':
    case 'lost':
      return ['degraded', event.reason]
    case 'blocked':
      return ['action_required', event.reason]
    case 'stopping':
      return ['stopping', 'Finishing what is under way.']
    case 'stopped':
      return ['stopped', 'Stopped.']
  }
}

const isTroubled = ({ state: phase }: ConnectionState): boolean => phase === 'degraded' || phase === 'action_required'

/** For a person: in the time zone of the machine. */
const LOCAL_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' })

/** The state as `denidin status` and `/status` show it. */
export const healthOf = (state: ConnectionState): Health => {
  const detail = `${state.state}: ${state.detail} Since ${LOCAL_TIME.format(state.since)}.`
  switch (state.state) {
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
