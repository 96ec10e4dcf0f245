/**
 * What people do in an ATS, as verbs. The recruiter and every simulator's writes use these, so that a move made
 * through Kombo and one made through Flatchr leave the same traces in the world. Each takes `by` for the journal.
 */
import { HOUR } from './clock.cts';
import type { Activity, Answer, Application, Attachment, Candidate, Fields, Interview, Job, Note, Offer, OfferStatus } from './model.cts';
import type { World } from './world.cts';

export function move(world: World, application: Application, stageId: string, by: string, userId: string | null = null): void {
	if (application.stageId === stageId) return;
	const from = world.stages.get(application.stageId)?.name ?? null;
	const stage = world.stages.need(stageId);
	// A move into the hired stage hires; a move of a hired one out of it un-hires, as in most systems.
	const status = stage.hired ? 'HIRED' : application.status === 'HIRED' ? 'PENDING' : application.status;
	world.change('application', application.id, { stageId, status }, by);
	record(world, application, 'moved', { from, to: stage.name }, by, userId);
}

export function reject(world: World, application: Application, reasonId: string | null, note: string | null, by: string, userId: string | null = null): void {
	world.change('application', application.id, { status: 'DECLINED', rejection: { reasonId, at: world.clock.now(), note } }, by);
	record(world, application, 'rejected', { reason: world.rejectionReasons.get(reasonId)?.name ?? null }, by, userId);
}

/** Takes a rejection or a hire back. */
export function reactivate(world: World, application: Application, by: string): void {
	world.change('application', application.id, { status: 'PENDING', rejection: null }, by);
	record(world, application, 'reactivated', {}, by);
}

export function hire(world: World, application: Application, by: string): void {
	const stageId = world.jobs.get(application.jobId)?.stageIds.find((id) => world.stages.get(id)?.hired) ?? application.stageId;
	world.change('application', application.id, { status: 'HIRED', stageId, rejection: null }, by);
	record(world, application, 'hired', {}, by);
}

export interface NewApplication {
	candidate: Fields<'candidate'>;
	/** a person whom the ATS knows: `candidate` is then not looked at */
	candidateId?: string;
	stageId?: string;
	answers?: Answer[];
	source?: string | null;
	origin?: Application['origin'];
	ownerId?: string | null;
	/** if the ATS already knows a person with this e-mail address, the application is theirs (default: true) */
	match?: boolean;
}

export function apply(world: World, job: Job, input: NewApplication, by: string): { application: Application; candidate: Candidate } {
	const address = input.candidate.emails[0]?.address.toLowerCase();
	const known = input.match === false || !address ? undefined : world.candidates.rows.find((row) => row.deletedAt === null && row.emails.some((email) => email.address.toLowerCase() === address));
	const chosen = input.candidateId === undefined ? undefined : world.candidates.need(input.candidateId);
	const candidate = chosen ?? known ?? world.add('candidate', input.candidate, by);
	const stageId = input.stageId ?? job.stageIds[0];
	if (stageId === undefined) throw new Error('A job without stages takes no applications.');
	const application = world.add('application', { jobId: job.id, candidateId: candidate.id, status: 'PENDING', stageId, rejection: null, answers: input.answers ?? [], source: input.source ?? null, origin: input.origin ?? 'EXTERNAL', ownerId: input.ownerId ?? null }, by);
	record(world, application, 'applied', { source: input.source ?? null }, by);
	return { application, candidate };
}

export function schedule(world: World, application: Application, input: Partial<Fields<'interview'>> & { title: string; startsAt: number }, by: string): Interview {
	const interview = world.add(
		'interview',
		{ endsAt: input.startsAt + HOUR, status: 'SCHEDULED', interviewerIds: [], organizerId: null, where: { kind: 'VIRTUAL', address: null }, videoUrl: null, stageId: application.stageId, ...input, applicationId: application.id },
		by,
	);
	record(world, application, 'interview', { title: input.title, at: new Date(input.startsAt).toISOString() }, by);
	return interview;
}

export function reschedule(world: World, interview: Interview, startsAt: number, by: string): void {
	world.change('interview', interview.id, { startsAt, endsAt: startsAt + (interview.endsAt - interview.startsAt), status: 'SCHEDULED' }, by);
}

