/** A share on one page to print: its words for people, its QR code, and its letters. */
import { type GuardianShare, shareText } from '@holdfast/sdk'
import { renderSVG } from 'uqr'

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`)

/** HTML without scripts and without anything from elsewhere. */
export const sharePage = (share: GuardianShare): string => {
  const text = shareText(share)
  const code = renderSVG(text.replaceAll(/\s/g, ''), { ecc: 'M' })
  const rows = [
    ['Guardian', share.guardian],
    ['Wallet', `${share.name} ${share.wallet}`],
    ['Backup', `${share.set}, made ${share.createdAt}`],
    ['Needed', `${share.threshold} guardians of this backup`],
    ['Mesh', share.mesh],
  ].map(([name, value]) => `<tr><th>${name}</th><td>${escaped(value ?? '')}</td></tr>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Share of ${escaped(share.guardian)}</title>
<style>
body { font: 11pt/1.4 sans-serif; margin: 15mm; }
th { text-align: left; vertical-align: top; padding-right: 6mm; }
td { word-break: break-all; }
svg { width: 90mm; height: 90mm; display: block; margin: 6mm 0; }
pre { font: 9pt/1.5 monospace; }
</style>
</head>
<body>
<h1>Holdfast: share of a backup</h1>
<p>Keep this where only you can reach it. Whoever has ${share.threshold} shares has the wallet.
<code>holdfast recover</code> restores it, without any server.</p>
<table>${rows.join('')}</table>
${code}
<pre>${escaped(text)}</pre>
</body>
</html>
`
}
