/** Whether the administrator was told of every incident once, and once of its end: the phone and the record compared. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { settlingTime } from '../../../src/alerts/incident.ts'
import { SECOND_MS, systemClock } from '../../../src/platform/clock.ts'
import { componentSchema } from '../../../src/operations/system/instance-health.ts'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'

interface Row {
  readonly component: string
  readonly ended_at: number | null
  readonly told_at: number | null
  readonly settled_at: number | null
  readonly relapses: number
}

const LOOK_MS = 250

const incidentsOf = (run: BotRun): readonly Row[] => {
  using database = new DatabaseSync(join(run.home.data, 'denidin.db'), { readOnly: true })
  return database
    .prepare('select component, ended_at, told_at, settled_at, relapses from incidents order by began_at')
    .all() as never
}

interface Told {
  began: number
  again: number
  ended: number
}

/** How often the administrator was told of each of these components; `undefined`: of none of them. */
const toldOf = (run: BotRun, chat: string, components: readonly string[]): ReadonlyMap<string | undefined, Told> => {
  const told = new Map<string | undefined, Told>()
  const blocks = run.fake.sent.filter(each => each.chat === chat).flatMap(({ body }) => body.split('\n\n'))
  const longest = components.toSorted((one, other) => other.length - one.length)
  for (const block of blocks) {
    const words = block.replace(/^(?:⚠️|✅) /u, '').toLowerCase()
    const component = longest.find(each => words.startsWith(`${each.toLowerCase()} `))
    const counts = told.get(component) ?? { began: 0, again: 0, ended: 0 }
    told.set(component, counts)
    if (block.startsWith('✅')) counts.ended += 1
    else if (block.includes(' again, and it comes and goes')) counts.again += 1
    else counts.began += 1
  }
  return told
}

export interface AlertVerdict {
  readonly faults: readonly string[]
  readonly incidents: number
  readonly told: number
}

/** Resolves when every incident of a component that is well is over and told, or after a while. */
export const alertsSettled = async (run: BotRun, after_ms: number, patience_ms: number): Promise<void> => {
  const end = systemClock.monotonic() + patience_ms
  while (systemClock.monotonic() < end && (await judgeAlerts(run, '', after_ms)).faults.length > 0) {
    await systemClock.sleep(LOOK_MS)
  }
}

/** @param chat that of the administrator; empty: only whether incidents are over */
export const judgeAlerts = async (run: BotRun, chat: string, after_ms: number): Promise<AlertVerdict> => {
  const incidents = incidentsOf(run)
  const client = await run.client()
  const { parts } = await client.call('health', {})
  await client[Symbol.asyncDispose]()
  const states = new Map(
    componentSchema
      .array()
      .parse(parts)
      .map(({ name, state }) => [name, state]),
  )
  const isWell = ({ component }: Row): boolean => ['ok', 'off'].includes(states.get(component) ?? 'ok')
  const stuck = incidents.filter(
    each =>
      (each.ended_at === null && isWell(each) && settlingTime(each, after_ms) < 30 * SECOND_MS) ||
      (each.ended_at !== null && each.settled_at === null),
  )
  const faults = stuck.map(({ component }) => `alerts: the incident of ${component} does not end`)
  if (chat === '') return { faults, incidents: incidents.length, told: 0 }
  const components = Map.groupBy(incidents, each => each.component)
  const told = toldOf(run, chat, [...components.keys()])
  for (const [component, rows] of components) {
    const { began = 0, again = 0, ended = 0 } = told.get(component) ?? {}
    const begun = rows.filter(each => each.told_at !== null)
    const over = begun.filter(each => each.settled_at !== null)
    const relapses = rows.reduce((sum, each) => sum + each.relapses, 0)
    const told_too_often = began > begun.length || again > relapses || ended > over.length + again
    // A notice that went out while the browser died may not have arrived.
    const told_too_rarely = unconfirmedOf(run, chat) === 0 && began + ended < begun.length
    if (!told_too_often && !told_too_rarely) continue
    faults.push(
      `alerts: ${component} was told ${String(began)}×, again ${String(again)}×, and its end ${String(ended)}×, of ${String(begun.length)} incidents with ${String(relapses)} relapses, ${String(over.length)} of them over`,
    )
  }
  if (told.has(undefined)) faults.push('alerts: the administrator was told of something that was no incident')
  const sum = [...told.values()].reduce((all, each) => all + each.began + each.again + each.ended, 0)
  return { faults, incidents: incidents.length, told: sum }
}

const unconfirmedOf = (run: BotRun, chat: string): number => {
  using database = new DatabaseSync(join(run.home.data, 'denidin.db'), { readOnly: true })
  const sql = `select count(*) n from outbox where chat_id = ? and state <> 'sent'`
  return Number(database.prepare(sql).get(chat)?.['n'])
}
