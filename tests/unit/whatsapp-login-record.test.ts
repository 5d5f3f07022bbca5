import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { LoginRecord } from '../../src/channels/whatsapp/login-record.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('whether and since when the device is linked is kept until it is forgotten', async () => {
  await using folder = await temporaryFolder()
  const login = new LoginRecord(folder.path)
  await expect(login.isLinked()).resolves.toBe(false)
  await expect(login.linkedAt()).resolves.toBe(0)
  await login.setLinkedAt(1_795_000_000_999)
  await expect(login.isLinked()).resolves.toBe(true)
  await expect(new LoginRecord(folder.path).linkedAt()).resolves.toBe(1_795_000_000_000)
  const unlinking = { at: 1_795_000_100_000, reason: 'The phone removed DeniDin from its linked devices.' }
  await expect(login.lastUnlinking()).resolves.toBeUndefined()
  await login.forget(unlinking)
  await expect(login.isLinked()).resolves.toBe(false)
  await expect(new LoginRecord(folder.path).lastUnlinking()).resolves.toEqual(unlinking)
  await login.setLinkedAt(1_795_000_200_000)
  await expect(login.lastUnlinking()).resolves.toBeUndefined()
})

test('the account is recognised by either of its names, also after its login was forgotten; another one is new', async () => {
  await using folder = await temporaryFolder()
  const login = new LoginRecord(folder.path)
  const whole = { phone: '15550001@c.us', lid: '77@lid' }
  await expect(login.accountSince(whole, 1000)).resolves.toBe(0)
  await login.forget({ at: 1, reason: 'The phone was lost.' })
  await expect(login.accountSince({ phone: undefined, lid: '77@lid' }, 2000)).resolves.toBe(0)
  // An engine that tells one name at a time; and a number that was changed.
  await expect(login.accountSince({ phone: '15550001@c.us', lid: undefined }, 2100)).resolves.toBe(0)
  await expect(login.accountSince({ phone: '15550003@c.us', lid: '77@lid' }, 2200)).resolves.toBe(0)
  await expect(login.accountSince({ phone: '15550003@c.us', lid: undefined }, 2300)).resolves.toBe(0)
  const other = { phone: '15550002@c.us', lid: '88@lid' }
  await expect(login.accountSince(other, 3000)).resolves.toBe(3000)
  await expect(login.accountSince(other, 4000)).resolves.toBe(3000)
  await expect(login.accountSince({ phone: undefined, lid: undefined }, 5000)).resolves.toBe(3000)
  await writeFile(join(folder.path, 'account.json'), 'half a fi')
  await expect(login.accountSince(other, 6000)).resolves.toBe(0)
})
