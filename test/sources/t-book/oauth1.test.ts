import { createHmac } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import { baseString, type Param, signature } from '../../../src/lib/sources/t-book/oauth1';

const signed: Param = ['oauth_signature_method', 'HMAC-SHA1'];

test('the base string is the one that RFC 5849 prints (3.4.1.1): encoded twice, sorted by name and value', () => {
  const params: Param[] = [
    ['b5', '=%3D'],
    ['a3', 'a'],
    ['c@', ''],
    ['a2', 'r b'],
    ['oauth_consumer_key', '9djdj82h48djs9d2'],
    ['oauth_token', 'kkk9d7dh3k39sjv7'],
    signed,
    ['oauth_timestamp', '137131201'],
    ['oauth_nonce', '7d8f3e4a'],
    ['c2', ''],
    ['a3', '2 q'],
  ];
  expect(baseString('post', 'HTTP://EXAMPLE.com:80/request?ignored=1', params)).toBe(
    'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D' +
      '%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1' +
      '%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
  );
});

test.each([
  {
    method: 'POST',
    url: 'https://photos.example.net/initiate',
    params: [
      ['oauth_timestamp', '137131200'],
      ['oauth_nonce', 'wIjqoS'],
      ['oauth_callback', 'http://printer.example.com/ready'],
    ] as Param[],
    tokenSecret: undefined,
    expected: '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
  },
  {
    method: 'GET',
    url: 'http://photos.example.net/photos',
    params: [
      ['file', 'vacation.jpg'],
      ['size', 'original'],
      ['oauth_token', 'nnch734d00sl2jdk'],
      ['oauth_timestamp', '137131202'],
      ['oauth_nonce', 'chapoH'],
    ] as Param[],
    tokenSecret: 'pfkkdhi9sl3r4s00',
    expected: 'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
  },
])(
  'the signature of $url is the one that RFC 5849 prints (1.2)',
  ({ method, url, params, tokenSecret, expected }) => {
    const all: Param[] = [...params, ['oauth_consumer_key', 'dpf43f3p2l4k3l03'], signed];
    expect(signature(baseString(method, url, all), 'kd94hf93k423kf44', tokenSecret)).toBe(expected);
  },
);

test('a secret is encoded before it signs', () => {
  // printf x | openssl dgst -sha1 -hmac 'a%20b%26c%2Bd%3D%3D&' -binary | base64
  expect(signature('x', 'a b&c+d==')).toBe('OfHXlTgFIdppRbM41OnbD3iHVjI=');
});

test.each([
  [
    'https://learn.example.com/launch',
    { lti_version: 'LTI-1p0', resource_link_title: 'Füße & "more" (100 %)!' },
  ],
  ['https://learn.example.com:8443/launch/1', { user_id: "o'neil*", empty: '', roles: 'Learner,Instructor' }],
])('a launch at %s is signed as oauth-1.0a signs it', (url, fields: Record<string, string>) => {
  const oauth = new OAuth({
    consumer: { key: 'the key', secret: 'the secret & more' },
    signature_method: 'HMAC-SHA1',
    hash_function: (base, key) => createHmac('sha1', key).update(base).digest('base64'),
  });
  const { oauth_signature, ...authorized } = oauth.authorize({ url, method: 'POST', data: fields });
  const params = Object.entries({ ...authorized, ...fields }).map(([k, v]): Param => [k, String(v)]);
  expect(signature(baseString('POST', url, params), 'the secret & more')).toBe(oauth_signature);
});
