import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { ByteReader, ByteWriter } from '../../lib/poll/state/bytes';
import { created, diff, type Now } from '../../lib/ats/changes/compare/diff';
import { Emission } from '../../lib/ats/changes/compare/emission';
import type { Entry } from '../../lib/ats/changes/memory/memory';
import { pack, unpack } from '../../lib/ats/changes/memory/pack';
import { CorruptState } from '../../lib/poll/state/corrupt';
import { contentHash, snapshotOf } from '../../lib/ats/changes/compare/snapshot';
import { freshState, type State } from '../../lib/ats/changes/memory/state';
import { DEFAULT_OPTIONS } from '../../lib/ats/changes/options';
import { APPLICATION_STATUSES, INTERVIEW_STATUSES, MODEL_KEYS, OFFER_STATUSES, ORIGINS } from '../../lib/ats/model';
import type { Application } from '../../lib/ats/model';
import type { SourceRow } from '../../lib/ats/source';
import { opaqueId } from '../../sandbox/random.cts';

const id = fc.oneof(fc.integer({ min: 1, max: 10_000 }).map((n) => opaqueId('application', n)), fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), fc.uuid());
const time = fc.option(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()), { nil: null });
const words = fc.option(fc.string({ maxLength: 12 }), { nil: null });
const stage = fc.option(fc.record({ id: fc.constantFrom('s1', 's2', 's3', 'é'), text: fc.constantFrom('One', 'Two', null), category: fc.constant(null) }), { nil: null });

const application: fc.Arbitrary<Application> = fc.record({
	provider: fc.constant('fake'),
	id,
	info: fc.option(fc.record({
		id: fc.constant('x'),
		status: fc.constantFrom(...APPLICATION_STATUSES),
		candidate: fc.option(fc.record({ id: words, name: words, firstName: words, lastName: words, phones: fc.constant(null), emails: fc.constant(null), links: fc.option(fc.array(fc.webUrl(), { maxLength: 2 }), { nil: null }), location: words }), { nil: null }),
		origin: fc.constantFrom(...ORIGINS),
		appliedAt: time, updatedAt: time, jobId: words, job: fc.constant(null), source: words, customFields: fc.constant(null),
		owner: fc.option(fc.record({ id: words, email: words, employeeId: words, name: words, firstName: words, lastName: words }), { nil: null }),
		creditedTo: fc.constant(null),
	}), { nil: null }),
	currentStage: stage,
	interviews: fc.option(fc.uniqueArray(fc.record({
		id: fc.constantFrom('i1', 'i2', 'i3'), subject: words, createdAt: time, scheduledStart: time, scheduledEnd: time, stage: fc.constant(null),
		interviewers: fc.constant(null), location: words, creator: fc.constant(null), status: fc.constantFrom(...INTERVIEW_STATUSES),
	}), { maxLength: 3, selector: (one) => one.id }), { nil: null }),
	rejection: fc.option(fc.record({ id: words, text: words, rejectedAt: time }), { nil: null }),
	offers: fc.option(fc.uniqueArray(fc.record({ id: fc.constantFrom('o1', 'o2'), status: fc.constantFrom(...OFFER_STATUSES), createdAt: time, sentAt: time, closedAt: time }), { maxLength: 2, selector: (one) => one.id }), { nil: null }),
	attachments: fc.option(fc.uniqueArray(fc.record({ type: fc.constantFrom('RESUME' as const), name: fc.constantFrom('a', 'b', 'c'), link: words, createdAt: fc.constant(null) }), { maxLength: 3, selector: (one) => one.name ?? '' }), { nil: null }),
});

const row: fc.Arbitrary<SourceRow> = fc.record({
	application,
	known: fc.subarray([...MODEL_KEYS]).map((models) => new Set(models)),
	deleted: fc.boolean(),
}).map(({ application: one, known, deleted }) => ({ id: one.id, application: one, known, deleted, createdAt: null, changedAt: null }));

const allKnown = row.map((one) => ({ ...one, deleted: false, known: new Set(MODEL_KEYS) }));

function nowOf(one: SourceRow): Now {
	return { snapshot: snapshotOf(one), row: one };
}

