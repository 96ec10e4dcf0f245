import { ChatKittyApi } from '../../nodes/ChatKitty/api';
import { idInLink, normalize, toWire } from '../../nodes/ChatKitty/dialect';
import { parseJson } from '../../lib/http/json';
import { checkedRows, SHAPES } from '../../nodes/ChatKitty/imports';
import { job, membership, settings, simpleChannel, simpleMessage, simpleNotification, simpleReceipt, simpleSession, simpleSummary, simpleUser } from '../../nodes/ChatKitty/models';
import { referenceTo, whoOf } from '../../nodes/ChatKitty/people';
import { withoutClientSecret } from '../../nodes/ChatKitty/runtime';
import type { HttpClient, Request } from '../../lib/http/client';

/** As the documentation shows them (OpenAPI 2.41.9). */
const classicUser = {
	id: 1,
	type: 'PERSON',
	name: 'jane@chatkitty.com',
	displayName: 'Jane Doe',
	displayPictureUrl: 'https://api.chatkitty.com/v1/picture/jane',
	isGuest: false,
	presence: { status: 'UNAVAILABLE', online: false },
	properties: { favoriteNumber: 42 },
	_links: { self: { href: 'https://api.chatkitty.com/v1/applications/1/users/1' }, displayPicture: { href: 'https://api.chatkitty.com/v1/applications/1/users/1/display-picture' } },
};
const { displayName, displayPictureUrl, ...sameInBoth } = classicUser;
const currentUser = { ...sameInBoth, display_name: displayName, display_picture_url: displayPictureUrl };

describe('the two simulators', () => {
	it('read as one: snake_case, IDs as text, data of the user and relations of links untouched', () => {
		const expected = {
			id: '1',
			type: 'PERSON',
			name: 'jane@chatkitty.com',
			display_name: 'Jane Doe',
			display_picture_url: 'https://api.chatkitty.com/v1/picture/jane',
			is_guest: false,
			presence: { status: 'UNAVAILABLE', online: false },
			properties: { favoriteNumber: 42 },
			_links: classicUser._links,
		};
		expect(normalize(classicUser)).toEqual(expected);
		expect(normalize(currentUser)).toEqual(expected);
	});

	it('are written as each generation wants it', () => {
		const body = { display_name: 'Jane', group_tag: undefined, file: { content_type: 'a/b', size: 1 }, properties: { keepThis: { and_this: 1 } } };
		expect(toWire(body, 'v1')).toEqual({ displayName: 'Jane', file: { contentType: 'a/b', size: 1 }, properties: { keepThis: { and_this: 1 } } });
		expect(toWire(body, 'current')).toEqual({ display_name: 'Jane', file: { content_type: 'a/b', size: 1 }, properties: { keepThis: { and_this: 1 } } });
	});

	it('may hold their links as a list, and WebSocket relays that nobody here can call', () => {
		expect(normalize({ _links: [{ name: 'self', href: '/a' }, { rel: 'next', href: '/b' }], data: { message: { _relays: { self: 'x' }, channelId: 5 } } })).toEqual({
			_links: { self: { href: '/a' }, next: { href: '/b' } },
			data: { message: { channel_id: '5' } },
		});
	});

	it('keep numbers of 64 bits exact, and digits inside texts alone', () => {
		expect(parseJson('{"id": 9007199254740993, "small": 12, "cursor": "333582423138781125", "text": "call 12345678901234567890, \\"now\\": 1234567890123456789", "f": 1.2345678901234567, "list": [9223372036854775807,-9223372036854775808]}')).toEqual({
			id: '9007199254740993',
			small: 12,
			cursor: '333582423138781125',
			text: 'call 12345678901234567890, "now": 1234567890123456789',
			f: 1.2345678901234567,
			list: ['9223372036854775807', '-9223372036854775808'],
		});
		expect(() => parseJson('<html>')).toThrow();
	});
});

