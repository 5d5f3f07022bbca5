// scripts/ensure-browser.sh: with which Node and which environment npm runs.
import { chmodSync, existsSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Installation } from '../support/installation.ts'

const TOOLS = ['dirname', 'sed', 'uname', 'grep', 'sh', 'flock']

let installation: Installation

beforeEach(() => {
  installation = new Installation()
  installation.write('bundled-browser/package.json', '{ "dependencies": { "@sparticuz/chromium": "1" } }')
  // A machine without a browser.
  installation.write(
    'tools/npm',
    '#!/bin/sh\necho "node=$(command -v node) certificates=$NODE_EXTRA_CA_CERTS arguments=$*" >&2\n',
  )
  chmodSync(installation.path('tools/npm'), 0o700)
  for (const tool of TOOLS) {
    const path = ['/usr/bin', '/bin'].map(folder => `${folder}/${tool}`).find(each => existsSync(each))
    if (path !== undefined) symlinkSync(path, installation.path('tools', tool))
  }
})

afterEach(() => {
  installation[Symbol.dispose]()
})

const node = (folder: string): void => {
  installation.write(`${folder}/node`, '#!/bin/sh\n')
  chmodSync(installation.path(folder, 'node'), 0o700)
}

const onLinux = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip

onLinux('npm runs with the Node that it was installed with, so that it finds its global npmrc', () => {
  node('node_modules/.bin')
  node('tools')
  const { stderr } = installation.run('scripts/ensure-browser.sh', [], {
    PATH: `${installation.path('node_modules/.bin')}:${installation.path('tools')}`,
    NODE_EXTRA_CA_CERTS: '/etc/our-ca.pem',
  })
  expect(stderr).toContain(`node=${installation.path('tools/node')} certificates=/etc/our-ca.pem arguments=ci`)
})

onLinux('where there is no other Node, npm runs with that of the packages', () => {
  node('node_modules/.bin')
  const { stderr } = installation.run('scripts/ensure-browser.sh', [], {
    PATH: `${installation.path('tools')}:${installation.path('node_modules/.bin')}`,
  })
  expect(stderr).toContain(`node=${installation.path('node_modules/.bin/node')}`)
})
