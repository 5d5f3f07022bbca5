import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { backedUp, bothHear, FAST } from '../support/fake-whatsapp/both-sides.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

// The login on disk: kept, backed up, lost.

beforeAll(testBrowser, BROWSER_INSTALL_MS)

test('when WhatsApp ended the login it says so, forgets it with its backup, and a new link goes on', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, backup_after_ms: 1 } })
  await backedUp(run)
  fake.unlink()
  await run.qrs.next()
  expect((await run.reached('qr')).detail).toMatch(/phone removed DeniDin/)
  expect(run.log.text('info')).toMatch(/The login was ended.*"ended_by":"WhatsApp"/)
  expect(await readdir(run.login_dir)).not.toContain('backup')
  fake.scan()
  await run.reached('ready')
  await bothHear(run)
})

test('a profile that lost its login is replaced by its backup, and no new code is needed', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: { ...FAST, backup_after_ms: 1 } })
  await backedUp(run)
  await run.channel.stop()
  await rm(join(run.login_dir, 'session/Default/Local Storage'), { recursive: true })
  run.skip()
  await run.start()
  expect((await run.reached('degraded')).detail).toMatch(/login on disk was broken.*backup/)
  await run.reached('ready')
  await bothHear(run)
  expect(run.log.text('info')).toMatch(/"ended_by":"a broken profile"/)
  expect(run.log.text('info')).toContain('the backup of the login is used')
  expect(run.qrs.all).toHaveLength(1)
})

test('a profile that lost its login without a backup shows a code and says why', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  await run.channel.stop()
  await rm(join(run.login_dir, 'session/Default/Local Storage'), { recursive: true })
  run.skip()
  await run.start()
  await run.qrs.next()
  expect((await run.reached('qr')).detail).toMatch(/login on disk is broken, and there is no backup/)
  expect(run.log.text('info')).toMatch(/The login is gone.*"ended_by":"a broken profile"/)
  fake.scan()
  await run.reached('ready')
  await bothHear(run)
})