function entryOf(one: SourceRow, fields: Partial<Entry> = {}): Entry {
	return { id: one.id, step: 0, snapshot: snapshotOf(one), rowHash: 0, lookupKey: null, missed: false, seenIn: 0, begin: 0, size: 0, ...fields };
}

function stateOf(entries: readonly Entry[]): State {
	const state = freshState('scope', ['model info']);
	for (const entry of entries) state.memory.set(entry);
	return state;
}

/** What counts of a state: everything but what the process keeps for itself. */
function contentOf({ header, memory }: State) {
	const plain = ({ snapshot: { stage: where, ...snapshot }, seenIn: _seen, begin: _begin, size: _size, ...entry }: Entry) => ({ ...entry, snapshot: { ...snapshot, stage: where?.id ?? null } });
	return {
		header,
		full: [...memory.full.values()].map(plain),
		compact: [...memory.compact].map(([key, { seenIn: _seen, askedAs: _asked, missed: _missed, ...entry }]) => [key, entry]).sort(),
	};
}

describe('packing', () => {
	it('gives back what was packed, whatever it was', () => {
		fc.assert(fc.property(fc.uniqueArray(row, { maxLength: 20, selector: (one) => one.id }), fc.array(fc.record({ step: fc.nat(), rowHash: fc.nat(), lookupKey: fc.option(fc.string({ maxLength: 20 }), { nil: null }), missed: fc.boolean() })), (rows, more) => {
			const state = stateOf(rows.map((one, index) => entryOf(one, more[index])));
			for (const entry of [...state.memory.full.values()].slice(0, Math.floor(rows.length / 3))) state.memory.makeCompact(entry);
			const before = contentOf(state);
			const again = unpack(pack(state));
			expect(contentOf(again)).toEqual(before);
		}), { numRuns: 300 });
	});

	it('gives the same after any mix of packing, changing and unpacking', () => {
		fc.assert(fc.property(fc.array(fc.tuple(row, fc.constantFrom('set', 'change', 'compact', 'pack', 'restart')), { minLength: 5, maxLength: 40 }), (steps) => {
			let state = freshState('scope', []);
			for (const [one, step] of steps) {
				state.memory.set(entryOf(one));
				if (step === 'change') for (const entry of [...state.memory.full.values()].slice(0, 2)) state.memory.set({ ...entry, step: entry.step + 1_000, missed: !entry.missed });
				if (step === 'compact') for (const entry of [...state.memory.full.values()].slice(0, 2)) state.memory.makeCompact(entry);
				if (step === 'pack') pack(state);
				if (step === 'restart') state = unpack(pack(state));
			}
			expect(contentOf(unpack(pack(state)))).toEqual(contentOf(state));
		}), { numRuns: 200 });
	});

	it('forgets the words of what has changed since, however often it is packed by one process', () => {
		const [one] = fc.sample(allKnown, { numRuns: 1, seed: 5 });
		if (!one) throw new Error('no sample');
		const state = freshState('scope', []);
		for (let at = 0; at < 500; at++) {
			state.memory.set(entryOf({ ...one, application: { ...one.application, rejection: { id: null, text: `reason ${at}`, rejectedAt: null } } }));
			expect(pack(state).length).toBeLessThan(2_000);
		}
		expect(contentOf(unpack(pack(state)))).toEqual(contentOf(state));
	});

	it('notices any damaged byte', () => {
		const text = pack(stateOf(fc.sample(row, { numRuns: 10, seed: 1 }).map((one) => entryOf(one))));
		const bytes = Buffer.from(text, 'base64');
		fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
			const damaged = Buffer.from(bytes);
			damaged[at] = (damaged[at] ?? 0) ^ by;
			expect(() => unpack(damaged.toString('base64'))).toThrow(CorruptState);
		}));
	});

	it.each(['', 'AAAA', 'not base64 at all', '{"lastId":7}', 'QVQ='])('takes %j for what it is: not ours', (text) => {
		expect(() => unpack(text)).toThrow(CorruptState);
	});

	it('holds no text of a person', () => {
		const person = fc.sample(allKnown, { numRuns: 1, seed: 3 })[0];
		if (!person) throw new Error('no sample');
		person.application.info = {
			id: 'x', status: 'ACTIVE', origin: 'AGENCY', appliedAt: null, updatedAt: null, jobId: null, job: null, source: 'LinkedIn', customFields: null, owner: { id: 'u', email: 'owner@example.com', employeeId: null, name: null, firstName: null, lastName: null }, creditedTo: null,
			candidate: { id: 'c', name: 'Wilhelmina Fernsby', firstName: 'Wilhelmina', lastName: 'Fernsby', phones: [{ type: 'WORK', phoneNumber: '0555-123' }], emails: [{ type: 'WORK', email: 'w.fernsby@example.com' }], links: [], location: 'Arnhem' },
		};
		const bytes = Buffer.from(pack(stateOf([entryOf(person)])), 'base64').toString('latin1');
		for (const word of ['Wilhelmina', 'Fernsby', '0555', 'example.com', 'Arnhem']) expect(bytes).not.toContain(word);
	});

	it('keeps 20,000 applications with an interview for each second in 70 bytes each', () => {
		const packed = pack(stateOf(many(20_000)), Infinity);
		expect(packed.length / 20_000).toBeLessThan(70);
	});

	it('keeps 25,000 within 1.3 MB and within 256 KB, forgetting none', () => {
		for (const bound of [1_300_000, 256 * 1024]) {
			const state = stateOf(many(25_000));
			const packed = pack(state, bound);
			expect(packed.length).toBeLessThanOrEqual(bound);
			expect(unpack(packed).memory.size).toBe(25_000);
		}
	});

	it('keeps 25,000 of an account where each job has stages of its own within 256 KB', () => {
		const state = stateOf(many(25_000));
		for (let i = 0; i < 240; i++) {
			const one = { id: longId(900_000 + i), text: `Interview with the hiring team ${i % 6}`, category: null };
			state.memory.stages.set(one.id, one);
		}
		const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
		state.memory.full.set('one', { ...entryOf({ ...nothingOf('one'), application: { ...nothingOf('one').application, currentStage: { id: uuid, text: 'x', category: null } }, known: new Set(['currentStage']) }) });
		const packed = pack(state, 256 * 1024);
		expect(packed.length).toBeLessThanOrEqual(256 * 1024);
		expect([...unpack(packed).memory.compact.values()].map((one) => one.stage)).toContain(uuid);
		expect(unpack(packed).memory.stages.get(longId(900_007))?.text).toBe('Interview with the hiring team 1');
	});

	it('takes the details of finished applications first', () => {
		const state = stateOf(many(2_000));
		pack(state, 90_000);
		const left = [...state.memory.full.values()];
		expect(left.length).toBeLessThan(1_200);
		expect(left.filter(({ snapshot }) => snapshot.status === 'ACTIVE')).toHaveLength(800);
	});

	it('says to narrow by job when even slim ones do not fit', () => {
		expect(() => pack(stateOf(many(2_000)), 8_000)).toThrow('2,000 applications do not fit into the 8 KB');
		expect(() => pack(stateOf(many(2_000)), 8_000)).toThrow('Narrow this trigger to some jobs');
	});

	it('reads any number, text and time that it wrote', () => {
		fc.assert(fc.property(fc.array(fc.tuple(fc.maxSafeNat(), fc.string({ unit: 'grapheme' }), fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 }))), (values) => {
			const out = new ByteWriter(1);
			for (const [number, text, at] of values) {
				out.varint(number);
				out.text(text);
				out.time(at);
			}
			const from = new ByteReader(out.view());
			for (const [number, text, at] of values) expect([from.varint(), from.text(), from.time()]).toEqual([number, text, at]);
		}));
	});
});