describe('links', () => {
	it.each([
		[{ user: { href: 'https://api.chatkitty.com/v1/applications/1/users/2' } }, '2'],
		[{ user: { href: '/users/2?x=1' } }, '2'],
		[{ user: { href: '/users/2{?page}' } }, '2'],
		[{ user: '/users/2' }, '2'],
		[{ channel: { href: '/channels/1' } }, null],
		[{ user: { href: 42 } }, null],
		[undefined, null],
		['', null],
	])('%j tell the ID %s', (links, id) => {
		expect(idInLink(links, 'user')).toBe(id);
	});

	it('say whose a membership or an invite is', () => {
		expect(membership({ created_time: 't', _links: { invitee: { href: '/users/1054' }, channel: { href: '/channels/67026' } } })).toMatchObject({ user_id: '1054', channel_id: '67026' });
	});
});

describe('pages', () => {
	const answers = (bodies: unknown[]) => {
		const asked: string[] = [];
		const client = {
			origin: 'https://api.chatkitty.com',
			send: async ({ path }: Request) => {
				asked.push(path);
				return { status: 200, headers: {}, body: bodies[asked.length - 1], sentAt: 0, tookMs: 0 };
			},
		};
		return { asked, chatkitty: new ChatKittyApi(client as unknown as HttpClient, 'current') };
	};
	const all = async (pages: AsyncIterable<readonly object[]>) => {
		const rows: object[] = [];
		for await (const page of pages) rows.push(...page);
		return rows;
	};
	const next = (href: unknown) => ({ _links: { next: { href } } });

	it('follow the link as given: absolute, relative, as a template, as text, or in a list', async () => {
		const { asked, chatkitty } = answers([
			{ _embedded: { users: [{ id: 1 }] }, ...next('https://api.chatkitty.com/v1/applications/1/users?start=333582423138781125&size=5&relation=NEXT') },
			{ _embedded: { users: [{ id: 2 }] }, ...next('/v1/applications/1/users{?page}') },
			{ ...next('/users?page=3') },
			{ _embedded: { users: [{ id: 3 }] }, _links: [{ rel: 'next', href: '/users?page=4' }] },
			{ _embedded: { users: [] }, page: { size: 25 } },
		]);
		expect(await all(chatkitty.list('/users', 'users'))).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
		expect(asked).toEqual([
			'/users?size=100',
			'https://api.chatkitty.com/v1/applications/1/users?start=333582423138781125&size=5&relation=NEXT',
			'https://api.chatkitty.com/v1/applications/1/users',
			'https://api.chatkitty.com/users?page=3',
			'https://api.chatkitty.com/users?page=4',
		]);
	});

	it('go on by number where there are no links, and by the link where there is one, whatever the numbers say', async () => {
		const { asked, chatkitty } = answers([
			{ _embedded: { jobs: [{ id: 1 }] }, page: { number: 0, totalPages: 2, size: 1, totalElements: 2 } },
			{ _embedded: { jobs: [{ id: 2 }] }, page: { number: 1, total_pages: 2, size: 1, total_elements: 2 }, ...next('/jobs?page=2') },
			{ _embedded: { jobs: [{ id: 3 }] }, page: { number: 2, total_pages: 2, size: 1, total_elements: 2 } },
		]);
		expect(await all(chatkitty.list('/jobs', 'jobs', { running: true }, 1))).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
		expect(asked).toEqual(['/jobs?running=true&size=1', '/jobs?running=true&size=1&page=1', 'https://api.chatkitty.com/jobs?page=2']);
	});

	it.each([[{}], [null], ['text'], [[]], [{ error: 'x' }]])('%j is no list', async (body) => {
		const { chatkitty } = answers([body]);
		await expect(chatkitty.page('/users', 'users')).rejects.toThrow(/no list/);
	});

	it('names a list of values again and again, as the official client does', async () => {
		const { asked, chatkitty } = answers([{ page: {} }]);
		const page: readonly object[] = await all(chatkitty.list('/channels', 'channels', { members: ['a@x', 'b c'], empty: '', none: undefined }));
		expect([page, asked]).toEqual([[], ['/channels?members=a%40x&members=b+c&size=100']]);
	});

	it('that hold something else than records are an error: a list never comes out short', async () => {
		const { chatkitty } = answers([{ _embedded: { users: [{ id: 5 }, null] } }]);
		await expect(chatkitty.page('/users', 'users')).rejects.toThrow('something else than records');
	});
});

