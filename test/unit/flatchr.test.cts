import fc from 'fast-check';

import { useClock } from '../../lib/clock';
import { SerialThrottle } from '../../lib/http/serialThrottle';
import { applicationSchema, jobSchema, messageSchema } from '../../lib/ats/model';
import { ambiguousDay } from '../../nodes/Flatchr/changes';
import { extensionOf } from '../../nodes/Flatchr/cv';
import { filterDay, isoOf, millisOf } from '../../nodes/Flatchr/dates';
import { eventId, idsOf, itemOf, parseEvent } from '../../nodes/Flatchr/events';
import { joinsOf, withKeys } from '../../nodes/Flatchr/joins';
import { normalize, toApplication, toMessage } from '../../nodes/Flatchr/mapping';
import { simpleMessage, simpleVacancy } from '../../nodes/Flatchr/models';
import { tidy, withoutSecrets } from '../../nodes/Flatchr/tidy';
import { forgetUserToken, userTokenOf } from '../../nodes/Flatchr/userToken';

const DAY = 24 * 60 * 60_000;

describe('a time of Flatchr', () => {
	it.each([
		['of a search result, the day first', '09/11/21', '2021-11-09T00:00:00.000Z'],
		['with a whole year', '31/12/2026', '2026-12-31T00:00:00.000Z'],
		['of an applicant, in seconds', 1645022213, '2022-02-16T14:36:53.000Z'],
		['in seconds as text', '1645022213', '2022-02-16T14:36:53.000Z'],
		['in milliseconds', 1645022213000, '2022-02-16T14:36:53.000Z'],
		['of a message', '2022-02-16T09:32:07.381Z', '2022-02-16T09:32:07.381Z'],
		['with an offset', '2022-02-16T10:32:07+01:00', '2022-02-16T09:32:07.000Z'],
		['of a contract', '2026-09-01', '2026-09-01T00:00:00.000Z'],
		['with a blank', '2022-02-16 09:32:07', '2022-02-16T09:32:07.000Z'],
		['that is no day', '31/02/26', null],
		['with the month first, which it never writes', '12/25/21', null],
		['that is empty', '', null],
		['that is none', null, null],
		['that is a word', 'soon', null],
	])('%s is read', (_what, given, iso) => {
		expect(isoOf(given)).toBe(iso);
	});

	it('is asked for with the month first', () => {
		expect(filterDay('2021-12-25')).toBe('12/25/21');
		expect(filterDay(Date.UTC(2026, 0, 2, 23, 59))).toBe('01/02/26');
	});

	it('comes back as the day that was written, for every day of the century', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 36_524 }), (days) => {
				const ms = Date.UTC(2000, 0, 1) + days * DAY;
				const [month, day, year] = filterDay(ms).split('/');
				expect(millisOf(`${day}/${month}/${year}`)).toBe(ms);
			}),
		);
	});
});

it('has a day to come that is long past when read the other way round, but for the turn of the year', () => {
	for (let now = Date.UTC(2026, 0, 20); now < Date.UTC(2026, 11, 8); now += DAY) {
		const day = ambiguousDay(now);
		expect(day).not.toBeNull();
		const [month = 0, date = 0, year = 0] = filterDay(day ?? 0).split('/').map(Number);
		expect(day).toBeGreaterThan(now);
		expect(Date.UTC(2000 + year, date - 1, month)).toBeLessThan(now);
	}
	expect(ambiguousDay(Date.UTC(2026, 0, 1))).toBeNull();
});

describe('a record', () => {
	const member = { id: 'a', role_id: 2, user: { id: 'b', user_id: 391, token_vyte: 'secret-1', created_at: 1645022213 } };
	const applicant = { id: 'c', column_id: 13133, created_at: 1645022213, candidate: { aws: { key: 'k', extension: 'pdf', signature: 'secret-2' }, cv: { key: 'k', extension: 'pdf', signature: 'secret-3' } } };

	it('leaves without secrets, its ids as text, its times in UTC', () => {
		expect(tidy(member)).toEqual({ id: 'a', role_id: '2', user: { id: 'b', user_id: '391', created_at: '2022-02-16T14:36:53.000Z' } });
		expect(tidy(applicant)).toEqual({ id: 'c', column_id: '13133', created_at: '2022-02-16T14:36:53.000Z', candidate: { aws: { key: 'k', extension: 'pdf' }, cv: { key: 'k', extension: 'pdf' } } });
	});

	it('is otherwise as it came: scores, flags and words stay what they are', () => {
		const record = { score: 3, status: 1, hired: false, salary: '0', values: 'A; B', consent: [{ given: true }], remote: true, column: {}, updated_at: 'some day', phone: '+33 6 37 89 87 57' };
		expect(tidy(record)).toEqual(record);
	});

	it('that is passed on raw keeps ids and times, and loses the secrets', () => {
		expect(withoutSecrets([member, { url: 'https://x.example/f?token=secret-4&a=1', token: 'secret-5', at: 1 }])).toEqual([
			{ id: 'a', role_id: 2, user: { id: 'b', user_id: 391, created_at: 1645022213 } },
			{ url: 'https://x.example/f?token=[redacted]&a=1', at: 1 },
		]);
	});

	it('never keeps a secret, however deep', () => {
		const names = fc.constantFrom('token', 'token_vyte', 'access_token', 'password', 'api_key');
		fc.assert(
			fc.property(fc.array(fc.constantFrom('user', 'list', 'x'), { maxLength: 6 }), names, (places, name) => {
				const secret = places.reduce<unknown>((inner, place) => (place === 'list' ? [inner] : { [place]: inner }), { [name]: 'hidden!' });
				expect(JSON.stringify([tidy({ secret }), withoutSecrets(secret)])).not.toContain('hidden!');
			}),
		);
	});
});

