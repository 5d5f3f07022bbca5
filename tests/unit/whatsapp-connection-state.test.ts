import { timeZone, UTC } from '../../src/platform/time-zone.ts'
import { expect, test } from '@jest/globals'
import {
  healthOf,
  initialState,
  nextState,
  type ConnectionEvent,
} from '../../src/channels/whatsapp/connection-state.ts'
import { NEWS_DIALOG, PASSKEY } from '../../src/channels/whatsapp/operator-tasks.ts'

const after = (...events: ConnectionEvent[]) =>
  events.reduce((state, event, index) => nextState(state, event, index + 1), initialState(0))

const READY: ConnectionEvent = { kind: 'ready', self: { phone: '15550009999@c.us', lid: undefined } }
const BLOCKED: ConnectionEvent = { kind: 'blocked', action: 'see_phone', reason: 'x', by: 'WhatsApp' }

const LINKED: ConnectionEvent[] = [
  { kind: 'opening' },
  { kind: 'code', how: 'qr', text: 'first' },
  { kind: 'linking' },
  READY,
]

test('linking leads from the code to ready', () => {
  const phases = LINKED.map((_, index) => after(...LINKED.slice(0, index + 1)).state)
  expect(phases).toEqual(['starting', 'qr', 'linking', 'ready'])
})

test('a second sync changes nothing, not even since when it is ready', () => {
  expect(after(...LINKED, { kind: 'linking' }, READY)).toEqual(after(...LINKED))
})

test('a new code while the first one waits is the same state with another code', () => {
  const first = after(...LINKED.slice(0, 2))
  expect(nextState(first, { kind: 'code', how: 'qr', text: 'first' }, 3)).toBe(first)
  expect(nextState(first, { kind: 'code', how: 'qr', text: 'second' }, 3)).toEqual({ ...first, qr: 'second' })
  expect(first.since).toBe(2)
})

test('a code is there as data, with what the operator does with it, until the device is linked', () => {
  const qr = after(...LINKED.slice(0, 2))
  expect(qr).toMatchObject({ state: 'qr', qr: 'first', action: 'scan_qr' })
  const pairing = after({ kind: 'opening' }, { kind: 'code', how: 'pairing', text: 'ABCD1234' })
  expect(pairing).toMatchObject({ state: 'qr', pairing_code: 'ABCD1234', action: 'enter_pairing_code' })
  expect(pairing).not.toHaveProperty('qr')
  for (const state of [after(...LINKED), after(...LINKED.slice(0, 2), { kind: 'lost', reason: 'x' })]) {
    expect(state).not.toHaveProperty('qr')
    expect(state).not.toHaveProperty('action')
  }
})

test('what the operator must do has a code beside its sentence, as long as it is needed', () => {
  expect(after({ kind: 'opening' }, BLOCKED)).toMatchObject({ state: 'action_required', action: 'see_phone' })
  const dialog = after(...LINKED, { kind: 'operator_needed', task: NEWS_DIALOG })
  expect(dialog).toMatchObject({ detail: NEWS_DIALOG.sentence, action: 'close_dialog' })
  expect(nextState(dialog, { kind: 'operator_needed', task: undefined }, 9)).not.toHaveProperty('action')
})

test('a lost connection is a pause only for what was ready', () => {
  expect(after(...LINKED, { kind: 'connection', up: false }).state).toBe('degraded')
  expect(after(...LINKED, { kind: 'connection', up: false }, { kind: 'connection', up: true }).state).toBe('ready')
  expect(after(...LINKED.slice(0, 2), { kind: 'connection', up: false }).state).toBe('qr')
})

test('a connection does not end a problem with another cause', () => {
  expect(after({ kind: 'opening' }, BLOCKED, { kind: 'connection', up: true }).state).toBe('action_required')
})

test('the reason for a loss stays visible while WhatsApp is opened again', () => {
  const state = after(...LINKED, { kind: 'lost', reason: 'The browser ended.' }, { kind: 'opening' })
  expect(state).toMatchObject({ state: 'degraded', detail: 'The browser ended.' })
})

