import { ManualClock, World } from '../../sandbox/index.cts';
import * as actions from '../../sandbox/actions.cts';
import { fillWorld } from '../../sandbox/seed.cts';
import { Ledger, type EmittedEvent } from '../host/ledger.cts';

/** A world, the ledger over it, and what a faultless trigger would emit of an application now. */
function opened() {
	const clock = new ManualClock();
	const world = new World({ seed: 'ledger', clock });
	fillWorld(world, { jobs: 3, applications: 30 });
	const ledger = new Ledger(world);
	const application = world.applications.rows.find(({ status, deletedAt }) => status === 'PENDING' && deletedAt === null);
	if (!application) throw new Error('The world has no pending application');
	const stages = world.jobs.need(application.jobId).stageIds.filter((id) => id !== application.stageId);
	let events = 0;
	const emit = (event: string, paths: string[], eventId = `event ${++events}`): EmittedEvent => {
		const candidate = world.candidates.need(application.candidateId);
		return {
			event, eventId, applicationId: application.id,
			changes: paths.map((path) => ({ path })),
			application: {
				info: { status: application.status === 'PENDING' ? 'ACTIVE' : application.status, jobId: application.jobId, candidate: { firstName: candidate.firstName, lastName: candidate.lastName, phones: candidate.phones.map((phone) => ({ phoneNumber: phone.number })) } },
				currentStage: { id: application.stageId },
				rejection: null,
				interviews: world.interviews.by('applicationId', application.id).map(({ id, status, startsAt, endsAt }) => ({ id, status: status === 'CANCELLED' ? status : 'SCHEDULED', scheduledStart: new Date(startsAt).toISOString(), scheduledEnd: new Date(endsAt).toISOString() })),
				offers: [],
			},
		};
	};
	return { world, ledger, application, emit, moveTo: (index: number) => actions.move(world, application, stages[index] ?? '', 'test') };
}

describe('the ledger of the kill test', () => {
	it('finds nothing to say when every change was emitted once', () => {
		const { ledger, emit, moveTo } = opened();
		moveTo(0);
		const first = emit('application.stage_changed', ['currentStage']);
		moveTo(1);
		const second = emit('application.stage_changed', ['currentStage']);
		expect(ledger.changes).toBe(2);
		expect(ledger.balance([first, second])).toEqual({ emitted: 2, lost: 0, duplicated: 0, complaints: [] });
	});

	it('misses a newest value that was never emitted, and none that a later one took the place of', () => {
		const { ledger, emit, moveTo } = opened();
		moveTo(0);
		const first = emit('application.stage_changed', ['currentStage']);
		moveTo(1);
		const second = emit('application.stage_changed', ['currentStage']);
		expect(ledger.balance([first])).toMatchObject({ lost: 1, duplicated: 0 });
		expect(ledger.balance([second])).toMatchObject({ lost: 0, duplicated: 0 });
	});

	it('counts the same event id twice, and a second event without a second difference', () => {
		const { ledger, emit, moveTo } = opened();
		moveTo(0);
		const event = emit('application.stage_changed', ['currentStage']);
		expect(ledger.balance([event, event])).toMatchObject({ lost: 0, duplicated: 1 });
		expect(ledger.balance([event, { ...event, eventId: 'another' }])).toMatchObject({ lost: 0, duplicated: 1 });
	});

	it('takes an interview that was moved and called off as two events of one step', () => {
		const { ledger, world, application, emit } = opened();
		const interview = actions.schedule(world, application, { title: 'Talk', startsAt: world.clock.now() }, 'test');
		const scheduled = emit('interview.scheduled', [`interviews[${interview.id}]`]);
		actions.reschedule(world, interview, interview.startsAt + 3_600_000, 'test');
		actions.cancelInterview(world, interview, 'test');
		const path = `interviews[${interview.id}]`;
		const both = [emit('interview.rescheduled', [`${path}.scheduledStart`, `${path}.scheduledEnd`]), emit('interview.cancelled', [`${path}.status`])];
		expect(ledger.balance([scheduled, ...both])).toMatchObject({ lost: 0, duplicated: 0 });
		expect(ledger.balance([scheduled, ...both.slice(1)])).toMatchObject({ lost: 2, duplicated: 0 });
	});

	it('misses a deletion and a newcomer, unless it came and went unseen', () => {
		const { ledger, world, application } = opened();
		actions.removeApplication(world, application, 'test');
		const candidate = { firstName: 'A', lastName: 'B', company: null, title: null, emails: [], phones: [], links: [], place: null, source: null, tagIds: [], consent: null };
		const job = world.jobs.need(application.jobId);
		const { application: newcomer } = actions.apply(world, job, { candidate }, 'test');
		expect(ledger.balance([])).toMatchObject({ lost: 2 });
		actions.removeApplication(world, newcomer, 'test');
		expect(ledger.balance([])).toMatchObject({ lost: 1 });
	});
});