describe('joins', () => {
	const joins = joinsOf(
		[{ id: 'V41QG9eja5pK6Xev', vacancy_id: '7001' }],
		[{ id: '13001', title: 'Applied' }, { id: '13002', title: 'Interview' }, { id: '13009', title: 'Interview' }],
	);
	const row = { applicant: 'A', vacancy_id: '7001', column: 'Applied', status: 1, hired: false };

	it('lead from number and title to the IDs that calls take', () => {
		expect(withKeys(row, joins)).toMatchObject({ vacancy_key: 'V41QG9eja5pK6Xev', column_id: '13001' });
	});

	it('that fail, or could mean two, lead nowhere', () => {
		expect(withKeys({ ...row, vacancy_id: '1', column: 'Interview' }, joins)).toMatchObject({ vacancy_key: null, column_id: null });
		expect(toApplication({ ...row, vacancy_id: 1, column: 'Interview' }, joins, { models: ['info', 'currentStage'] })).toMatchObject({ info: { jobId: null }, currentStage: { id: null, text: 'Interview' } });
	});
});

describe('the status of an application', () => {
	const none = { vacancyKeys: new Map(), columnIds: new Map() };
	it.each([
		[{ status: 1, hired: false }, 'ACTIVE', 'ACTIVE'],
		[{ status: 1, hired: true }, 'HIRED', 'HIRED'],
		[{ status: 1, hired: 'true' }, 'HIRED', 'HIRED'],
		[{ status: 0, hired: false }, 'NOT_SPECIFIED', 'REJECTED'],
		[{ status: 0, hired: true }, 'HIRED', 'HIRED'],
		[{ status: 1 }, 'NOT_SPECIFIED', 'NOT_SPECIFIED'],
		[{ status: 7, hired: false }, 'NOT_SPECIFIED', 'NOT_SPECIFIED'],
		[{}, 'NOT_SPECIFIED', 'NOT_SPECIFIED'],
	])('%j is %s, and %s where archived means rejected', (row, usual, archived) => {
		const read = (archivedAsRejected: boolean) => toApplication({ applicant: 'A', ...row }, none, { models: ['info'], archivedAsRejected }).info?.status;
		expect([read(false), read(true)]).toEqual([usual, archived]);
	});
});

/** The example of the documentation: https://developers.flatchr.io/en/docs/QuickStart/Messages */
const documented = {
	id: 'oLm7NdD0j7dNGbZQ',
	created_by: 391,
	created_at: '2022-02-16T09:32:07.381Z',
	auto: false,
	mail: { subject: 'Phone interview proposal', text: 'Hello Alexandre,', html: '<p>Hello Alexandre,</p>', status: null },
	delivered: false,
	deliver_at: '2022-02-16T10:34:56.000Z',
	author: { firstname: 'XXXX', lastname: 'XXXX' },
	candidate: { firstname: 'XXXX', lastname: 'XXXX', email: 'XXXX@gmail.com' },
	attachments: [],
};

describe('the documented message', () => {
	it('is simplified to what a person wants', () => {
		expect(simpleMessage.simplify(tidy(documented))).toEqual({ id: 'oLm7NdD0j7dNGbZQ', created_at: '2022-02-16T09:32:07.381Z', subject: 'Phone interview proposal', text: 'Hello Alexandre,', author: 'XXXX XXXX', candidate_email: 'XXXX@gmail.com', auto: false, delivered: false, deliver_at: '2022-02-16T10:34:56.000Z', attachments: [] });
	});

	it('is a message of the unified model, whichever name its time of delivery has', () => {
		const message = toMessage(documented);
		messageSchema().parse(message);
		expect(message).toMatchObject({ id: 'oLm7NdD0j7dNGbZQ', createdBy: '391', deliveredAt: '2022-02-16T10:34:56.000Z', mail: { subject: 'Phone interview proposal', status: null }, attachments: [] });
		const { deliver_at: time, ...rest } = documented;
		expect(toMessage({ ...rest, delivered_at: time }).deliveredAt).toBe(time);
	});
});