test('after the phone removed the device, the new code says so', () => {
  const state = after(
    ...LINKED,
    { kind: 'unlinked' },
    { kind: 'opening' },
    { kind: 'code', how: 'pairing', text: 'ABCD1234' },
  )
  expect(state.state).toBe('qr')
  expect(state.detail).toMatch(/removed DeniDin.*Enter the pairing code/)
})

test('a page that does not answer is a pause, until it answers and has its servers', () => {
  const silent = after(...LINKED, { kind: 'silent' })
  expect(silent).toMatchObject({ state: 'degraded', can_send: false })
  expect(after(...LINKED, { kind: 'silent' }, { kind: 'connection', up: false })).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('no connection'),
    since: silent.since,
  })
  expect(after(...LINKED, { kind: 'silent' }, { kind: 'connection', up: true }).state).toBe('ready')
})

test('a dialog on a ready page needs the operator, and messages are sent nevertheless', () => {
  const notice: ConnectionEvent = { kind: 'operator_needed', task: NEWS_DIALOG }
  const up: ConnectionEvent = { kind: 'connection', up: true }
  expect(after(...LINKED, notice, up)).toMatchObject({ state: 'action_required', can_send: true, since: 5 })
  expect(after(...LINKED, notice, up, { kind: 'operator_needed', task: undefined })).toMatchObject({ state: 'ready' })
  expect(after(...LINKED, notice, { kind: 'connection', up: false })).toMatchObject({
    state: 'degraded',
    can_send: false,
  })
  expect(after(...LINKED, notice, BLOCKED).can_send).toBe(false)
})

test('a request for a passkey stays visible until the connection is ready', () => {
  const events: ConnectionEvent[] = [...LINKED.slice(0, 2), { kind: 'operator_needed', task: PASSKEY }]
  expect(after(...events)).toMatchObject({ state: 'action_required', can_send: false })
  expect(after(...events, { kind: 'operator_needed', task: undefined }).state).toBe('action_required')
  const again = after(...events, { kind: 'code', how: 'qr', text: 'first' })
  expect(again).toMatchObject({ state: 'qr', detail: expect.stringContaining(PASSKEY.sentence) })
  expect(after(...events, { kind: 'linking' }, READY).detail).not.toContain('passkey')
})

test('a page that reloads cannot send until it is ready again', () => {
  expect(after(...LINKED, { kind: 'reloading' })).toMatchObject({ state: 'degraded', can_send: false })
  expect(after(...LINKED, { kind: 'reloading' }, READY).state).toBe('ready')
  expect(after(...LINKED.slice(0, 2), { kind: 'reloading' }).state).toBe('qr')
})

test('the time of not being ready counts from the first failure', () => {
  const state = after(...LINKED, { kind: 'lost', reason: 'one' }, { kind: 'opening' }, { kind: 'lost', reason: 'two' })
  expect(state).toMatchObject({ state: 'degraded', detail: 'two', since: 5 })
})

test('after a stop begins, only its end counts', () => {
  const stopping = after(...LINKED, { kind: 'stopping' }, { kind: 'lost', reason: 'x' }, { kind: 'opening' })
  expect(stopping).toMatchObject({ state: 'stopping', can_send: false })
})

test('events after the stop are ignored', () => {
  expect(after(...LINKED, { kind: 'stopped' }, READY, { kind: 'lost', reason: 'x' }).state).toBe('stopped')
  expect(after(...LINKED, { kind: 'stopped' }, { kind: 'opening' }).state).toBe('starting')
})

test.each<[ConnectionEvent[], string]>([
  [[], 'off'],
  [LINKED.slice(0, 1), 'degraded'],
  [LINKED.slice(0, 2), 'down'],
  [LINKED, 'ok'],
  [[...LINKED, { kind: 'stopping' }], 'degraded'],
  [[...LINKED, BLOCKED], 'down'],
])('health after %j is %s', (events, health) => {
  expect(healthOf(after(...events), UTC).state).toBe(health)
})

test('the start of a state is shown in the time zone of the installation', () => {
  const at = Date.parse('2026-11-21T12:05:00Z')
  expect(healthOf(initialState(at), timeZone('Asia/Jerusalem'))).toEqual({
    state: 'off',
    detail: 'stopped: Not started. Since 21 November 2026 at 14:05.',
  })
})