export function cancelInterview(world: World, interview: Interview, by: string): void {
	world.change('interview', interview.id, { status: 'CANCELLED' }, by);
}

export function completeInterview(world: World, interview: Interview, by: string): void {
	world.change('interview', interview.id, { status: 'COMPLETED' }, by);
}

export function offer(world: World, application: Application, by: string, status: OfferStatus = 'DRAFT'): Offer {
	const made = world.add('offer', { applicationId: application.id, status, startDate: null, sentAt: null, closedAt: null }, by);
	record(world, application, 'offer', { status }, by);
	return made;
}

export function setOffer(world: World, one: Offer, status: OfferStatus, by: string): void {
	const now = world.clock.now();
	const closed = status === 'ACCEPTED' || status === 'DECLINED' || status === 'ABANDONED';
	world.change('offer', one.id, { status, sentAt: status === 'SENT' ? now : one.sentAt, closedAt: closed ? now : null }, by);
}

export function addNote(world: World, about: { candidateId: string; applicationId: string | null }, input: { html: string; authorId?: string | null; title?: string | null; private?: boolean; replyToId?: string | null; attachmentIds?: string[] }, by: string): Note {
	const note = world.add('note', { ...about, authorId: input.authorId ?? null, title: input.title ?? null, html: input.html, private: input.private ?? false, replyToId: input.replyToId ?? null, attachmentIds: input.attachmentIds ?? [] }, by);
	log(world, { code: 'note', data: { note: input.html }, candidateId: about.candidateId, jobId: jobOf(world, about.applicationId), userId: input.authorId ?? null }, by);
	return note;
}

export function attach(world: World, about: { candidateId: string; applicationId: string | null }, file: { kind: Attachment['kind']; fileName: string; contentType: string; bytes: Buffer }, by: string): Attachment {
	const { bytes, ...fields } = file;
	const attachment = world.add('attachment', { ...about, ...fields }, by);
	world.keepBytes(attachment.id, bytes);
	return attachment;
}

/** Gives the candidate a tag by its name; makes the tag if there is none. */
export function tag(world: World, candidate: Candidate, name: string, by: string): void {
	const known = world.tags.rows.find((row) => row.deletedAt === null && row.name.toLowerCase() === name.toLowerCase()) ?? world.add('tag', { name }, by);
	if (candidate.tagIds.includes(known.id)) return;
	world.change('candidate', candidate.id, { tagIds: [...candidate.tagIds, known.id] }, by);
	log(world, { code: 'tagged', data: { tag: name }, candidateId: candidate.id, jobId: null, userId: null }, by);
}

export function untag(world: World, candidate: Candidate, name: string, by: string): void {
	const tagIds = candidate.tagIds.filter((id) => world.tags.get(id)?.name.toLowerCase() !== name.toLowerCase());
	if (tagIds.length !== candidate.tagIds.length) world.change('candidate', candidate.id, { tagIds }, by);
}

/** An application disappears from the ATS, with what belongs to it. */
export function removeApplication(world: World, application: Application, by: string): void {
	for (const interview of world.interviews.by('applicationId', application.id)) if (interview.deletedAt === null) world.remove('interview', interview.id, by);
	for (const one of world.offers.by('applicationId', application.id)) if (one.deletedAt === null) world.remove('offer', one.id, by);
	world.remove('application', application.id, by);
	record(world, application, 'deleted', {}, by);
}

export function restoreApplication(world: World, application: Application, by: string): void {
	world.restore('application', application.id, by);
}

/** What services do some time after a deletion: the person's data go, the record stays. */
export function anonymise(world: World, candidate: Candidate, by: string): void {
	world.change('candidate', candidate.id, { firstName: null, lastName: null, company: null, title: null, emails: [], phones: [], links: [], place: null }, by);
}

function record(world: World, application: Application, code: string, data: Activity['data'], by: string, userId: string | null = null): void {
	log(world, { code, data, candidateId: application.candidateId, jobId: application.jobId, userId: userId ?? application.ownerId }, by);
}

function log(world: World, fields: Fields<'activity'>, by: string): void {
	world.add('activity', fields, by);
}

function jobOf(world: World, applicationId: string | null): string | null {
	return applicationId === null ? null : (world.find('application', applicationId)?.jobId ?? null);
}
