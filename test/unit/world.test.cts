import fc from 'fast-check';
import * as actions from '../../sandbox/actions.cts';
import { DAY, HOUR, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import type { ModelName } from '../../sandbox/model.cts';
import { opaqueId } from '../../sandbox/random.cts';
import { Recruiter, STEPS } from '../../sandbox/recruiter.cts';
import { fillWorld } from '../../sandbox/seed.cts';
import { Aliases, World } from '../../sandbox/world.cts';
import { integrationIdOf } from '../../sandbox/kombo/state.cts';

const MODELS: ModelName[] = ['company', 'department', 'position', 'role', 'user', 'tag', 'rejectionReason', 'stage', 'job', 'candidate', 'application', 'interview', 'offer', 'note', 'attachment', 'scorecard', 'resultLink', 'message', 'task', 'activity', 'chatUser', 'chatChannel', 'chatMessage'];

function newWorld(seed: string | number, size = { jobs: 8, applications: 120 }): { world: World; clock: ManualClock } {
	const clock = new ManualClock();
	return { world: fillWorld(new World({ seed, clock }), size), clock };
}

/** Everything in the world, without what merely counts. */
function snapshot(world: World): Record<string, Record<string, unknown>> {
	const all: Record<string, Record<string, unknown>> = {};
	for (const model of MODELS) {
		for (const row of world.collection(model).rows) {
			const { changedAt: _changed, linkedAt: _linked, ...rest } = row;
			all[`${model} ${row.id}`] = structuredClone(rest);
		}
	}
	return all;
}

/** What the journal says happened, done to an older snapshot. */
function replay(before: Record<string, Record<string, unknown>>, world: World): Record<string, Record<string, unknown>> {
	for (const entry of world.journal) {
		const key = `${entry.model} ${entry.id}`;
		if (entry.kind === 'added') {
			const { changedAt: _changed, linkedAt: _linked, ...rest } = entry.to as Record<string, unknown>;
			before[key] = structuredClone(rest);
			continue;
		}
		const path = entry.path.split('.');
		const last = path.pop() ?? '';
		let place = before[key] ?? {};
		for (const part of path) place = place[part] as Record<string, unknown>;
		expect(place[last]).toEqual(entry.from);
		place[last] = structuredClone(entry.to);
	}
	return before;
}

test('the same seed gives the same world, and another seed another', () => {
	expect(snapshot(newWorld('a').world)).toEqual(snapshot(newWorld('a').world));
	expect(snapshot(newWorld('b').world)).not.toEqual(snapshot(newWorld('a').world));
});

test('the same recruiter makes the same changes', () => {
	const work = () => {
		const { world, clock } = newWorld('r');
		const recruiter = new Recruiter(world);
		for (let i = 0; i < 300; i++) {
			clock.advance(MINUTE);
			recruiter.step();
		}
		return world.journal.map((entry) => [entry.at, entry.model, entry.id, entry.path, entry.to]);
	};
	expect(work()).toEqual(work());
});

test('a world has everything a service may show, and nothing that lies in the future', () => {
	const { world, clock } = newWorld(1, { jobs: 40, applications: 2000 });
	expect([world.jobs.size, world.applications.size]).toEqual([40, 2000]);
	const lonely = MODELS.filter((model) => world.collection(model).size === 0);
	expect(lonely).toEqual(['resultLink']);
	for (const model of MODELS) {
		for (const row of world.collection(model).rows) expect([model, row.createdAt <= clock.now(), row.changedAt <= clock.now(), row.changedAt >= row.createdAt]).toEqual([model, true, true, true]);
	}
	const statuses = new Set(world.applications.rows.map((row) => row.status));
	expect(statuses).toEqual(new Set(['PENDING', 'HIRED', 'DECLINED']));
	for (const application of world.applications.rows) expect(world.jobs.need(application.jobId).stageIds).toContain(application.stageId);
	expect(new Set(world.jobs.rows[0]?.questions.map((question) => question.type))).toEqual(new Set(['TEXT', 'SINGLE_SELECT', 'NUMBER', 'BOOLEAN', 'DATE', 'MULTI_SELECT', 'FILE', 'INFORMATION', 'UNKNOWN']));
});

test('ids do not repeat, in 100,000 of them', () => {
	const ids = Array.from({ length: 100_000 }, (_, i) => opaqueId('1/application', i + 1));
	expect(new Set(ids).size).toBe(100_000);
	expect(ids.slice(0, 1000).filter((id) => !/^[1-9A-HJ-NP-Za-km-z]{24}$/.test(id))).toEqual([]);
});

test('the journal holds every change: replayed on the old world it gives the new one', () => {
	fc.assert(
		fc.property(fc.integer(), fc.array(fc.constantFrom(...STEPS.map(([step]) => step)), { minLength: 1, maxLength: 60 }), (seed, steps) => {
			const { world, clock } = newWorld(seed, { jobs: 3, applications: 25 });
			const before = snapshot(world);
			const recruiter = new Recruiter(world);
			for (const step of steps) {
				clock.advance(1000);
				recruiter.step(step);
			}
			expect(replay(before, world)).toEqual(snapshot(world));
		}),
		{ numRuns: 40 },
	);
});

test('every kind of step leaves its mark', () => {
	const { world } = newWorld('steps', { jobs: 8, applications: 400 });
	const recruiter = new Recruiter(world);
	for (const [step] of STEPS) expect([step, recruiter.step(step).length > 0]).toEqual([step, true]);
});

test('a change that changes nothing is none', () => {
	const { world } = newWorld(1);
	const candidate = world.candidates.need(world.applications.need(world.applications.rows[0]?.id ?? '').candidateId);
	const { version } = world;
	world.change('candidate', candidate.id, { firstName: candidate.firstName, emails: structuredClone(candidate.emails) }, 'test');
	expect([world.journal.length, world.version]).toEqual([0, version]);
});

test('under lag a change is shown later, with the stamp of the time when it was made', () => {
	const { world, clock } = newWorld(1);
	const application = world.applications.rows.find((row) => row.status === 'PENDING');
	if (!application) throw new Error('no pending application');
	const made = clock.now();
	world.lag = 40 * MINUTE;
	actions.reject(world, application, null, null, 'test');
	const { application: fresh } = actions.apply(world, world.jobs.need(application.jobId), { candidate: { firstName: 'New', lastName: 'One', company: null, title: null, emails: [], phones: [], links: [], place: null, source: null, tagIds: [], consent: null } }, 'test');
	clock.advance(39 * MINUTE);
	world.settle();
	expect([application.status, world.journal.length, world.applications.get(fresh.id), world.find('application', fresh.id)]).toEqual(['PENDING', 0, undefined, fresh]);
	clock.advance(MINUTE);
	world.settle();
	expect([application.status, application.changedAt, world.applications.get(fresh.id)]).toEqual(['DECLINED', made, fresh]);
	expect(world.journal.find((entry) => entry.path === 'status')).toMatchObject({ at: made, seenAt: made + 40 * MINUTE, from: 'PENDING', to: 'DECLINED', by: 'test' });
});

test('under uneven lag the changes of one candidate keep their order, and the journal stays whole', () => {
	const { world, clock } = newWorld('lag', { jobs: 3, applications: 40 });
	const before = snapshot(world);
	const dice = world.random.fork('lag');
	world.lag = () => dice.pick([0, 5, 40, 180]) * MINUTE;
	const recruiter = new Recruiter(world);
	for (let i = 0; i < 400; i++) {
		clock.advance(2 * MINUTE);
		recruiter.step();
	}
	clock.advance(DAY);
	world.settle();
	expect(replay(before, world)).toEqual(snapshot(world));
	const seen = new Map<string, number>();
	for (const entry of world.journal) {
		if (entry.model !== 'application') continue;
		expect(entry.at).toBeGreaterThanOrEqual(seen.get(entry.id) ?? 0);
		seen.set(entry.id, entry.at);
	}
});

test('another service may give the records ids of its own, and find them again', () => {
	const { world } = newWorld(1);
	const flatchr = new Aliases(world, (label, number) => opaqueId(`flatchr ${label}`, number, 16));
	const first = world.applications.rows[0];
	if (!first) throw new Error('no application');
	expect(flatchr.of('application', first)).toHaveLength(16);
	expect(flatchr.find('application', flatchr.of('application', first))).toBe(first);
	const tag = world.add('tag', { name: 'Added later' }, 'test');
	expect(flatchr.find('tag', flatchr.of('tag', tag))).toBe(tag);
	expect(flatchr.find('tag', 'nobody')).toBeUndefined();
});

test('a record is found by what it belongs to, also after that changed', () => {
	const { world } = newWorld(1);
	const application = world.applications.rows.find((row) => row.status === 'PENDING');
	if (!application) throw new Error('no pending application');
	const from = application.stageId;
	const count = world.applications.by('stageId', from).length;
	const to = world.jobs.need(application.jobId).stageIds.find((id) => id !== from) ?? '';
	actions.move(world, application, to, 'test');
	expect(world.applications.by('stageId', from)).toHaveLength(count - 1);
	expect(world.applications.by('stageId', to)).toContain(application);
});

describe("Kombo's updated_after", () => {
	let sandbox: Sandbox;
	let clock: ManualClock;

	beforeEach(async () => {
		clock = new ManualClock();
		sandbox = await startSandbox({ seed: 'after', jobs: 4, applications: 80, clock, listen: false, services: ['kombo'] });
	});

	afterEach(async () => {
		expect(sandbox.violations).toEqual([]);
		await sandbox.close();
	});

	/** Which lists show something new after the change, and the `changed_at` of what they show. */
	const told = async (change: () => void): Promise<Record<string, string[]>> => {
		clock.advance(HOUR);
		const since = new Date(clock.now()).toISOString();
		clock.advance(1000);
		change();
		const found: Record<string, string[]> = {};
		for (const list of ['jobs', 'candidates', 'applications', 'interviews', 'offers', 'users', 'notes', 'scorecards', 'tags', 'roles', 'application-stages', 'rejection-reasons', 'attachments']) {
			const answer = await sandbox.inject({ url: `/kombo/v1/ats/${list}?page_size=250&include_deleted=true&updated_after=${encodeURIComponent(since)}`, headers: { authorization: `Bearer ${sandbox.keys['kombo'] ?? ''}`, 'x-integration-id': integrationIdOf(sandbox.world) } });
			expect(answer.statusCode).toBe(200);
			const rows = answer.json().data.results as Array<{ changed_at: string }>;
			if (rows.length > 0) found[list] = rows.map((row) => (row.changed_at > since ? 'changed' : 'older stamp'));
		}
		return found;
	};

	/** An application with an interview and an offer, of a candidate who has only this one. */
	const rich = () => {
		const { world } = sandbox;
		const application = world.applications.rows.find((row) => row.status === 'PENDING' && world.applications.by('candidateId', row.candidateId).length === 1 && world.interviews.by('applicationId', row.id).length === 0 && world.offers.by('applicationId', row.id).length === 0);
		if (!application) throw new Error('no such application');
		const interview = actions.schedule(world, application, { title: 'Talk', startsAt: clock.now() + DAY }, 'test');
		const offer = actions.offer(world, application, 'test');
		return { world, application, interview, offer, candidate: world.candidates.need(application.candidateId), job: world.jobs.need(application.jobId) };
	};

	test('an application that moves surfaces itself, its candidate, interviews and offers', async () => {
		const { world, application, job } = rich();
		const stageId = job.stageIds.find((id) => id !== application.stageId && !world.stages.need(id).hired) ?? '';
		expect(await told(() => actions.move(world, application, stageId, 'test'))).toEqual({ applications: ['changed'], candidates: ['older stamp'], interviews: ['older stamp'], offers: ['older stamp'] });
	});

	test("a candidate's own data surface its applications, not their interviews; its tags only itself", async () => {
		const { world, candidate } = rich();
		expect(await told(() => world.change('candidate', candidate.id, { title: 'Chief' }, 'test'))).toEqual({ candidates: ['changed'], applications: ['older stamp'] });
		const known = world.tags.rows.find((tag) => !candidate.tagIds.includes(tag.id));
		expect(await told(() => actions.tag(world, candidate, known?.name ?? '', 'test'))).toEqual({ candidates: ['older stamp'] });
		expect(await told(() => actions.untag(world, candidate, known?.name ?? '', 'test'))).toEqual({ candidates: ['older stamp'] });
	});

	test('interviews and offers, new, changed or gone, surface their application', async () => {
		const { world, application, interview, offer } = rich();
		expect(await told(() => actions.reschedule(world, interview, clock.now() + 3 * DAY, 'test'))).toEqual({ interviews: ['changed'], applications: ['older stamp'] });
		expect(await told(() => actions.setOffer(world, offer, 'SENT', 'test'))).toEqual({ offers: ['changed'], applications: ['older stamp'] });
		expect(await told(() => void actions.schedule(world, application, { title: 'Again', startsAt: clock.now() + DAY }, 'test'))).toEqual({ interviews: ['changed'], applications: ['older stamp'] });
		expect(await told(() => world.remove('interview', interview.id, 'test'))).toEqual({ interviews: ['changed'], applications: ['older stamp'] });
		expect(await told(() => world.remove('offer', offer.id, 'test'))).toEqual({ offers: ['changed'], applications: ['older stamp'] });
	});

	test('an interviewer added surfaces the interview only', async () => {
		const { world, interview } = rich();
		expect(await told(() => world.change('interview', interview.id, { interviewerIds: [world.users.rows[3]?.id ?? ''] }, 'test'))).toEqual({ interviews: ['older stamp'] });
	});

	test('a job renamed, or its lists changed, surfaces the job and not its applications', async () => {
		const { world, job } = rich();
		expect(await told(() => world.change('job', job.id, { title: 'Renamed' }, 'test'))).toEqual({ jobs: ['changed'] });
		expect(await told(() => world.change('job', job.id, { stageIds: job.stageIds.slice(0, -1) }, 'test'))).toEqual({ jobs: ['older stamp'] });
		expect(await told(() => world.change('job', job.id, { team: [] }, 'test'))).toEqual({ jobs: ['older stamp'] });
		expect(await told(() => world.change('job', job.id, { questions: [] }, 'test'))).toEqual({ jobs: ['older stamp'] });
		expect(await told(() => world.change('job', job.id, { postings: [] }, 'test'))).toEqual({ jobs: ['older stamp'] });
	});

	test('a stage renamed surfaces its applications only where an older Kombo is played', async () => {
		const { world, application } = rich();
		const others = world.applications.by('stageId', application.stageId).length;
		expect(await told(() => world.change('stage', application.stageId, { name: 'Other words' }, 'test'))).toEqual({ 'application-stages': ['changed'] });
		await sandbox.control('kombo/settings', { stageTouchesApplications: true });
		expect((await told(() => world.change('stage', application.stageId, { name: 'Once more' }, 'test')))['applications']).toHaveLength(others);
	});

	test('tags, roles, reasons and people renamed surface nothing but themselves; a role given surfaces the person', async () => {
		const { world } = rich();
		const first = <T extends { id: string }>(rows: readonly T[]): string => rows[0]?.id ?? '';
		expect(await told(() => world.change('tag', first(world.tags.rows), { name: 'x' }, 'test'))).toEqual({ tags: ['changed'] });
		expect(await told(() => world.change('rejectionReason', first(world.rejectionReasons.rows), { name: 'x' }, 'test'))).toEqual({ 'rejection-reasons': ['changed'] });
		expect(await told(() => world.change('role', first(world.roles.rows), { label: 'x' }, 'test'))).toEqual({ roles: ['changed'] });
		expect(await told(() => world.change('user', first(world.users.rows), { lastName: 'x' }, 'test'))).toEqual({ users: ['changed'] });
		expect(await told(() => world.change('user', first(world.users.rows), { roleIds: [] }, 'test'))).toEqual({ users: ['older stamp'] });
	});

	test('notes and files surface nothing but themselves', async () => {
		const { world, application } = rich();
		const about = { candidateId: application.candidateId, applicationId: application.id };
		expect(await told(() => void actions.addNote(world, about, { html: 'x' }, 'test'))).toEqual({ notes: ['changed'] });
		expect(await told(() => void actions.attach(world, about, { kind: 'OTHER', fileName: 'x', contentType: 'text/plain', bytes: Buffer.from('x') }, 'test'))).toEqual({ attachments: ['changed'] });
	});

	test('a deleted application is found by those who ask for deleted ones, and its row shows what changed around it', async () => {
		const { world, application, candidate } = rich();
		const read = async (query: string) => (await sandbox.inject({ url: `/kombo/v1/ats/applications?ids=${application.id}${query}`, headers: { authorization: `Bearer ${sandbox.keys['kombo'] ?? ''}`, 'x-integration-id': integrationIdOf(sandbox.world) } })).json().data.results[0];
		expect((await read('')).candidate.first_name).toBe(candidate.firstName);
		world.change('candidate', candidate.id, { firstName: 'Changed' }, 'test');
		world.change('job', application.jobId, { title: 'Renamed' }, 'test');
		const row = await read('');
		expect([row.candidate.first_name, row.job.name, row.interviews.length, row.offers.length]).toEqual(['Changed', 'Renamed', 1, 1]);
		actions.removeApplication(world, application, 'test');
		expect(await read('')).toBeUndefined();
		expect(await read('&include_deleted=true')).toMatchObject({ id: application.id, remote_deleted_at: new Date(clock.now()).toISOString(), interviews: [], offers: [] });
	});

	test('pages hold each record once, whatever the size, and filters are joined by AND', async () => {
		const { world } = sandbox;
		const headers = { authorization: `Bearer ${sandbox.keys['kombo'] ?? ''}`, 'x-integration-id': integrationIdOf(sandbox.world) };
		const jobs = world.jobs.rows.slice(0, 2).map((job) => job.id);
		const ids: string[] = [];
		let cursor: string | null = null;
		do {
			const answer: { data: { next: string | null; results: Array<{ id: string }> } } = (await sandbox.inject({ url: `/kombo/v1/ats/applications?page_size=7&outcomes=PENDING%2CHIRED&job_ids=${jobs.join('%2C')}${cursor ? `&cursor=${cursor}` : ''}`, headers })).json();
			ids.push(...answer.data.results.map((row) => row.id));
			cursor = answer.data.next;
		} while (cursor);
		expect(ids).toEqual(world.applications.rows.filter((row) => jobs.includes(row.jobId) && row.status !== 'DECLINED').map((row) => row.id));
	});

	test('a filter that the tool does not support gives nothing, unless such filters are to be ignored', async () => {
		const headers = { authorization: `Bearer ${sandbox.keys['kombo'] ?? ''}`, 'x-integration-id': integrationIdOf(sandbox.world) };
		const count = async (query: string): Promise<number> => (await sandbox.inject({ url: `/kombo/v1/ats/jobs?${query}`, headers })).json().data.results.length;
		expect(await count('name_contains=a')).toBeGreaterThan(0);
		await sandbox.control('kombo/settings', { unsupportedFilters: ['ats_jobs.name_contains'] });
		expect(await count('name_contains=a')).toBe(0);
		expect(await count('name_contains=a&ignore_unsupported_filters=true')).toBe(4);
	});
});
