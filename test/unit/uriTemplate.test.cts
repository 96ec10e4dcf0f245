import { expandTemplate, type TemplateValue } from '../../lib/http/uriTemplate';

/** Examples of RFC 6570, sections 1.2 and 3.2. */
const values: Record<string, TemplateValue> = {
	var: 'value',
	hello: 'Hello World!',
	half: '50%',
	base: 'http://example.com/home/',
	path: '/foo/bar',
	empty: '',
	x: '1024',
	y: 768,
	undef: null,
	none: [],
	list: ['red', 'green', 'blue'],
	keys: { semi: ';', dot: '.', comma: ',' },
};

test.each([
	['{var}', 'value'],
	['{hello}', 'Hello%20World%21'],
	['{half}', '50%25'],
	['O{empty}X', 'OX'],
	['O{undef}X', 'OX'],
	['O{none}X', 'OX'],
	['{x,y}', '1024,768'],
	['?{x,empty}', '?1024,'],
	['?{x,undef}', '?1024'],
	['{var:3}', 'val'],
	['{var:30}', 'value'],
	['{list}', 'red,green,blue'],
	['{list*}', 'red,green,blue'],
	['{keys}', 'semi,%3B,dot,.,comma,%2C'],
	['{keys*}', 'semi=%3B,dot=.,comma=%2C'],
	['{+var}', 'value'],
	['{+hello}', 'Hello%20World!'],
	['{+half}', '50%25'],
	['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
	['{+base}index', 'http://example.com/home/index'],
	['up{+path}{var}/here', 'up/foo/barvalue/here'],
	['{+path:6}/here', '/foo/b/here'],
	['{+keys*}', 'semi=;,dot=.,comma=,'],
	['{#var}', '#value'],
	['{#path,x}/here', '#/foo/bar,1024/here'],
	['X{.var}', 'X.value'],
	['X{.list*}', 'X.red.green.blue'],
	['X{.keys}', 'X.semi,%3B,dot,.,comma,%2C'],
	['{/var,x}/here', '/value/1024/here'],
	['{/list*,path:4}', '/red/green/blue/%2Ffoo'],
	['{;x,y,empty}', ';x=1024;y=768;empty'],
	['{;hello:5}', ';hello=Hello'],
	['{;list*}', ';list=red;list=green;list=blue'],
	['{;keys*}', ';semi=%3B;dot=.;comma=%2C'],
	['{?x,y,empty}', '?x=1024&y=768&empty='],
	['{?x,y,undef}', '?x=1024&y=768'],
	['{?list*}', '?list=red&list=green&list=blue'],
	['{?keys*}', '?semi=%3B&dot=.&comma=%2C'],
	['{?keys}', '?keys=semi,%3B,dot,.,comma,%2C'],
	['?fixed=yes{&x}', '?fixed=yes&x=1024'],
	['{&x,y,empty}', '&x=1024&y=768&empty='],
])('%s becomes %s', (template, expected) => {
	expect(expandTemplate(template, values)).toBe(expected);
});

test("a list link without values loses its template and keeps the rest, as ChatKitty's overview shows it", () => {
	expect(expandTemplate('/v1/channels{?members}', { members: 'jdoe,asmith' })).toBe('/v1/channels?members=jdoe%2Casmith');
	expect(expandTemplate('https://api.chatkitty.com/v1/applications/1/messages{?size,start,next,relation}')).toBe('https://api.chatkitty.com/v1/applications/1/messages');
	expect(expandTemplate('https://api.chatkitty.com/v1/users?start=333582423138781125&size=5')).toBe('https://api.chatkitty.com/v1/users?start=333582423138781125&size=5');
});
