/**
 * The two modules of @phala/dcap-qvl that are used, by the shape used. Its own declarations would
 * bring Node's globals into this package, and its entry file a network client.
 */
declare module '@phala/dcap-qvl/src/verify.js' {
  export class QuoteVerifier {
    static newWithRootCa(rootCaDer: Uint8Array): QuoteVerifier
    verify(
      rawQuote: Uint8Array,
      collateral: Readonly<Record<string, string>>,
      nowSecs: number,
    ): { readonly status: string; readonly advisory_ids: readonly string[] }
  }
}

declare module '@phala/dcap-qvl/src/utils.js' {
  export function extractCerts(pem: string): readonly Uint8Array[]
}