describe('the difference', () => {
	it('is nothing between an application and itself', () => {
		fc.assert(fc.property(row, (one) => {
			expect(diff(snapshotOf(one), nowOf(one)).differences).toEqual([]);
		}));
	});

	it('is found whenever anything that both know differs, and remembered so that it is emitted once', () => {
		fc.assert(fc.property(row, row, (a, b) => {
			const before = snapshotOf(a);
			const step = diff(before, nowOf({ ...b, id: a.id }));
			expect(diff(step.next ?? before, nowOf({ ...b, id: a.id })).differences).toEqual([]);
			if (!before.deleted && !b.deleted && before.known === 63 && snapshotOf(b).known === 63) {
				expect(step.differences.length > 0).toBe(contentHash(before) !== contentHash(snapshotOf(b)));
			}
		}), { numRuns: 1_000 });
	});

	it('leads back to where it began: A, B, A', () => {
		fc.assert(fc.property(allKnown, allKnown, (a, b) => {
			const before = snapshotOf(a);
			const there = diff(before, nowOf(b));
			const after = there.next ?? before;
			const back = diff(after, nowOf(a));
			expect(diff(back.next ?? after, nowOf(a)).differences).toEqual([]);
			expect(back.differences.length > 0).toBe(there.differences.length > 0);
		}), { numRuns: 500 });
	});

	it('never speaks of a model that is unknown', () => {
		fc.assert(fc.property(row, row, (a, b) => {
			const both = snapshotOf(a).known & snapshotOf(b).known;
			const root = { info: 1, currentStage: 2, interviews: 4, rejection: 8, offers: 16, attachments: 32 };
			for (const { changes } of diff(snapshotOf(a), nowOf(b)).differences) {
				for (const { path } of changes) {
					const model = MODEL_KEYS.find((key) => path.startsWith(key));
					if (model) expect(both & root[model]).not.toBe(0);
				}
			}
		}));
	});

	it('does not depend on the order in which the vendor lists things', () => {
		fc.assert(fc.property(allKnown, (one) => {
			const { application: a } = one;
			const turned = { ...one, application: { ...a, interviews: a.interviews && [...a.interviews].reverse(), offers: a.offers && [...a.offers].reverse(), attachments: a.attachments && [...a.attachments].reverse() } };
			expect(diff(snapshotOf(one), nowOf(turned)).differences).toEqual([]);
		}));
	});

	it('begins a new application with application.created', () => {
		fc.assert(fc.property(row, (one) => {
			expect(created(nowOf(one))[0]?.event).toBe('application.created');
		}));
	});
});