describe('a record from anywhere', () => {
	const vacancy = { id: 'V41QG9eja5pK6Xev', vacancy_id: 7001, slug: 'dev', title: 'Developer', description: 'We', mission: '<p>Build</p>', profile: '', status: 1, created_at: '2022-02-16T09:32:07.381Z' };
	const row = { applicant: 'oLm7NdD0j7dNGbZQ', vacancy: 'Developer', column: 'Applied', vacancy_id: 7001, status: 1, hired: false, firstname: 'Ada', lastname: 'L', email: '', phone: '+33 6 37 89 87 57', created_at: '09/11/21', updated_at: '10/11/21' };
	const update = { id: 'oLm7NdD0j7dNGbZQ', vacancy_id: 'V41QG9eja5pK6Xev', column_id: 13133, status: 0, created_at: 1645022213, updated_at: 1645022214, candidate: { id: 'c', firstname: 'Ada', email: null, urls: { linkedin: 'https://l.example' } }, column: {}, vacancy: {} };

	it('is known as a search row', () => {
		expect(normalize(row)).toMatchObject({ kind: 'application', value: { id: 'oLm7NdD0j7dNGbZQ', info: { status: 'ACTIVE', appliedAt: '2021-11-09T00:00:00.000Z', candidate: { id: null, emails: [], phones: [{ phoneNumber: '+33637898757' }] } }, currentStage: { id: null, text: 'Applied' } } });
	});

	it('is known as a search row of our node, with the IDs that it added', () => {
		expect(normalize({ ...tidy(row), vacancy_key: 'V41QG9eja5pK6Xev', column_id: '13001' })).toMatchObject({ kind: 'application', value: { info: { jobId: 'V41QG9eja5pK6Xev', appliedAt: '2021-11-09T00:00:00.000Z' }, currentStage: { id: '13001' } } });
	});

	it('is known as the answer to a move', () => {
		expect(normalize(update)).toMatchObject({ kind: 'application', value: { id: 'oLm7NdD0j7dNGbZQ', info: { status: 'NOT_SPECIFIED', jobId: 'V41QG9eja5pK6Xev', updatedAt: '2022-02-16T14:36:54.000Z', candidate: { id: 'c', links: ['https://l.example'] } }, currentStage: { id: '13133', text: null } } });
	});

	it('is known as a vacancy, a message and a candidate', () => {
		expect(normalize(vacancy)).toMatchObject({ kind: 'job', value: { id: 'V41QG9eja5pK6Xev', info: { status: 'OPEN', description: '<p>Build</p>' }, stages: null } });
		expect(normalize(documented)).toMatchObject({ kind: 'message' });
		expect(normalize({ id: 'c', firstname: 'Ada', lastname: 'L', urls: {} })).toMatchObject({ kind: 'candidate', value: { id: 'c', firstName: 'Ada' } });
	});

	it('is known as an event, unless the event names nobody by an ID', () => {
		const event = (id: unknown, ids?: object) => ({ event: 'drag_applicant', company_id: 1, data: { applicant: { ...update, id }, candidate: update.candidate, vacancy, vacancy_id: 'V41QG9eja5pK6Xev', column: { id: 13002, title: 'Hired', hired: true } }, ...(ids ? { ids } : {}) });
		expect(normalize(event('oLm7NdD0j7dNGbZQ'))).toMatchObject({ kind: 'application', value: { id: 'oLm7NdD0j7dNGbZQ', info: { status: 'HIRED', jobId: 'V41QG9eja5pK6Xev' }, currentStage: { id: '13002', text: 'Hired' } } });
		expect(normalize(event(500_001, { applicant: 'oLm7NdD0j7dNGbZQ' }))).toMatchObject({ kind: 'application', value: { id: 'oLm7NdD0j7dNGbZQ' } });
		expect(normalize(event(500_001))).toBeNull();
		expect(normalize({ event: 'new_vacancy', data: { vacancy: { ...vacancy, id: 7001 }, vacancy_id: 'V41QG9eja5pK6Xev' } })).toMatchObject({ kind: 'job', value: { id: 'V41QG9eja5pK6Xev' } });
	});

	it.each([null, undefined, '', 42, true, [], {}, { id: 'x' }, { event: 'x' }, { event: 'x', data: null }, { applicant: null }])('is not made up from %j', (given) => {
		expect(normalize(given)).toBeNull();
	});

	it('with anything in any field is a whole record of the model, or none', () => {
		const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.boolean(), fc.object({ maxDepth: 1 }), fc.array(fc.string()));
		fc.assert(
			fc.property(fc.constantFrom<Record<string, unknown>>(row, update, vacancy), fc.string(), odd, fc.integer(), (record, _, value, pick) => {
				const names = Object.keys(record);
				const found = normalize({ ...record, [names[Math.abs(pick) % names.length] ?? 'x']: value });
				if (found?.kind === 'application') applicationSchema().parse(found.value);
				if (found?.kind === 'job') jobSchema().parse(found.value);
			}),
		);
		expect(simpleVacancy.simplify({}).id).toBeNull();
	});
});

