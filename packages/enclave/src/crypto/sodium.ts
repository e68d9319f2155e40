// oxlint-disable-next-line typescript/triple-slash-reference -- an ambient module has no import
/// <reference path="./sodium-native.d.ts" />
/** libsodium, typed: the only door to it. */
import sodium from 'sodium-native'

export { sodium }