describe('parts without an id', () => {
	const file = { type: 'RESUME' as const, name: 'cv.pdf', link: null, createdAt: null };
	const talk = { id: null, subject: 'Talk', createdAt: null, scheduledStart: '2026-02-01T10:00:00.000Z', scheduledEnd: null, stage: null, interviewers: null, location: null, creator: null, status: 'SCHEDULED' as const };
	const offer = { id: null, status: 'IN_PROGRESS' as const, createdAt: null, sentAt: null, closedAt: null };
	const withParts = (parts: Partial<Application>): SourceRow => ({
		id: 'a', deleted: false, createdAt: null, changedAt: null, known: new Set(MODEL_KEYS),
		application: { provider: 'fake', id: 'a', info: null, currentStage: null, interviews: [], rejection: null, offers: [], attachments: [], ...parts },
	});
	const between = (before: Partial<Application>, now: Partial<Application>) => diff(snapshotOf(withParts(before)), nowOf(withParts(now))).differences.map(({ event }) => event);

	it.each<[string, string, Partial<Application>, Partial<Application>]>([
		['a second file of one name', 'attachment.added', { attachments: [file] }, { attachments: [file, file] }],
		['a second interview of one title and time', 'interview.scheduled', { interviews: [talk] }, { interviews: [talk, { ...talk, location: 'Room 2' }] }],
		['a second offer of one day', 'offer.created', { offers: [offer] }, { offers: [offer, offer] }],
	])('emits %s as one more', (_name, event, a, b) => {
		expect(between(a, b)).toEqual([event]);
		expect(between(b, b)).toEqual([]);
		expect(between(b, a)).toHaveLength(1);
	});

	it('gives two files of one name that come at once two event IDs, the same ones whenever they are compared', () => {
		const { differences } = diff(snapshotOf(withParts({})), nowOf(withParts({ attachments: [file, file] })));
		const ids = () => {
			const emission = new Emission(DEFAULT_OPTIONS, 'fake', ['scope']);
			emission.emit(differences, { applicationId: 'a', application: null, before: null, after: snapshotOf(withParts({})), step: 1, foundBy: 'window', previousKnown: true });
			return emission.items().map((one) => ('eventId' in one ? one.eventId : ''));
		};
		expect(new Set(ids()).size).toBe(2);
		expect(ids()).toEqual(ids());
	});

	it('emits one file once that is listed twice with one id', () => {
		expect(between({}, { attachments: [{ ...file, id: 'f' }, { ...file, id: 'f' }] })).toEqual(['attachment.added']);
	});
});

