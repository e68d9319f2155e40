/** A wallet whose one rule for signatures has limits, for tests. */
import { ZoneId } from '@holdfast/base/ids'
import type { Policy, Rule } from '@holdfast/base/policy'
import type { Limit } from '@holdfast/base/policy-limits'
import type { Wallet } from '@holdfast/base/wallet'
import { codeOf, until } from '../../testing/core-world.ts'
import { send, type TestKey } from '../../testing/test-client.ts'
import type { TestMesh } from '../../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../../testing/wallet-requests.ts'

export const hourMs = 3_600_000

/** Rules for signatures, and one that allows to look at the wallet. */
export const policyOf = (...rules: readonly Partial<Rule>[]): Policy => ({
  format: 'holdfast policy v1',
  rules: [
    ...rules.map(
      (rule, index): Rule => ({
        id: `rule-${index}`,
        effect: 'allow',
        operations: ['sign'],
        ...rule,
      }),
    ),
    { id: 'rest', effect: 'allow', operations: ['wallet.show', 'account.add'] },
  ],
})

/** Made in eu-west, and held by all zones that the mesh runs. */
export const createWallet = async (
  mesh: TestMesh,
  key: TestKey,
  policy: Policy,
): Promise<Wallet> => {
  const zones = mesh.manifest.manifest.zones.map(({ id }) => id)
  const placement = { constraints: { regions: zones.map((zone) => ZoneId(zone)) } }
  const { wallet } = await enrolWallet(mesh, [key], { policy, placement })
  for (const zone of zones) {
    const show = walletRequest(mesh, wallet, 'limits.show')
    await until(async () => codeOf(await send(mesh.node(zone).core, show, 'read', [key])) === 'ok')
  }
  return wallet
}

export const createLimitedWallet = (
  mesh: TestMesh,
  key: TestKey,
  limits: readonly Limit[],
): Promise<Wallet> => createWallet(mesh, key, policyOf({ limits: [...limits] }))
