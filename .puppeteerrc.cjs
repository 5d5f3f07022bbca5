// DeniDin finds or brings its browser itself (src/channels/whatsapp/wwebjs/browser.ts); no download while installing.
module.exports = { skipDownload: true }
