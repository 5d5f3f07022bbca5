// The real bot for a long time, with people who write all the time and a world in which something always goes wrong.
import { writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { MINUTE_MS, SECOND_MS, systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { judgeCompany } from '../support/crash/kills.ts'
import { CONTACTS, PhoneTalk, tellingModel } from '../support/crash/phone-talk.ts'
import { comeToRest, judge } from '../support/crash/verdict.ts'
import { BotRun } from '../support/fake-whatsapp/bot-run.ts'
import { progressLog } from '../support/progress-log.ts'
import { random } from '../support/random-text.ts'
import { SMALL_DISKS } from '../support/small-disk.ts'
import { alertsSettled, judgeAlerts } from '../support/soak/alerts-truth.ts'
import { MoodyModel, provokeFaults } from '../support/soak/faults.ts'
import { growthOfBrowsers, growthOfNode, sample, type Growth, type Sample } from '../support/soak/memory-samples.ts'
import { judgeMetrics, metricsOf } from '../support/soak/metrics-truth.ts'
import { MovedClock } from '../support/soak/moved-clock.ts'

const MINUTES = Number(process.env['SOAK_MINUTES'])
const SEED = Number(process.env['SOAK_SEED'] ?? Math.floor(systemIds.fraction() * 1e9))
const SAMPLE_MS = 3 * SECOND_MS
const REPORT_MS = 10 * SECOND_MS
/** A stopped browser is found out after a minute; then come its end, a pause and the next start. */
const SETTLE_MS = 3 * MINUTE_MS
const HISTORY = 40
/** Room for the browser's profile, Chroma and the databases; only what is written takes memory. */
const DISK_BYTES = 2 ** 30
const GODFATHER = '15559990000'
/** Faults last for seconds: an incident must begin and end within them. */
const ALERT_AFTER_SECONDS = 2
/**
 * Node fills its heap before it tidies up, up to the limit that bin/denidin-bot sets: what a short run shows is warming up.
 * From ten minutes on a leak would show: 64 bytes a message would not, a kept reply a message would.
 */
const NODE_GROWTH = MINUTES >= 10 ? 0.15 : 0.5
/** The page keeps every message of the run, as the live one does. */
const BROWSER_GROWTH = 0.25
/** Less than that is noise, whatever its share. */
const NOISE_MB = 15
/** Younger browsers are still loading and compiling. */
const LEAST_BROWSER_SAMPLES = 60

const grew = (what: string, { from_mb, to_mb }: Growth, most: number): readonly string[] =>
  to_mb - from_mb > Math.max(NOISE_MB, from_mb * most) ? [`${what} grew from ${from_mb} to ${to_mb} MiB`] : []

const shown = ({ from_mb, to_mb, minutes }: Growth): string => `${from_mb} → ${to_mb} MiB in ${minutes} min`

test(
  'over a long time with faults of all kinds nothing is lost or said twice, and memory stays flat',
  async () => {
    const chance = random(SEED)
    await using run = await BotRun.linked({
      fake: { contacts: CONTACTS, history: HISTORY },
      ai: { retries: 2 },
      ...(SMALL_DISKS ? { disk_bytes: DISK_BYTES } : {}),
      settings: {
        godfather_phone: GODFATHER,
        alerts: { after_seconds: ALERT_AFTER_SECONDS },
        api: { enabled: true, port: 0 },
        memory: { session: { session_timeout_hours: 0.002, expiry_cron: '*/10 * * * * *' } },
      },
    })
    const clock = new MovedClock(run.home.folder)
    const model = new MoodyModel(run.models, tellingModel())
    const progress = progressLog('soak', true)
    progress.say(`seed ${SEED}, ${MINUTES} minutes`)
    const talk = new PhoneTalk(run.fake, { patience_ms: 10_000, pause_ms: () => 500 + chance.below(9000) })
    const samples: Sample[] = []
    const provoked = new Map<string, number>()
    const enough = new AbortController()
    const log_before = run.logLength()
    const life = run.start(clock.environment)
    const ready_after = await life.up
    const served = await metricsOf(run, log_before)
    const began = systemClock.now()

    const every = async (pause_ms: number, act: () => Promise<void> | void): Promise<void> => {
      for (;;) {
        await systemClock.sleep(pause_ms, enough.signal).catch(() => undefined)
        if (enough.signal.aborted) return
        await act()
      }
    }
    talk.start()
    const around = [
      every(SAMPLE_MS, async () => void samples.push(await sample(run, began))),
      every(REPORT_MS, () => {
        const { at_s = 0, node_mb = 0, browser_mb = 0 } = samples.at(-1) ?? {}
        const count = [...provoked.values()].reduce((sum, each) => sum + each, 0)
        progress.say(
          `${at_s} s: ${talk.said.length} messages, ${run.fake.sent.length} sent, ${count} faults, Node ${node_mb} MiB, browser ${browser_mb} MiB`,
        )
      }),
      provokeFaults({ run, model, chance, clock }, enough.signal, name => {
        provoked.set(name, (provoked.get(name) ?? 0) + 1)
        progress.say(`fault: ${name}`)
      }),
    ]
    // A fault that cannot be provoked ends the run: without faults, the rest of it would prove nothing.
    await Promise.race([systemClock.sleep(MINUTES * MINUTE_MS), life.ended, Promise.all(around)])
    enough.abort(new Error('the time is over'))
    await Promise.all([...around, talk.stop()])

    await comeToRest(run, talk, SETTLE_MS)
    const after_ms = ALERT_AFTER_SECONDS * SECOND_MS
    await alertsSettled(run, after_ms, MINUTE_MS)
    const alerts = await judgeAlerts(run, `${GODFATHER}@c.us`, after_ms)
    const faults = [
      ...(await judgeCompany(run, life.pid)),
      ...judgeMetrics(await served.read(), run, {
        said: talk.said.length,
        answered: model.answered + run.models.counts.extraction,
        asked: run.models.counts.completion + run.models.counts.extraction,
      }),
      ...alerts.faults,
    ]
    const { code } = await life.end('SIGTERM')
    if (code !== 0) faults.push(`the bot ended with ${String(code)}`)
    if ((await run.leftovers()).length > 0) faults.push('something still runs')
    const verdict = judge(run, talk.said)
    const node = growthOfNode(samples)
    const browsers = growthOfBrowsers(samples, LEAST_BROWSER_SAMPLES)
    faults.push(
      ...verdict.faults,
      ...grew('Node', node, NODE_GROWTH),
      ...browsers.flatMap(each => grew('a browser', each, BROWSER_GROWTH)),
    )
    for (const fault of faults) progress.say(`wrong: ${fault}`)
    if (faults.length > 0) writeFileSync(`${progress.path!}.bot.log`, run.log())
    progress.say(
      `summary: ${MINUTES} minutes, seed ${SEED}, up after ${String(ready_after)} ms; ${verdict.said} messages, ` +
        `${verdict.answered} answered, ${verdict.unconfirmed} unconfirmed; ${alerts.incidents} incidents, told ${alerts.told}×; ${faults.length} things wrong; ` +
        `faults: ${[...provoked].map(([name, count]) => `${name} ${count}×`).join(', ')}; ` +
        `Node ${shown(node)}; browsers ${browsers.map(shown).join(', ') || 'none old enough'}`,
    )
    writeFileSync(`${progress.path!}.json`, JSON.stringify({ seed: SEED, minutes: MINUTES, verdict, faults, samples }))
    expect(faults).toEqual([])
  },
  // What was said may have to settle twice.
  MINUTES * MINUTE_MS + 2 * SETTLE_MS + 3 * MINUTE_MS,
)
