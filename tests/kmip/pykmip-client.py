"""Drives a KMIP server with PyKMIP in one version; prints one line of JSON a step."""
import json
import sys

from kmip import enums
from kmip.core.attributes import Name
from kmip.core.factories.attributes import AttributeFactory
from kmip.pie import objects
from kmip.pie.client import ProxyKmipClient

host, port, folder, version, pkcs8 = sys.argv[1:6]


def say(step, value):
    print(json.dumps({'step': step, 'value': value}))


def name_attribute(text):
    name = Name.create(text, enums.NameType.UNINTERPRETED_TEXT_STRING)
    return AttributeFactory().create_attribute(enums.AttributeType.NAME, name)


client = ProxyKmipClient(
    hostname=host,
    port=int(port),
    cert=f'{folder}/client.pem',
    key=f'{folder}/client.key',
    ca=f'{folder}/server.pem',
    ssl_version='PROTOCOL_TLS',
    config='client',
    config_file=f'{folder}/client.conf',
    kmip_version=enums.KMIPVersion['KMIP_' + version.replace('.', '_')],
)
with client:
    aes = client.create(
        enums.CryptographicAlgorithm.AES,
        256,
        name='aes ' + version,
        cryptographic_usage_mask=[enums.CryptographicUsageMask.ENCRYPT],
    )
    say('create', aes)
    algorithm = 'EC' if version >= '1.2' else 'ECDSA'
    key = objects.PrivateKey(
        enums.CryptographicAlgorithm[algorithm],
        256,
        bytes.fromhex(pkcs8),
        enums.KeyFormatType.PKCS_8,
        masks=[enums.CryptographicUsageMask.SIGN],
        name='key ' + version,
    )
    uid = client.register(key)
    say('register', uid)
    client.activate(uid)
    say('locate', client.locate(attributes=[name_attribute('key ' + version)]))
    say('get', client.get(uid).value.hex())
    _, attributes = client.get_attributes(uid, ['State', 'Cryptographic Length'])
    say('attributes', [str(one.attribute_value.value) for one in attributes])
    if version >= '1.2':
        algorithm = enums.DigitalSignatureAlgorithm.ECDSA_WITH_SHA256
        parameters = {'digital_signature_algorithm': algorithm}
        say('sign', client.sign(b'message', uid, parameters).hex())
    client.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, uid)
    client.destroy(uid)
    client.destroy(aes)
    try:
        client.get(uid)
        say('destroyed', 'it is still there')
    except Exception as error:
        say('destroyed', type(error).__name__)
