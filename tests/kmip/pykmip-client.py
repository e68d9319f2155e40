"""PyKMIP as a client on one connection: a JSON command a line in, a JSON answer a line out."""
import json
import sys
import warnings

warnings.filterwarnings('ignore')

from kmip.core import enums  # noqa: E402
from kmip.core.factories.attributes import AttributeFactory  # noqa: E402
from kmip.pie.client import ProxyKmipClient  # noqa: E402
from kmip.pie.exceptions import KmipOperationFailure  # noqa: E402
from kmip.pie.objects import PrivateKey  # noqa: E402

folder, address, version = sys.argv[1:4]
host, port = address.rsplit(':', 1)
factory = AttributeFactory()


def name(text):
    attribute = factory.create_attribute(
        enums.AttributeType.NAME,
        text,
    )
    return [attribute]


def plain(attribute):
    value = attribute.attribute_value
    value = getattr(value, 'value', value)
    return getattr(value, 'name', None) or str(value)


def create(client, words):
    return client.create(enums.CryptographicAlgorithm.AES, 256, name=words['name'])


def register(client, words):
    # KMIP 1.2 brought the algorithm EC; before, a key is named by what it signs with.
    old = version in ('1.0', '1.1')
    algorithm = enums.CryptographicAlgorithm
    key = PrivateKey(
        algorithm.ECDSA if old else algorithm.EC,
        256,
        bytes.fromhex(words['pkcs8']),
        enums.KeyFormatType.PKCS_8,
        masks=[enums.CryptographicUsageMask.SIGN],
        name=words['name'],
    )
    return client.register(key)


def attributes(client, words):
    found = client.get_attributes(words['id'], words['names'])[1]
    return {one.attribute_name.value: plain(one) for one in found}


def locate(client, words):
    return client.locate(attributes=name(words['name']))


def get(client, words):
    return client.get(words['id']).value.hex()


def sign(client, words):
    algorithm = enums.DigitalSignatureAlgorithm.ECDSA_WITH_SHA256
    parameters = {'digital_signature_algorithm': algorithm}
    return client.sign(bytes.fromhex(words['data']), words['id'], parameters).hex()


def revoke(client, words):
    client.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, words['id'], 'done')


operations = {
    'create': create,
    'register': register,
    'attributes': attributes,
    'locate': locate,
    'get': get,
    'activate': lambda client, words: client.activate(words['id']),
    'sign': sign,
    'revoke': revoke,
    'destroy': lambda client, words: client.destroy(words['id']),
}

connection = ProxyKmipClient(
    hostname=host,
    port=int(port),
    key=f'{folder}/client.key',
    cert=f'{folder}/client.pem',
    ca=f'{folder}/ca.pem',
    ssl_version='PROTOCOL_TLSv1_2',
    kmip_version=enums.KMIPVersion[f'KMIP_{version.replace(".", "_")}'],
)


def answer(words):
    try:
        return {'value': operations[words['operation']](connection, words)}
    except KmipOperationFailure as failure:
        return {'refused': failure.reason.name}
    except Exception as error:  # The connection was closed, or never opened.
        return {'failed': f'{type(error).__name__}: {error}'}


try:
    connection.open()
    print(json.dumps({'value': 'open'}), flush=True)
except Exception as error:
    print(json.dumps({'failed': type(error).__name__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