describe('an edit of a person', () => {
	it('always has the path info.candidate', () => {
		const named = (firstName: string): SourceRow => ({
			id: 'a', deleted: false, createdAt: null, changedAt: null, known: new Set(['info']),
			application: {
				provider: 'fake', id: 'a', currentStage: null, interviews: null, rejection: null, offers: null, attachments: null,
				info: { id: 'a', status: 'ACTIVE', origin: 'EXTERNAL', appliedAt: null, updatedAt: null, jobId: 'j', owner: null, creditedTo: null, job: null, source: null, customFields: null, candidate: { id: 'c', name: null, firstName, lastName: null, phones: null, emails: null, links: null, location: null } },
			},
		});
		for (let i = 0; i < 2_000; i++) {
			expect(diff(snapshotOf(named('Ann')), nowOf(named(`Ann ${i}`))).differences).toMatchObject([{ event: 'application.updated', changes: [{ path: 'info.candidate' }] }]);
		}
	});
});

describe('a compact application', () => {
	it('says of itself what the full one said, so that it is not emitted as changed', () => {
		fc.assert(fc.property(row, (one) => {
			const state = stateOf([entryOf(one)]);
			for (const entry of [...state.memory.full.values()]) state.memory.makeCompact(entry);
			const compact = unpack(pack(state)).memory.find(one.id);
			expect(compact).toMatchObject({ content: contentHash(snapshotOf(one)) % 2 ** 20, deleted: one.deleted });
		}));
	});
});

/** Applications as a company of some years has them: two thirds finished, every second with an interview. */
const nothingOf = (one: string): SourceRow => ({ id: one, deleted: false, createdAt: null, changedAt: null, known: new Set(), application: { provider: 'fake', id: one, info: null, currentStage: null, interviews: null, rejection: null, offers: null, attachments: null } });

const made: Entry[] = [];

/** Entries are never changed in place: what is made once serves all. */
function many(count: number): Entry[] {
	const at = Date.UTC(2026, 0, 5, 9);
	for (let index = made.length; index < count; index++) {
		const status = (['HIRED', 'REJECTED', 'ACTIVE', 'REJECTED', 'ACTIVE'] as const)[index % 5] ?? 'ACTIVE';
		const one = longId(index);
		made.push(entryOf({
			id: one, deleted: false, createdAt: null, changedAt: null, known: new Set(MODEL_KEYS.slice(0, 5)),
			application: {
				provider: 'kombo', id: one, attachments: null,
				info: { id: one, status, candidate: { id: one, name: null, firstName: `${index}`, lastName: 'x', phones: [], emails: [], links: [], location: null }, origin: 'NOT_SPECIFIED', appliedAt: null, updatedAt: null, jobId: longId(800_000 + (index % 40)), job: null, source: null, customFields: null, owner: null, creditedTo: null },
				currentStage: { id: longId(900_000 + (index % 240)), text: `Stage ${index % 6}`, category: null },
				interviews: index % 2 ? [{ id: longId(500_000 + index), subject: null, createdAt: null, scheduledStart: new Date(at + index * 60_000).toISOString(), scheduledEnd: new Date(at + index * 60_000 + 3_600_000).toISOString(), stage: null, interviewers: null, location: null, creator: null, status: 'SCHEDULED' }] : [],
				rejection: status === 'REJECTED' ? { id: null, text: 'Not a fit', rejectedAt: new Date(at + index * 1_000).toISOString() } : null,
				offers: [],
			},
		}));
	}
	return made.slice(0, count);
}

/** 24 characters, as Kombo's ids have; cheaper than the sandbox's. */
function longId(number: number): string {
	return createHash('md5').update(String(number)).digest('base64').slice(0, 24).replace(/[+/=]/g, 'x');
}
