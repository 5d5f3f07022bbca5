// The real bot with WhatsApp, killed in the middle of its work again and again while people write to it.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { AIM_MS, judgeCompany, liveAndDie, planKills, writesOfALife } from '../support/crash/kills.ts'
import { ForgetfulTalk } from '../support/crash/forgetful-talk.ts'
import { CONTACTS, PhoneTalk, tellingModel } from '../support/crash/phone-talk.ts'
import { comeToRest, judge } from '../support/crash/verdict.ts'
import { BotRun } from '../support/fake-whatsapp/bot-run.ts'
import { BROWSER_INSTALL_MS } from '../support/fake-whatsapp/test-browser.ts'
import { percentile, progressLog } from '../support/progress-log.ts'
import { random } from '../support/random-text.ts'
import { PROJECT } from '../support/script-run.ts'

const FULL = process.env['CRASH_KILLS'] !== undefined
/** How often the bot is killed: `CRASH_KILLS`, 20 by default. */
const KILLS = Number(process.env['CRASH_KILLS'] ?? 20)
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(systemIds.fraction() * 1e9))
/** One life takes about two seconds; many times that on a busy machine. */
const TIMEOUT_MS = 300_000 + KILLS * 15_000
const REPORT_EVERY = 25
/** After so many kills both sides are compared, so that a fault is found near where it came from. */
const JUDGE_EVERY = 100
const SETTLE_MS = 60_000
/**
 * Messages of a chat that a page is told of when it logs in: more than are said in one between two comparisons. Then
 * nothing that is lost can be one that no page was told of, however many lives end before they have caught up.
 */
const HISTORY = 400
/** Where log and data of a comparison that found faults are kept. */
const KEPT = join(PROJECT, 'logs')

/** Sockets cannot be copied, and the browser's profile says nothing. */
const isOfUse = (path: string): boolean => !/\/data\/(run|whatsapp)$/.test(path)

let run: BotRun

beforeEach(async () => {
  run = await BotRun.linked({ fake: { contacts: CONTACTS, history: HISTORY } })
  run.models.always('completion', tellingModel())
}, BROWSER_INSTALL_MS)

afterEach(async () => {
  await run[Symbol.asyncDispose]()
})

test(
  'whenever the bot is killed, each message is answered once or unconfirmed, and nothing is lost, damaged, left behind or back',
  async () => {
    const chance = random(SEED)
    const progress = progressLog('crash', FULL)
    const talk = new PhoneTalk(run.fake, { patience_ms: 2500, pause_ms: () => 100 })
    const forgetful = new ForgetfulTalk(run.fake, chance)
    const faults: string[] = []
    const recoveries: number[] = []

    /** Lets a whole life settle what the killed ones left, and compares both sides. */
    const settleAndJudge = async (): Promise<string> => {
      await talk.stop()
      await forgetful.stop()
      const life = run.start()
      recoveries.push((await life.up) ?? Infinity)
      faults.push(...(await judgeCompany(run, life.pid)))
      await comeToRest(run, talk, SETTLE_MS)
      await forgetful.rest(run, SETTLE_MS)
      const { code } = await life.end('SIGTERM')
      if (code !== 0) faults.push(`the last life ended with ${String(code)}`)
      while ((await run.leftovers()).length > 0) await systemClock.sleep(20)
      const verdict = judge(run, talk.said)
      faults.push(...verdict.faults, ...forgetful.judge(run))
      const { said, answered, unconfirmed, replies, parts } = verdict
      return `${said} messages: ${answered} answered, ${unconfirmed} unconfirmed; ${replies} replies in ${parts} parts`
    }

    const writes = await writesOfALife(run, talk)
    progress.say(
      `seed ${SEED}; a life with one answer in three parts and its end in memory writes ${writes.length} times`,
    )
    // Were the writes not seen, no kill would be forced.
    for (const seen of [/insert into inbox/, /'begun'/, /insert into memories/, /rename .*session\.json/]) {
      expect(writes.join('\n')).toMatch(seen)
    }

    let killed = 0
    const kills = planKills(KILLS, writes.length, chance)
    for (const [index, kill] of kills.entries()) {
      if (index % JUDGE_EVERY === 0) {
        talk.start()
        forgetful.start()
      }
      forgetful.lifeBegins()
      const report = await liveAndDie(run, kill)
      if (report.recovery_ms !== undefined) recoveries.push(report.recovery_ms)
      if (report.slow !== undefined) progress.say(`ready only after ${report.recovery_ms} ms:\n${report.slow}`)
      faults.push(...report.faults.map(fault => `kill ${index + 1} (${JSON.stringify(kill)}): ${fault}`))
      killed = index + 1
      if (killed % REPORT_EVERY === 0)
        progress.say(`${killed} kills, ${talk.said.length} messages, ${faults.length} faults`)
      if (killed % JUDGE_EVERY === 0 || killed === KILLS) {
        progress.say(`after ${killed} kills: ${await settleAndJudge()}; ${faults.length} faults`)
        for (const fault of faults) progress.say(`fault: ${fault}`)
        if (faults.length > 0) {
          const kept = join(KEPT, `crash-${String(SEED)}-${String(killed)}`)
          for (const folder of [run.home.logs, run.home.data]) {
            cpSync(folder, join(kept, basename(folder)), { recursive: true, filter: isOfUse })
          }
          progress.say(`log and data of the failed comparison: ${kept}`)
          break
        }
      }
    }
    const [p50, p95, most] = [0.5, 0.95, 1].map(part => percentile(recoveries, part))
    progress.say(
      `summary: ${killed} kills, ${talk.said.length} messages, ${faults.length} faults; ready again after ` +
        `${p50} ms (p50), ${p95} ms (p95), ${most} ms (max); aim of ${AIM_MS} ms met: ${most! <= AIM_MS ? 'yes' : 'no'}`,
    )
    expect(faults).toEqual([])
  },
  TIMEOUT_MS,
)