describe('an event', () => {
	it('without a name is refused', () => {
		for (const body of [null, [], {}, { event: '' }, { event: 7 }]) expect(() => parseEvent(body)).toThrow(/no event of Flatchr/);
	});

	it('has the IDs of its sample, whichever kind each is', () => {
		const created = parseEvent({ event: 'new_applicant', data: { applicant: { id: 'oLm7NdD0j7dNGbZQ' }, column: 13133, column_id: 'encodedColumn123', vacancy_id: 'V41QG9eja5pK6Xev', applicant_id: 99 } });
		expect(idsOf(created)).toEqual({ applicant: 'oLm7NdD0j7dNGbZQ', vacancy: 'V41QG9eja5pK6Xev', column: '13133' });
		expect(itemOf(created, idsOf(created))).toMatchObject({ data: { column: '13133', applicant_id: '99' } });
		expect(idsOf(parseEvent({ event: 'drag_applicant', data: { applicant: { id: 99 }, column: { id: 13133 } } }))).toEqual({ applicant: null, vacancy: null, column: '13133' });
	});

	it('is known again only by what happens once', () => {
		expect(eventId(parseEvent({ event: 'new_applicant', data: { applicant_id: 99 } }))).toBe('new_applicant 99');
		expect(eventId(parseEvent({ event: 'new_message', data: { applicant_id: 99, text: 'ok' } }))).toBeUndefined();
		expect(eventId(parseEvent({ event: 'drag_applicant', data: { applicant: { id: 99 } } }))).toBeUndefined();
		expect(eventId(parseEvent({ event: 'other' }))).toBeUndefined();
	});
});

it('the extension of a CV is typed, or the end of its key', () => {
	expect([extensionOf('a/b/name', '.PDF'), extensionOf('a/b/name.docx', undefined)]).toEqual(['PDF', 'docx']);
	expect(() => extensionOf('a/b/name', undefined)).toThrow('"Extension" is empty');
});

describe('in time', () => {
	let now = 0;
	let restore = () => {};
	beforeEach(() => {
		now = 1_000_000;
		restore = useClock({ now: () => now, sleep: async (ms) => void (now += ms) });
	});
	afterEach(() => restore());

	it('calls keep their pace and their order, after a good call only', async () => {
		const pace = new SerialThrottle(1000);
		const began: Array<[string, number]> = [];
		const call = (name: string, fails = false, signal?: AbortSignal) =>
			pace.run(async () => {
				began.push([name, now]);
				now += 200;
				if (fails) throw new Error('no');
			}, signal);
		const all = await Promise.allSettled([call('a'), call('b', true), call('c', false, AbortSignal.abort(new Error('cancelled'))), call('d')]);
		expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
		expect(began).toEqual([['a', 1_000_000], ['b', 1_001_200], ['d', 1_001_400]]);
	});

	it('a token of a user is kept until a minute before it ends, and calls at once share a login', async () => {
		const user = { email: 'a@b.example', password: 'p1' };
		let logins = 0;
		const login = async () => `h.${Buffer.from(JSON.stringify({ exp: (now + 600_000) / 1000, n: ++logins })).toString('base64url')}.s`;
		const get = async () => await userTokenOf('https://api.example', user, login);
		const [one, two] = await Promise.all([get(), get()]);
		expect([one === two, logins]).toEqual([true, 1]);
		now += 539_000;
		expect([await get() === one, logins]).toEqual([true, 1]);
		now += 2_000;
		const fresh = await get();
		expect(logins).toBe(2);
		// The old one was refused somewhere: the new one stays.
		await forgetUserToken('https://api.example', user, one);
		expect([await get(), logins]).toEqual([fresh, 2]);
		await forgetUserToken('https://api.example', user, fresh);
		await get();
		expect(logins).toBe(3);
	});

	it('a token that says nothing of its end is kept for an hour, and a failed login is not kept', async () => {
		const user = { email: 'c@d.example', password: 'p2' };
		let logins = 0;
		await expect(userTokenOf('https://api.example', user, async () => await Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
		const get = async () => await userTokenOf('https://api.example', user, async () => `opaque ${++logins}`);
		await get();
		now += 59 * 60_000;
		expect(await get()).toBe('opaque 1');
		now += 2 * 60_000;
		expect(await get()).toBe('opaque 2');
	});
});
