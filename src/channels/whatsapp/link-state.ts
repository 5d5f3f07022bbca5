import type { Health } from '../../platform/health.ts'

/** How DeniDin stands with WhatsApp. */
export interface LinkState {
  readonly phase: 'starting' | 'qr' | 'linking' | 'ready' | 'degraded' | 'stopped'
  /** One sentence for the operator. */
  readonly reason: string
  /** Since when, in milliseconds since the Unix epoch. */
  readonly since: number
}

/** What may happen to it. */
export type LinkEvent =
  | { readonly kind: 'opening' }
  | { readonly kind: 'code_shown'; readonly how: 'qr' | 'pairing' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'ids_unreadable' }
  | { readonly kind: 'connection'; readonly up: boolean }
  | { readonly kind: 'unlinked' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'stopped' }

const UNLINKED = 'The phone removed DeniDin from its linked devices.'
const NO_CONNECTION = 'WhatsApp has no connection to its servers; it keeps trying.'

/** The state before anything began. */
export const initialState = (at: number): LinkState => ({ phase: 'stopped', reason: 'Not started.', since: at })

/** What an event makes of a state. An event that changes nothing returns the state itself. */
export const nextState = (state: LinkState, event: LinkEvent, at: number): LinkState => {
  // What still comes from a client that is being closed tells nothing.
  if (state.phase === 'stopped' && event.kind !== 'opening') return state
  const [phase, reason] = follow(state, event)
  return phase === state.phase && reason === state.reason ? state : { phase, reason, since: at }
}

const follow = (state: LinkState, event: LinkEvent): [LinkState['phase'], string] => {
  switch (event.kind) {
    case 'opening':
      // Why it was lost is still the news until the new start comes to something.
      return state.phase === 'degraded' ? [state.phase, state.reason] : ['starting', 'WhatsApp is being opened.']
    case 'code_shown': {
      const act = event.how === 'qr' ? 'Scan the QR code with the phone.' : 'Enter the pairing code on the phone.'
      return ['qr', state.reason.startsWith(UNLINKED) ? `${UNLINKED} ${act}` : `Not linked yet. ${act}`]
    }
    case 'authenticated':
      return state.phase === 'ready' ? ['ready', state.reason] : ['linking', 'Linked; the messages are being loaded.']
    case 'ready':
      return ['ready', 'Linked and listening.']
    case 'ids_unreadable':
      return [
        'degraded',
        'WhatsApp changed its page: message ids cannot be read, so nothing is sent. An update of DeniDin is needed.',
      ]
    case 'connection':
      if (!event.up) return state.phase === 'ready' ? ['degraded', NO_CONNECTION] : [state.phase, state.reason]
      return state.reason === NO_CONNECTION ? ['ready', 'Linked and listening.'] : [state.phase, state.reason]
    case 'unlinked':
      return ['degraded', `${UNLINKED} A new code is on its way.`]
    case 'lost':
      return ['degraded', event.reason]
    case 'stopped':
      return ['stopped', 'Stopped.']
  }
}

/** The state as `denidin status` shows it. */
export const healthOf = (state: LinkState): Health => {
  const detail = `${state.reason} Since ${new Date(state.since).toISOString()}.`
  switch (state.phase) {
    case 'ready':
      return { state: 'ok', detail }
    case 'starting':
    case 'linking':
    case 'degraded':
      return { state: 'degraded', detail }
    case 'qr':
      return { state: 'down', detail }
    case 'stopped':
      return { state: 'off', detail }
  }
}
