import { expect, test } from '@jest/globals'
import { healthOf, initialState, nextState, type LinkEvent } from '../../src/channels/whatsapp/link-state.ts'

const after = (...events: LinkEvent[]) =>
  events.reduce((state, event, index) => nextState(state, event, index + 1), initialState(0))

const LINKED: LinkEvent[] = [
  { kind: 'opening' },
  { kind: 'code_shown', how: 'qr' },
  { kind: 'authenticated' },
  { kind: 'ready' },
]

test('linking leads from the code to ready', () => {
  const phases = LINKED.map((_, index) => after(...LINKED.slice(0, index + 1)).phase)
  expect(phases).toEqual(['starting', 'qr', 'linking', 'ready'])
})

test('a second sync changes nothing, not even since when it is ready', () => {
  expect(after(...LINKED, { kind: 'authenticated' }, { kind: 'ready' })).toEqual(after(...LINKED))
})

test('a new code while the first one waits is no new state', () => {
  expect(after(...LINKED.slice(0, 2), { kind: 'code_shown', how: 'qr' }).since).toBe(2)
})

test('a lost connection is a pause only for what was ready', () => {
  expect(after(...LINKED, { kind: 'connection', up: false }).phase).toBe('degraded')
  expect(after(...LINKED, { kind: 'connection', up: false }, { kind: 'connection', up: true }).phase).toBe('ready')
  expect(after(...LINKED.slice(0, 2), { kind: 'connection', up: false }).phase).toBe('qr')
})

test('a connection does not mend what is wrong for another reason', () => {
  expect(after({ kind: 'opening' }, { kind: 'blocked', reason: 'x' }, { kind: 'connection', up: true }).phase).toBe(
    'action_required',
  )
})

test('why it was lost stays visible while it is opened again', () => {
  const state = after(...LINKED, { kind: 'lost', reason: 'The browser ended.' }, { kind: 'opening' })
  expect(state).toMatchObject({ phase: 'degraded', reason: 'The browser ended.' })
})

test('after the phone removed the device the operator is told so beside the new code', () => {
  const state = after(...LINKED, { kind: 'unlinked' }, { kind: 'opening' }, { kind: 'code_shown', how: 'pairing' })
  expect(state.phase).toBe('qr')
  expect(state.reason).toMatch(/removed DeniDin.*Enter the pairing code/)
})

test('what a client says after the stop is not heard', () => {
  expect(after(...LINKED, { kind: 'stopped' }, { kind: 'ready' }, { kind: 'lost', reason: 'x' }).phase).toBe('stopped')
  expect(after(...LINKED, { kind: 'stopped' }, { kind: 'opening' }).phase).toBe('starting')
})

test.each<[LinkEvent[], string]>([
  [[], 'off'],
  [LINKED.slice(0, 1), 'degraded'],
  [LINKED.slice(0, 2), 'down'],
  [LINKED, 'ok'],
])('health after %j is %s', (events, health) => {
  expect(healthOf(after(...events)).state).toBe(health)
})
