import * as acts from './actions.cts';
import { DAY, HOUR, MINUTE } from './clock.cts';
import type { Application, Interview, Offer, OfferStatus } from './model.cts';
import { FIRST, INTERVIEWS, LAST, NOTES, slugOf, SOURCES } from './names.cts';
import type { Random } from './random.cts';
import type { JournalEntry, World } from './world.cts';

export type Step = 'move' | 'reject' | 'hire' | 'reactivate' | 'apply' | 'schedule' | 'reschedule' | 'cancel' | 'complete' | 'offer' | 'offerStatus' | 'note' | 'tag' | 'edit' | 'delete';

export const STEPS: ReadonlyArray<readonly [Step, number]> = [
	['move', 34],
	['reject', 10],
	['hire', 4],
	['reactivate', 3],
	['apply', 10],
	['schedule', 9],
	['reschedule', 5],
	['cancel', 3],
	['complete', 3],
	['offer', 5],
	['offerStatus', 6],
	['note', 3],
	['tag', 3],
	['edit', 1],
	['delete', 1],
];

const BY = 'recruiter';

/** Somebody works in the ATS: a change now and then, by chance but always the same with the same seed. */
export class Recruiter {
	/** Changes a minute while it works by itself; 0 at rest. */
	pace = 0;

	/** How often each kind of step is taken, by weight; a test may narrow it. */
	steps: ReadonlyArray<readonly [Step, number]> = STEPS;

	private readonly random: Random;

	private timer: NodeJS.Timeout | undefined;

	private newcomers = 0;

	constructor(private readonly world: World) {
		this.random = world.random.fork('recruiter');
	}

	/** Works by the wall clock, so many changes a minute. */
	start(pace: number): void {
		this.stop();
		if (!(pace > 0)) return;
		this.pace = pace;
		this.timer = setInterval(() => this.step(), MINUTE / pace);
	}

	stop(): void {
		clearInterval(this.timer);
		this.pace = 0;
	}

	/** One change; gives its journal lines (without those that the world's lag still holds back). */
	step(kind?: Step): readonly JournalEntry[] {
		const before = this.world.journal.length;
		for (let tries = 0; tries < 50; tries++) if (this[kind ?? this.random.weighted(this.steps)]()) break;
		return this.world.journal.slice(before);
	}

	/** Every step gives false when it found nothing to do. */
	private move(): boolean {
		const application = this.some((row) => row.status === 'PENDING');
		const stages = this.world.jobs.get(application?.jobId)?.stageIds ?? [];
		const choices = stages.filter((id) => id !== application?.stageId && this.world.stages.get(id)?.hired === false);
		if (!application || choices.length === 0) return false;
		acts.move(this.world, application, this.random.pick(choices), BY);
		return true;
	}

	private reject(): boolean {
		const application = this.some((row) => row.status === 'PENDING');
		if (!application) return false;
		acts.reject(this.world, application, this.random.pick(this.world.rejectionReasons.rows).id, null, BY);
		return true;
	}

	private hire(): boolean {
		const application = this.some((row) => row.status === 'PENDING');
		if (!application) return false;
		acts.hire(this.world, application, BY);
		return true;
	}

	private reactivate(): boolean {
		const application = this.some((row) => row.status === 'DECLINED');
		if (!application) return false;
		acts.reactivate(this.world, application, BY);
		return true;
	}

	private apply(): boolean {
		const jobs = this.world.jobs.rows.filter((job) => job.deletedAt === null && job.status === 'OPEN');
		if (jobs.length === 0) return false;
		const firstName = this.random.pick(FIRST);
		const lastName = this.random.pick(LAST);
		const source = this.random.pick(SOURCES);
		const job = this.random.pick(jobs);
		acts.apply(
			this.world,
			job,
			{
				candidate: { firstName, lastName, company: null, title: null, emails: [{ address: `${slugOf(firstName, lastName)}.new${++this.newcomers}@mail.example`, type: 'PERSONAL' }], phones: [], links: [], place: null, source, tagIds: [], consent: null },
				source,
				ownerId: job.team[0]?.userId ?? null,
				match: false,
			},
			BY,
		);
		return true;
	}