describe('users as fields name them', () => {
	it.each([
		['39801', { id: '39801' }, { id: 39801 }],
		['9223372036854775807', { id: '9223372036854775807' }, { id: '9223372036854775807' }],
		['jane@example.com', { username: 'jane@example.com' }, { username: 'jane@example.com' }],
	])('%s', (given, who, reference) => {
		expect([whoOf(given), referenceTo(given)]).toEqual([who, reference]);
	});
});

describe('rows of an import', () => {
	it('take either simulator, fill in what ChatKitty requires, and leave out what it does not know', () => {
		expect(checkedRows(SHAPES.user, [{ name: 'a', displayName: 'A', is_guest: true, x: 1 }, { name: 'b', properties: '{"k": 1}', display_name: '' }])).toEqual([
			{ name: 'a', display_name: 'A', guest: true, properties: {} },
			{ name: 'b', display_name: 'b', guest: false, properties: { k: 1 } },
		]);
		expect(checkedRows(SHAPES.channel, [{ type: 'DIRECT', members: 'a, b' }])).toEqual([{ type: 'DIRECT', members: ['a', 'b'] }]);
		expect(checkedRows(SHAPES.message, [{ channelId: '5', body: 'x' }, { channel_id: 5, body: 'x', user: 'a' }])).toEqual([
			{ channel_id: 5, body: 'x', type: 'SYSTEM_TEXT' },
			{ channel_id: 5, body: 'x', user: 'a', type: 'TEXT' },
		]);
	});

	it.each([
		[undefined, /not a list/],
		[{}, /not a list/],
		[[], /no rows/],
		[[null], /Row 0 must be a JSON object/],
		[[{ username: 'x' }, 'x'], /Row 1 must be a JSON object/],
		[[{ username: null }], /Row 0 has no "username"/],
	])('%j is refused by name', (rows, message) => {
		expect(() => checkedRows(SHAPES.member, rows)).toThrow(message);
	});
});

describe('simplified rows', () => {
	const all = { simpleMessage, simpleChannel, simpleUser, simpleNotification, simpleSession, simpleReceipt, simpleSummary, membership, job, settings };

	it.each(Object.entries(all))('%s gives an object for whatever comes', (_name, simplify) => {
		for (const value of [null, '', 42, [], {}, new Error('x')]) {
			const row = { id: value, user: value, file: value, members: value, creator: value, last_received_message: value, presence: value, data: value, channel: value, session: value, _links: value, features: value } as never;
			expect(typeof simplify === 'function' ? simplify(row) : simplify.simplify(row)).toEqual(expect.any(Object));
		}
	});

	it('settings are flat, also where ChatKitty wraps them', () => {
		const flat = { guest_users: 'ENABLED', user_created_channels: 'DISABLED' };
		expect([settings(flat), settings({ features: flat })]).toEqual([flat, flat]);
	});

	it("the documentation's own message comes out with IDs, time and sender", () => {
		const sample = { id: 44902, type: 'TEXT', channelId: 702, user: classicUser, body: 'Hi', properties: {}, createdTime: '2021-09-16T20:45:33.696Z', _links: { self: { href: 'https://api.chatkitty.com/v1/applications/1/messages/44902' } } };
		expect(simpleMessage.simplify(normalize(sample) as never)).toMatchObject({ id: '44902', channel_id: '702', username: 'jane@chatkitty.com', display_name: 'Jane Doe', body: 'Hi', created_time: '2021-09-16T20:45:33.696Z', thread_id: null, file_name: null });
	});
});

it('the client secret never leaves a runtime, as JSON or as text', () => {
	const body = { environment_variables: { CHATKITTY_CLIENT_SECRET: 's3cret', OTHER: 'x' }, list: [{ environmentVariables: { CHATKITTY_CLIENT_SECRET: 's3cret' } }] };
	const answer = { status: 200, headers: {}, sentAt: 0, tookMs: 0 };
	expect(JSON.stringify(withoutClientSecret({ ...answer, body }).body)).not.toContain('s3cret');
	expect(withoutClientSecret({ ...answer, body: JSON.stringify(body) }).body).not.toContain('s3cret');
	expect(withoutClientSecret({ ...answer, body }).body).toMatchObject({ environment_variables: { OTHER: 'x' } });
});