	private schedule(): boolean {
		const application = this.some((row) => row.status === 'PENDING');
		if (!application) return false;
		acts.schedule(this.world, application, { title: this.random.pick(INTERVIEWS), startsAt: this.someDay(), interviewerIds: [this.random.pick(this.world.users.rows).id] }, BY);
		return true;
	}

	private reschedule(): boolean {
		const interview = this.someInterview((row) => row.status === 'SCHEDULED');
		if (!interview) return false;
		acts.reschedule(this.world, interview, this.someDay(), BY);
		return true;
	}

	private cancel(): boolean {
		const interview = this.someInterview((row) => row.status === 'SCHEDULED');
		if (!interview) return false;
		acts.cancelInterview(this.world, interview, BY);
		return true;
	}

	private complete(): boolean {
		const interview = this.someInterview((row) => row.status === 'SCHEDULED');
		if (!interview) return false;
		acts.completeInterview(this.world, interview, BY);
		return true;
	}

	private offer(): boolean {
		const application = this.some((row) => row.status === 'PENDING' && this.world.offers.by('applicationId', row.id).length === 0);
		if (!application) return false;
		acts.offer(this.world, application, BY);
		return true;
	}

	private offerStatus(): boolean {
		const offer = this.sample<Offer>(this.world.offers.rows, (row) => row.deletedAt === null && NEXT[row.status].length > 0);
		if (!offer) return false;
		acts.setOffer(this.world, offer, this.random.pick(NEXT[offer.status]), BY);
		return true;
	}

	private note(): boolean {
		const application = this.some(() => true);
		if (!application) return false;
		acts.addNote(this.world, { candidateId: application.candidateId, applicationId: application.id }, { html: this.random.pick(NOTES), authorId: application.ownerId }, BY);
		return true;
	}

	private tag(): boolean {
		const application = this.some(() => true);
		const candidate = this.world.candidates.get(application?.candidateId);
		if (!candidate) return false;
		const tag = this.random.pick(this.world.tags.rows);
		if (candidate.tagIds.includes(tag.id)) acts.untag(this.world, candidate, tag.name, BY);
		else acts.tag(this.world, candidate, tag.name, BY);
		return true;
	}

	/** The person's own data change. */
	private edit(): boolean {
		const application = this.some(() => true);
		const candidate = this.world.candidates.get(application?.candidateId);
		if (!candidate) return false;
		this.world.change('candidate', candidate.id, { phones: [{ number: `+337${this.random.int(10000000, 99999999)}`, type: 'PERSONAL' }] }, BY);
		return true;
	}

	private delete(): boolean {
		const application = this.some(() => true);
		if (!application) return false;
		acts.removeApplication(this.world, application, BY);
		return true;
	}

	private some(wanted: (row: Application) => boolean): Application | undefined {
		return this.sample<Application>(this.world.applications.rows, (row) => row.deletedAt === null && wanted(row));
	}

	private someInterview(wanted: (row: Interview) => boolean): Interview | undefined {
		return this.sample<Interview>(this.world.interviews.rows, (row) => row.deletedAt === null && wanted(row));
	}

	/** A random row that fits: by trying, since a scan of a large world for each step would be slow. */
	private sample<T>(rows: readonly T[], wanted: (row: T) => boolean): T | undefined {
		if (rows.length === 0) return undefined;
		for (let i = 0; i < 60; i++) {
			const row = this.random.pick(rows);
			if (wanted(row)) return row;
		}
		return rows.find(wanted);
	}

	private someDay(): number {
		const tomorrow = Math.floor(this.world.clock.now() / HOUR) * HOUR + DAY;
		return tomorrow + this.random.int(0, 14 * 24) * HOUR;
	}
}

const NEXT: Record<OfferStatus, OfferStatus[]> = {
	DRAFT: ['APPROVED', 'SENT'],
	APPROVED: ['SENT'],
	SENT: ['ACCEPTED', 'DECLINED', 'ABANDONED'],
	ACCEPTED: [],
	DECLINED: [],
	ABANDONED: [],
};
